/** Rows of a list that was asked for, and how many there are that were not shown. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Flag } from "effect/cli"
import { limitMax } from "../http/lists.ts"
import * as Asker from "./Asker.ts"
import * as Flags from "./flags.ts"
import { formatTable } from "./formatTable.ts"
import * as Words from "./Words.ts"

export const flags = {
  order: Flag.Literals("order", ["newest", "worst"]).pipe(
    Flag.withDescription("Newest heard first (the default), or worst first"),
    Flag.withDefault("newest" as const),
  ),
  limit: Flags.limit(limitMax, 50),
  at: Flags.at,
  clock: Flags.clock,
  log: Flags.log,
  server: Flags.server,
  json: Flags.json,
}

interface Given {
  readonly order: string
  readonly limit: number
  readonly at: Option.Option<string>
  readonly clock: string
  readonly log: string
  readonly server: Option.Option<string>
  readonly json: boolean
}

/** Asks for a list and prints it; `rowsOf` gives the cells of what the answer lists. */
export const show = Effect.fn("cli.list")(function* <Answer extends { readonly total: number }>(
  given: Given,
  path: string,
  decode: (json: unknown) => Effect.Effect<Answer, unknown>,
  table: {
    readonly of: string
    readonly head: ReadonlyArray<string>
    readonly numbers: ReadonlyArray<string>
    readonly rowsOf: (answer: Answer) => ReadonlyArray<ReadonlyArray<string>>
  },
) {
  const ask = yield* Asker.forReading(given)
  const json = yield* ask({
    path,
    query: {
      order: given.order,
      limit: String(given.limit),
      at: Option.getOrUndefined(given.at),
      clock: given.clock,
    },
  })
  if (given.json) return yield* Console.log(JSON.stringify(json))
  const answer = yield* Effect.orDie(decode(json))
  const rows = table.rowsOf(answer)
  if (rows.length === 0) return yield* Console.log(`no ${table.of}`)
  yield* Console.log(formatTable(table.head, rows, new Set(table.numbers)))
  if (answer.total > rows.length)
    yield* Console.log(
      `${Words.number(answer.total - rows.length)} more ${table.of}: --limit up to ${limitMax}`,
    )
}, Effect.scoped)
