/** `sigtwin outlier`: what stands out of a selection. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Command, Flag } from "effect/cli"
import { subjects } from "../../projections/analytics/outlier/facts.ts"
import { OutlierAnswer } from "../api/Outlier.ts"
import * as Asker from "./Asker.ts"
import * as Flags from "./flags.ts"
import { formatTable } from "./formatTable.ts"
import { said } from "./said.ts"
import { seconds } from "./tableFlags.ts"
import * as Words from "./Words.ts"

export const outlier = Command.make(
  "outlier",
  {
    of: Flag.Literals("of", subjects).pipe(
      Flag.withDescription("What is selected (default messages)"),
      Flag.withDefault("messages" as const),
    ),
    where: Flag.String("where").pipe(
      Flag.withMetavar("CONDITION"),
      Flag.withDescription(
        `The selection, in SQL: "verdict = 'refused' AND occurred_at >= '2026-03-01'"`,
      ),
    ),
    against: Flag.String("against").pipe(
      Flag.withMetavar("CONDITION"),
      Flag.withDescription("With what it is compared (default all the rest)"),
      Flag.optional,
    ),
    at: Flags.at,
    clock: Flags.recordedClock,
    top: Flags.integer("top", { minimum: 1, maximum: 100_000 }).pipe(
      Flag.withDescription("How many lines at most (default 20; --json gives all)"),
      Flag.withDefault(20),
    ),
    seconds,
    log: Flags.log,
    server: Flags.server,
    json: Flags.json,
  },
  Effect.fn("cli.outlier")(function* (given) {
    const ask = yield* Asker.forTables(given)
    const bytes = yield* ask({
      method: "POST",
      path: "/api/outlier",
      body: {
        of: given.of,
        where: given.where,
        ...said("against", given.against),
        ...said("at", given.at),
        clock: given.clock,
        timeMs: given.seconds * 1000,
      },
    })
    const text = new TextDecoder().decode(bytes)
    if (given.json) return yield* Console.log(text)
    return yield* Console.log(textOf(yield* Effect.orDie(decode(text)), given.top))
  }, Effect.scoped),
).pipe(
  Command.withShortDescription("Say what stands out of a selection of messages"),
  Command.withDescription(
    "Compare a selection of messages (or receptions, or deliveries) with the rest: which values of which columns (station, city, zone, firmware, policy, customer, hour, RSSI band and more) are more or less frequent in it. Only what is unlikely by chance is told, allowing for all values that were tried. A message's station is the one that heard it best.",
  ),
)

const textOf = (
  { columns, found, inside, level, of, outside, position, tried }: OutlierAnswer,
  top: number,
): string => {
  const head = `${Words.number(inside)} ${of} selected, compared with ${Words.number(outside)}: ${Words.count(tried, "value")} of ${Words.count(columns.length, "column")}, as of position ${position}`
  if (inside === 0 || outside === 0)
    return `${head}\n${inside === 0 ? "nothing is selected" : "there is nothing to compare it with"}`
  if (found.length === 0)
    return `${head}\nnothing stands out: no value is more or less frequent than chance explains (p < ${level})`
  return [
    head,
    "",
    formatTable(
      ["column", "value", "selected", "rest", "times", "95 %", "phi", "p"],
      found
        .slice(0, top)
        .map((each) => [
          each.column,
          each.value ?? "(none)",
          `${Words.number(each.inside)} (${percent(each.insideShare)})`,
          `${Words.number(each.outside)} (${percent(each.outsideShare)})`,
          short(each.times),
          `${short(each.timesLow)}..${short(each.timesHigh)}`,
          each.phi.toFixed(2),
          chance(each.p),
        ]),
      new Set(["selected", "rest", "times", "95 %", "phi", "p"]),
    ),
    ...(found.length > top
      ? [`and ${Words.count(found.length - top, "value")} more: give --top`]
      : []),
  ].join("\n")
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`

const short = (n: number): string => (n >= 100 ? Words.number(n) : n.toPrecision(2))

const chance = (p: number): string => {
  if (p < 1e-99) return "<1e-99"
  return p < 0.001 ? p.toExponential(1) : p.toPrecision(2)
}

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(OutlierAnswer))
