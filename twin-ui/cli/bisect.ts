/** `sigtwin bisect CONDITION`: where it begins to hold, where it held last, or everywhere it does. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Argument, Command, Flag } from "effect/cli"
import * as Condition from "../../projections/time/Condition.ts"
import { BisectAnswer } from "../api/Bisect.ts"
import * as Asker from "./Asker.ts"
import * as Flags from "./flags.ts"
import { formatTable } from "./formatTable.ts"
import * as Words from "./Words.ts"

const words = Condition.vocabulary.map(([form, members]) => `${form}: ${members}`).join("; ")

export const bisect = Command.make(
  "bisect",
  {
    condition: Argument.String("CONDITION").pipe(
      Argument.withDescription(
        "CEL, as 'station(\"BS-0003\").trust == \"lost\"' or 'count(messages.refused) > 10'",
      ),
    ),
    which: Flag.Literals("which", ["first", "last", "all"]).pipe(
      Flag.withDescription("The first position where it holds (the default), the last, or all"),
      Flag.withDefault("first" as const),
    ),
    monotone: Flag.Boolean("monotone").pipe(
      Flag.withDescription("It stays true once it is (as a count): only one part is folded"),
      Flag.withDefault(false),
    ),
    from: Flag.String("from").pipe(
      Flag.withMetavar("POSITION|INSTANT"),
      Flag.withDescription("From here on; the beginning when not given"),
      Flag.optional,
    ),
    to: Flag.String("to").pipe(
      Flag.withMetavar("POSITION|INSTANT"),
      Flag.withDescription("Up to and with this; now when not given"),
      Flag.optional,
    ),
    clock: Flags.clock,
    log: Flags.log,
    server: Flags.server,
    json: Flags.json,
  },
  Effect.fn("cli.bisect")(function* (given) {
    const ask = yield* Asker.forReading(given)
    const json = yield* ask({
      path: "/api/bisect",
      query: {
        condition: given.condition,
        which: given.which,
        monotone: given.monotone ? "yes" : "no",
        from: Option.getOrUndefined(given.from),
        to: Option.getOrUndefined(given.to),
        clock: given.clock,
      },
    })
    if (given.json) return yield* Console.log(JSON.stringify(json))
    yield* Console.log(textOf(yield* Effect.orDie(decode(json))))
  }, Effect.scoped),
).pipe(
  Command.withShortDescription("Find where in the log a condition begins to hold"),
  Command.withDescription(
    `Find the first position where a condition holds, the last, or all stretches. A condition is CEL, checked before anything is read, over: ${words}. Nothing is assumed of how it goes, unless --monotone says that it stays true.`,
  ),
)

const textOf = ({ count, folded, from, stretches, to, which }: BisectAnswer): string => {
  const looked = `${Words.number(folded)} of ${Words.count(to - from, "event")} folded`
  const [only] = stretches
  if (only === undefined) return `it never holds (${looked})`
  if (which !== "all") {
    const { event } = only
    const at =
      event === undefined
        ? ""
        : `, ${Words.instant(event.occurredMs)}: ${event.text} · ${event.detail}`
    return `${which} at position ${only.from}${at} (${looked})`
  }
  const rows = stretches.map(({ event, ...stretch }) => [
    String(stretch.from),
    String(stretch.to),
    event === undefined ? "" : Words.instant(event.occurredMs),
    event === undefined ? "" : `${event.text} · ${event.detail}`,
  ])
  return [
    formatTable(["from", "to", "began", "with"], rows, new Set(["from", "to"])),
    `${Words.count(count, "stretch", "stretches")} (${looked})`,
  ].join("\n")
}

const decode = Schema.decodeUnknownEffect(BisectAnswer)
