/**
 * `sigtwin analytics export`: a whole table, or the set of stations that heard each message, as a file for other tools.
 *
 * It is asked for in parts, so that a table of any size goes through a bounded memory, all as of one position: what is
 * recorded meanwhile is in none of them.
 */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Argument, Command, Flag } from "effect/cli"
import { limitsMax } from "../../projections/analytics/Analytics.ts"
import { views } from "../../projections/analytics/Views.ts"
import { QueryAnswer } from "../api/Analytics.ts"
import type { AskFile } from "./Ask.ts"
import * as Asker from "./Asker.ts"
import { type FormatOut, formatsOut, partOf, partsOf, stepPositions } from "./exportParts.ts"
import * as Flags from "./flags.ts"
import * as Progress from "./Progress.ts"
import { said } from "./said.ts"
import { attempt, sinkTo } from "./Sink.ts"
import * as Words from "./Words.ts"
import { WrongUse } from "./WrongUse.ts"

const receiverSets = "receiver-sets"
const subjects = [...views.map(({ name }) => name), receiverSets]

/** Rows of a part: a Parquet file of its own where there are more, so larger there. */
const partRows: Readonly<Record<FormatOut, number>> = {
  csv: 100_000,
  arrow: 100_000,
  geojson: 50_000,
  parquet: 1_000_000,
}

/** How its rows are counted by the column that the parts are cut by, and how a part of them is asked for. */
const sourceOf = (subject: string) =>
  subject === receiverSets
    ? {
        counted:
          "SELECT message, message AS key FROM receptions WHERE message IS NOT NULL GROUP BY message",
        part: (
          range: string,
        ) => `SELECT message, any_value(device) AS device, min(first_at) AS occurred_at,
  count(*) AS heard_by, list(station ORDER BY station) AS stations, list(dbm ORDER BY station) AS rssi_dbm,
  list(lat ORDER BY station) AS lat, list(lng ORDER BY station) AS lng
FROM (SELECT r.message, r.station, any_value(r.device) AS device, min(r.occurred_at) AS first_at,
    max(r.rssi_dbm) AS dbm, any_value(s.lat) AS lat, any_value(s.lng) AS lng
  FROM receptions r LEFT JOIN stations s ON s.station = r.station
  WHERE r.message IS NOT NULL AND ${range.replaceAll("key", "r.message")} GROUP BY r.message, r.station)
GROUP BY message ORDER BY message`,
      }
    : {
        counted: `SELECT position AS key FROM ${subject}`,
        part: (range: string) =>
          `SELECT * FROM ${subject} WHERE ${range.replaceAll("key", "position")} ORDER BY position`,
      }

