/** `sigtwin analytics`: the tables themselves: how far they are, what is in them, building them anew. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Command } from "effect/cli"
import * as Store from "../../projections/analytics/Store.ts"
import { AnalyticsAnswer } from "../api/Analytics.ts"
import { filesBeside, logLayer, parseLogAddress } from "../layers.ts"
import * as Asker from "./Asker.ts"
import { exportTables } from "./exportTables.ts"
import * as Flags from "./flags.ts"
import { formatTable } from "./formatTable.ts"
import * as Words from "./Words.ts"
import { WrongUse } from "./WrongUse.ts"

const where = { log: Flags.log, server: Flags.server, json: Flags.json }

const answered = Effect.fnUntraced(function* (given: Parameters<typeof Asker.forTables>[0]) {
  const ask = yield* Asker.forTables(given)
  const text = new TextDecoder().decode(yield* ask({ path: "/api/analytics" }))
  return { text, answer: yield* Effect.orDie(decode(text)) }
})

const status = Command.make(
  "status",
  where,
  Effect.fn("cli.analytics.status")(function* (given) {
    const { answer, text } = yield* answered(given)
    yield* Console.log(given.json ? text : statusText(answer))
  }, Effect.scoped),
).pipe(
  Command.withDescription(
    "Say how far the tables have come and how much is in them. Without --server they are brought up to date first.",
  ),
)

const tables = Command.make(
  "tables",
  where,
  Effect.fn("cli.analytics.tables")(function* (given) {
    const { answer, text } = yield* answered(given)
    yield* Console.log(given.json ? text : answer.tables.map(tableText).join("\n\n"))
  }, Effect.scoped),
).pipe(Command.withDescription("List the tables that may be asked, with what each column means."))

const rebuild = Command.make(
  "rebuild",
  { log: Flags.log, json: Flags.json },
  Effect.fn("cli.analytics.rebuild")(function* (given) {
    const address = yield* parseLogAddress(given.log)
    if (address._tag === "Memory")
      return yield* new WrongUse({
        detail: "a log in memory keeps no tables: give --log sqlite:PATH",
      })
    const { analytics: folder } = filesBeside(address)
    // There must be a log, and nobody at the tables: then they can be taken away.
    yield* Effect.scoped(
      Effect.gen(function* () {
        yield* Store.open(folder, "rebuilt")
      }).pipe(Effect.provide(logLayer(address, { readonly: true }))),
    )
    yield* Effect.sync(() => Store.remove(folder))
    const began = performance.now()
    const { answer, text } = yield* answered({ ...given, server: Option.none() })
    const ms = performance.now() - began
    const events = answer.position + 1
    yield* Console.log(
      given.json
        ? text
        : `${statusText(answer)}\nbuilt from ${Words.count(events, "event")} in ${Words.seconds(ms)} (${Words.perSecond(events, ms)})`,
    )
  }, Effect.scoped),
).pipe(
  Command.withDescription(
    "Throw the tables and their sealed parts away and build them from the log. Nobody else may be at them: stop the server first.",
  ),
)

export const analytics = Command.make("analytics").pipe(
  Command.withShortDescription("Look after the tables that questions are put to"),
  Command.withDescription(
    "Look after the tables that questions are put to: they are made from the log, in the folder NAME.analytics beside it, and can be thrown away at any time.",
  ),
  Command.withSubcommands([status, tables, exportTables, rebuild]),
)

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(AnalyticsAnswer))

const statusText = ({ head, kept, place, position, sealed }: AnalyticsAnswer): string => {
  const behind = head - position
  return [
    `tables in ${place}, ${behind === 0 ? `up to date with position ${position}` : `${Words.count(behind, "event")} behind position ${head}`}`,
    `sealed: ${Words.count(sealed.days, "day")} in ${Words.count(sealed.files, "Parquet file")}, ${Words.number(sealed.bytes)} bytes`,
    "",
    formatTable(
      ["table", "rows"],
      kept.map(({ name, rows }) => [name, Words.number(rows)]),
      new Set(["rows"]),
    ),
  ].join("\n")
}

const tableText = ({ about, columns, name }: AnalyticsAnswer["tables"][number]): string =>
  [
    `${name}: ${about}`,
    ...formatTable(
      ["column", "type", "meaning"],
      columns.map((column) => [column.name, column.type, column.about]),
    )
      .split("\n")
      .map((line) => `  ${line}`),
  ].join("\n")
