/** `sigtwin group`: the tree of groups that devices belong to. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Argument, Command } from "effect/cli"
import { GroupsAnswer } from "../api/Access.ts"
import { asOf, common, text } from "./accountFlags.ts"
import * as Asker from "./Asker.ts"
import { formatTable } from "./formatTable.ts"
import { said } from "./said.ts"
import { sayDone } from "./sayDone.ts"

const place = Command.make(
  "place",
  {
    group: Argument.String("GROUP").pipe(
      Argument.withDescription("The group that devices are registered with"),
    ),
    below: text("below", "The group it stands below; at the top when not given"),
    name: text("name", "Its name for people"),
    ...common,
  },
  (given) =>
    sayDone(
      given,
      {
        path: "/api/groups",
        body: { group: given.group, ...said("parent", given.below), ...said("name", given.name) },
      },
      `group ${given.group} stands ${Option.isSome(given.below) ? `below ${given.below.value}` : "at the top"}`,
    ),
).pipe(
  Command.withDescription("Place a group in the tree: what is granted on a group holds below it"),
)

const listGroups = Command.make(
  "list",
  { ...asOf, ...common },
  Effect.fn("cli.group.list")(function* (given) {
    const ask = yield* Asker.forReading(given)
    const answer = yield* ask({
      path: "/api/groups",
      query: { at: Option.getOrUndefined(given.at), clock: given.clock },
    })
    if (given.json) return yield* Console.log(JSON.stringify(answer))
    const { groups } = yield* Effect.orDie(decodeGroups(answer))
    if (groups.length === 0) return yield* Console.log("no group was placed")
    yield* Console.log(
      formatTable(
        ["group", "below", "name"],
        groups.map((row) => [row.group, row.parent ?? "", row.name ?? ""]),
      ),
    )
  }, Effect.scoped),
).pipe(Command.withDescription("List the groups that were placed, now or as it was"))

export const group = Command.make("group").pipe(
  Command.withDescription("The tree of groups that devices belong to"),
  Command.withSubcommands([place, listGroups]),
)

const decodeGroups = Schema.decodeUnknownEffect(GroupsAnswer)