export const exportTables = Command.make(
  "export",
  {
    subject: Argument.String("what").pipe(Argument.withDescription(`What: ${subjects.join(", ")}`)),
    out: Flag.String("out").pipe(
      Flag.withMetavar("FILE"),
      Flag.withDescription(
        "Where to; - is standard output. A file appears whole or not at all. Its ending says the format: .parquet, .arrow, .csv or .geojson",
      ),
    ),
    format: Flag.Literals("format", formatsOut).pipe(
      Flag.withDescription("The format, where the file's ending does not say it"),
      Flag.optional,
    ),
    at: Flags.at,
    clock: Flags.recordedClock,
    log: Flags.log,
    server: Flags.server,
    json: Flags.json,
  },
  Effect.fn("cli.analytics.export")(function* (given) {
    const { out, subject } = given
    if (!subjects.includes(subject))
      return yield* new WrongUse({
        detail: `there is no ${subject} to export: there are ${subjects.join(", ")}`,
      })
    const ending = out.slice(out.lastIndexOf(".") + 1)
    const format =
      given.format._tag === "Some" ? given.format.value : formatsOut.find((each) => each === ending)
    if (format === undefined)
      return yield* new WrongUse({
        detail: `${out} does not say its format by its ending: give --format ${formatsOut.join("|")}`,
      })
    const beganMs = performance.now()
    const ask = yield* Asker.forTables(given)
    const at = { ...said("at", given.at), clock: given.clock }
    const plan = yield* planOf(ask, subject, partRows[format], at)
    const rows = plan.parts.reduce((sum, part) => sum + part.rows, 0)
    if (format === "parquet" && plan.parts.length > 1 && out === "-")
      return yield* new WrongUse({
        detail: `${Words.number(rows)} rows are several Parquet files: give --out FILE`,
      })
    const progress = yield* Progress.make({
      label: `export ${subject}`,
      total: rows,
      items: "rows",
      quiet: given.json || out === "-",
    })
    const bytesOf = (range: string, partFormat: FormatOut) =>
      ask({
        method: "POST",
        path: "/api/query",
        body: {
          sql: sourceOf(subject).part(range),
          ...plan.at,
          format: partFormat,
          rows: limitsMax.rows,
          timeMs: limitsMax.timeMs,
        },
      })
    const files =
      format === "parquet" && plan.parts.length > 1
        ? plan.parts.map((part, i) => ({ file: numbered(out, i), parts: [part] }))
        : [{ file: out, parts: plan.parts }]
    let bytes = 0
    let done = 0
    for (const { file, parts } of files)
      yield* Effect.scoped(
        Effect.gen(function* () {
          const sink = yield* sinkTo(file)
          for (const [i, part] of parts.entries()) {
            const whole = yield* bytesOf(part.range, format)
            const place = { isFirst: i === 0, isLast: i === parts.length - 1 }
            const block = partOf[format](whole, place)
            yield* attempt(file, () => sink.write(block))
            bytes += block.length
            done += part.rows
            progress.report(done, done)
          }
          yield* attempt(file, sink.finish)
        }),
      )
    const durationMs = performance.now() - beganMs
    if (out === "-") return
    const names = files.map(({ file }) => file)
    const summary = {
      files: names,
      rows,
      bytes,
      position: plan.position,
      durationMs: Math.round(durationMs),
    }
    const where = names.length === 1 ? names[0] : `${names[0]} .. ${names[names.length - 1]}`
    yield* Console.log(
      given.json
        ? JSON.stringify(summary)
        : `${where}: ${Words.count(rows, "row")}, ${Words.number(bytes)} bytes, as of position ${plan.position} (${Words.seconds(durationMs)}, ${Words.perSecond(rows, durationMs)})`,
    )
  }, Effect.scoped),
).pipe(
  Command.withShortDescription("Write a whole table to a file for other tools"),
  Command.withDescription(
    "Write a whole table, or for each message the set of stations that heard it (receiver-sets), as Parquet, Arrow, CSV or GeoJSON. GeoJSON has a place for stations, receiver-sets and whatever a report gave one. Parquet beyond a million rows is several files, FILE-0001.parquet and so on.",
  ),
)

/** Which parts there are, and the position that all of them are as of. */
const planOf = Effect.fnUntraced(function* (
  ask: AskFile,
  subject: string,
  rowsWanted: number,
  at: Readonly<Record<string, string>>,
) {
  const bytes = yield* ask({
    method: "POST",
    path: "/api/query",
    body: {
      sql: `SELECT key // ${stepPositions} AS step, count(*) AS rows FROM (${sourceOf(subject).counted}) GROUP BY step ORDER BY step`,
      ...at,
      rows: limitsMax.rows,
      timeMs: limitsMax.timeMs,
    },
  })
  const answer = yield* Effect.orDie(decode(new TextDecoder().decode(bytes)))
  return {
    parts: partsOf(
      answer.rows.map(([step, rows]) => [Number(step), Number(rows)]),
      rowsWanted,
    ),
    position: answer.position,
    at: answer.position < 0 ? at : { at: String(answer.position) },
  }
})

/** `x.parquet` to `x-0001.parquet`. */
const numbered = (out: string, index: number): string =>
  out.replace(/(\.parquet)?$/, (ending) => `-${String(index + 1).padStart(4, "0")}${ending}`)

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(QueryAnswer))
