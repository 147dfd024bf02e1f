/** `sigtwin query`: SQL over the tables, as of now or any instant. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Argument, Command } from "effect/cli"
import { QueryAnswer } from "../api/Analytics.ts"
import { answerText } from "./answerText.ts"
import * as Asker from "./Asker.ts"
import { said } from "./said.ts"
import { tableFlags } from "./tableFlags.ts"
import { writeOut } from "./writeOut.ts"

export const query = Command.make(
  "query",
  {
    sql: Argument.String("sql").pipe(
      Argument.withDescription(
        'One SELECT, as "SELECT station, count(*) FROM receptions GROUP BY ALL"',
      ),
    ),
    ...tableFlags,
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
