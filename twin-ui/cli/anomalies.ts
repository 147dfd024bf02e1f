/** `sigtwin anomalies`: what is or was unlike the usual; `sigtwin usual`: what is usual. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Command, Flag } from "effect/cli"
import { kinds } from "../../projections/anomaly/watch/Unusual.ts"
import {
  AnomaliesAnswer,
  anomaliesLimitMax,
  type AnomalyRow,
  UsualAnswer,
  type UsualRow,
} from "../api/Anomalies.ts"
import * as Asker from "./Asker.ts"
import * as Flags from "./flags.ts"
import { formatTable } from "./formatTable.ts"
import * as Words from "./Words.ts"

const common = {
  at: Flags.at,
  clock: Flags.clock,
  log: Flags.log,
  server: Flags.server,
  json: Flags.json,
}
const station = Flag.String("station").pipe(
  Flag.withDescription("Only of this station"),
  Flag.optional,
)
const customer = Flag.String("customer").pipe(
  Flag.withDescription("Only of this customer"),
  Flag.optional,
)

export const anomalies = Command.make(
  "anomalies",
  {
    open: Flag.Boolean("open").pipe(
      Flag.withDescription("Only those that go on"),
      Flag.withDefault(false),
    ),
    kind: Flag.Literals("kind", kinds).pipe(
      Flag.withDescription("Only anomalies of this kind"),
      Flag.optional,
    ),
    station,
    customer,
    limit: Flags.limit(anomaliesLimitMax, 20),
    ...common,
  },
  Effect.fn("cli.anomalies")(function* (given) {
    const ask = yield* Asker.forReading(given)
    const answer = yield* ask({
      path: "/api/anomalies",
      query: {
        state: given.open ? "open" : "all",
        kind: Option.getOrUndefined(given.kind),
        station: Option.getOrUndefined(given.station),
        customer: Option.getOrUndefined(given.customer),
        at: Option.getOrUndefined(given.at),
        clock: given.clock,
        limit: String(given.limit),
      },
    })
    if (given.json) return yield* Console.log(JSON.stringify(answer))
    const { anomalies: rows, learning, total } = yield* Effect.orDie(decodeAnomalies(answer))
    yield* Console.log(
      rows.length === 0
        ? given.open
          ? "nothing is unlike the usual"
          : "nothing was unlike the usual"
        : rows.flatMap(linesOf).join("\n"),
    )
    if (learning.stage === "learning" || learning.stage === "roughly")
      yield* Console.log(learningText(learning))
    if (total > rows.length)
      yield* Console.log(
        `${total - rows.length} more: --limit ${Math.min(total, anomaliesLimitMax)}`,
      )
  }, Effect.scoped),
).pipe(
  Command.withShortDescription("List what is or was unlike the usual"),
  Command.withDescription(
    "List anomalies, what opened last first: what was expected, what was seen, since when, on whom, and whether it is over. What is usual is learnt from the log itself (`sigtwin usual`).",
  ),
)

const linesOf = (row: AnomalyRow): ReadonlyArray<string> => [
  [
    `  ${row.words}, ${nameOf(row)}`,
    row.cleared === undefined ? "goes on  (!)" : "over",
    `since ${Words.instant(row.sinceMs)}`,
  ].join("  "),
  `    seen ${Words.decimal(row.seen.value)}, usual ${Words.decimal(row.expected.value)} ${row.seen.unit}`,
  `    said at ${Words.instant(row.opened.ms)}  [${row.opened.position}]${row.causes.length === 0 ? "" : `  shown by [${row.causes.join("] [")}]`}`,
  ...(row.cleared === undefined
    ? []
    : [
        `    over at ${Words.instant(row.cleared.ms)}  [${row.cleared.position}]  ${row.cleared.why}`,
      ]),
]

const nameOf = ({
  area,
  customer: of,
  destination,
  station: at,
}: Pick<AnomalyRow, "area" | "customer" | "destination" | "station">): string => {
  if (at !== undefined) return `station ${at}`
  if (destination !== undefined) return `destination ${of ?? ""}/${destination}`
  if (of !== undefined) return `customer ${of}`
  return area ?? "the network"
}

const learningText = ({ stage, untilMs }: AnomaliesAnswer["learning"]): string =>
  stage === "learning"
    ? `still learning what is usual until about ${Words.instant(untilMs)}: nothing is said of traffic before`
    : `the hours of a day are not known before about ${Words.instant(untilMs)}: until then only what is four times or a fifth of the usual is said`

export const usual = Command.make(
  "usual",
  {
    station,
    customer,
    device: Flag.String("device").pipe(
      Flag.withDescription("Only of this device, as 4D33DB"),
      Flag.optional,
    ),
    ...common,
  },
  Effect.fn("cli.usual")(function* (given) {
    const ask = yield* Asker.forReading(given)
    const answer = yield* ask({
      path: "/api/usual",
      query: {
        station: Option.getOrUndefined(given.station),
        customer: Option.getOrUndefined(given.customer),
        device: Option.getOrUndefined(given.device),
        at: Option.getOrUndefined(given.at),
        clock: given.clock,
      },
    })
    if (given.json) return yield* Console.log(JSON.stringify(answer))
    const found = yield* Effect.orDie(decodeUsual(answer))
    yield* Console.log(
      formatTable(
        ["of", "usual an hour", "of what", "known", "next stage", "wrong MACs", "out of order"],
        [found.network, ...found.customers, ...found.stations].map(cellsOf),
        new Set(["usual an hour", "wrong MACs", "out of order"]),
      ),
    )
    if (found.destinations.length > 0)
      yield* Console.log(
        `\n${formatTable(
          ["destination", "usual answer", "failed", "failures in a row"],
          found.destinations.map((row) => [
            `${row.customer}/${row.destination}`,
            row.usualMs === null ? "learning" : `${Words.number(row.usualMs)} ms`,
            percent(row.failedShare),
            Words.number(row.failuresInRow),
          ]),
          new Set(["usual answer", "failed", "failures in a row"]),
        )}`,
      )
    const { device } = found
    if (device === undefined) return
    yield* Console.log(
      [
        `\ndevice ${device.device}: ${Words.count(device.seen, "message")} learnt from, ${percent(device.refusedShare)} refused`,
        device.usualGapS === null
          ? "how often it sends is not known yet"
          : `a message every ${Words.clockTime(device.usualGapS * 1000)}, of late ${Words.clockTime((device.longestGapS ?? 0) * 1000)} at the longest`,
        `heard by ${device.receivers.map(({ dbm, station: by }) => (dbm === null ? by : `${by} at ${dbm} dBm`)).join(", ") || "nobody yet"}`,
      ].join("\n"),
    )
  }, Effect.scoped),
).pipe(
  Command.withShortDescription("Show what was learnt as usual"),
  Command.withDescription(
    "Show what was learnt as usual, of the network, customers, stations, destinations, or one device: how much in an hour as this one, which share is refused, how fast customers answer, and how far learning has come.",
  ),
)

const cellsOf = (row: UsualRow): ReadonlyArray<string> => [
  nameOf(row),
  row.stage === "learning" ? "" : Words.decimal(row.perHour),
  row.unit,
  row.stage,
  Words.instant(row.untilMs),
  percent(row.macShare),
  row.station === undefined ? percent(row.orderShare) : "",
]

const percent = (share: number | null): string =>
  share === null ? "learning" : `${Words.decimal(share * 100)} %`

const decodeAnomalies = Schema.decodeUnknownEffect(AnomaliesAnswer)
const decodeUsual = Schema.decodeUnknownEffect(UsualAnswer)
