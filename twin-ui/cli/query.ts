/** `sigtwin query`: SQL over the tables, as of now or any instant. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Argument, Command, Flag } from "effect/cli"
import { limitsDefault, limitsMax } from "../../projections/analytics/Analytics.ts"
import { formats, QueryAnswer } from "../api/Analytics.ts"
import { answerText } from "./answerText.ts"
import * as Asker from "./Asker.ts"
import * as Flags from "./flags.ts"
import { said } from "./said.ts"
import { writeOut } from "./writeOut.ts"

export const query = Command.make(
  "query",
  {
    sql: Argument.String("sql").pipe(
      Argument.withDescription(
        'One SELECT, as "SELECT station, count(*) FROM receptions GROUP BY ALL"',
      ),
    ),
    at: Flags.at,
    clock: Flags.recordedClock,
    format: Flag.Literals("format", ["table", ...formats]).pipe(
      Flag.withDescription("How the rows are given (default table)"),
      Flag.withDefault("table" as const),
    ),
    out: Flag.String("out").pipe(
      Flag.withMetavar("FILE"),
      Flag.withDescription("Write there instead of to standard output"),
      Flag.optional,
    ),
    rows: Flags.integer("rows", { minimum: 1, maximum: limitsMax.rows }).pipe(
      Flag.withDescription(`Rows at most (default ${limitsDefault.rows})`),
      Flag.withDefault(limitsDefault.rows),
    ),
    seconds: Flags.integer("seconds", { minimum: 1, maximum: limitsMax.timeMs / 1000 }).pipe(
      Flag.withDescription(`How long it may take (default ${limitsDefault.timeMs / 1000})`),
      Flag.withDefault(limitsDefault.timeMs / 1000),
    ),
    log: Flags.log,
    server: Flags.server,
    json: Flags.json,
  },
  Effect.fn("cli.query")(function* (given) {
    const ask = yield* Asker.forTables(given)
    const format = given.json ? "json" : given.format
    const bytes = yield* ask({
      method: "POST",
      path: "/api/query",
      body: {
        sql: given.sql,
        ...said("at", given.at),
        clock: given.clock,
        format: format === "table" ? "json" : format,
        rows: given.rows,
        timeMs: given.seconds * 1000,
      },
    })
    if (format !== "table") return yield* writeOut(bytes, given.out, format)
    const answer = yield* Effect.orDie(decode(new TextDecoder().decode(bytes)))
    const text = answerText(answer)
    if (Option.isNone(given.out)) return yield* Console.log(text)
    return yield* writeOut(new TextEncoder().encode(`${text}\n`), given.out, format)
  }, Effect.scoped),
).pipe(
  Command.withShortDescription("Ask the tables in SQL"),
  Command.withDescription(
    "Ask the tables in SQL (DuckDB's dialect): receptions, messages, devices, stations, attestations, deliveries, downlinks, anomalies, blocks, policies. `sigtwin analytics tables` lists their columns. Nothing can be changed by it. The tables are brought up to date first.",
  ),
)

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(QueryAnswer))
