/** `sigtwin retention …`: for how long payloads are kept. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Command, Flag } from "effect/cli"
import { daysMax } from "../../core/decide/Retention.ts"
import { RetentionAnswer } from "../http/retentionRoutes.ts"
import * as Asker from "./Asker.ts"
import * as Flags from "./flags.ts"
import { formatTable } from "./formatTable.ts"
import { said } from "./said.ts"
import { sayDone } from "./sayDone.ts"
import { WrongUse } from "./WrongUse.ts"
import * as Words from "./Words.ts"

const common = { log: Flags.log, server: Flags.server, json: Flags.json }
const whose = {
  customer: Flag.String("customer").pipe(
    Flag.withDescription("Of all devices of this customer"),
    Flag.optional,
  ),
  group: Flag.String("group").pipe(
    Flag.withDescription("Of all devices of this group and the groups below it"),
    Flag.optional,
  ),
}

const set = Command.make(
  "set",
  {
    ...whose,
    days: Flag.Int("days").pipe(
      Flag.withMetavar("N"),
      Flag.withDescription("Payloads are kept for so many days"),
      Flag.optional,
    ),
    forGood: Flag.Boolean("for-good").pipe(
      Flag.withDescription("Payloads are kept for good, as where nothing was set"),
      Flag.withDefault(false),
    ),
    ...common,
  },
  Effect.fn("cli.retention.set")(function* (given) {
    if (Option.isSome(given.customer) === Option.isSome(given.group))
      return yield* new WrongUse({ detail: "give one of --customer and --group" })
    if (Option.isSome(given.days) === given.forGood)
      return yield* new WrongUse({ detail: "give one of --days and --for-good" })
    const days = Option.getOrUndefined(given.days)
    if (days !== undefined && (days < 1 || days > daysMax))
      return yield* new WrongUse({ detail: `--days ${days}: 1 to ${daysMax}` })
    const name = Option.match(given.customer, {
      onNone: () => `group ${Option.getOrElse(given.group, () => "")}`,
      onSome: (customer) => `customer ${customer}`,
    })
    return yield* sayDone(
      given,
      {
        path: "/api/retention",
        body: {
          ...said("customer", given.customer),
          ...said("group", given.group),
          ...said("days", given.days),
        },
      },
      days === undefined
        ? `${name}: payloads are kept for good`
        : `${name}: payloads are kept for ${Words.count(days, "day")}; a running server destroys the keys of older ones`,
    )
  }),
).pipe(
  Command.withDescription(
    "Say for how long payloads are kept. A running server then seals under a new key every so often and destroys the old ones in turn: events and proofs stay, payloads can no longer be read by anybody. What was sealed before this is set is kept that long from now on",
  ),
)

const show = Command.make(
  "show",
  { at: Flags.at, clock: Flags.clock, ...common },
  Effect.fn("cli.retention.show")(function* (given) {
    const ask = yield* Asker.forReading(given)
    const answer = yield* ask({
      path: "/api/retention",
      query: { at: Option.getOrUndefined(given.at), clock: given.clock },
    })
    if (given.json) return yield* Console.log(JSON.stringify(answer))
    const { retentions } = yield* Effect.orDie(decode(answer))
    yield* Console.log(
      retentions.length === 0
        ? "payloads are kept for good"
        : formatTable(
            ["of", "days", "keys renewed every", "last done", "keys destroyed", "set by"],
            retentions.map((each) => [
              each.customer === null ? `group ${each.group}` : `customer ${each.customer}`,
              String(each.days),
              Words.count(each.everyDays, "day"),
              each.doneMs === null ? "not yet" : Words.instant(each.doneMs).slice(0, 10),
              String(each.destroyed),
              each.by,
            ]),
          ),
    )
  }, Effect.scoped),
).pipe(Command.withDescription("Show for how long payloads are kept, now or as it was"))

const decode = Schema.decodeUnknownEffect(RetentionAnswer)

export const retention = Command.make("retention").pipe(
  Command.withDescription("Say for how long payloads are kept, and show it"),
  Command.withSubcommands([set, show]),
)
