/**
 * Investigations: a stream of events of their own, beside the log and never in it, since they are about the network and
 * nothing that happened in it. `NAME.cases.ndjson` beside `NAME.db`, one event a line, only ever appended to.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type AddToCase, CaseEvent } from "../../api/Cases.ts"

/** The file cannot be read or written, or is none of cases. */
export class CaseFileUnusable extends Schema.TaggedError<CaseFileUnusable>()("CaseFileUnusable", {
  file: Schema.String,
  detail: Schema.String,
}) {}

/** Longest file read. */
const bytesMax = 64 * 1024 * 1024

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(CaseEvent))
const encode = Schema.encodeUnknownSync(Schema.fromJsonString(CaseEvent))

/** Of a log's file. */
export const beside = (logPath: string): string => `${logPath.replace(/\.db$/, "")}.cases.ndjson`

/** All of them, oldest first; a line that cannot be read is named. */
export const read = (file: string): Effect.Effect<ReadonlyArray<CaseEvent>, CaseFileUnusable> =>
  Effect.gen(function* () {
    if (!existsSync(file)) return []
    const text = yield* tried(file, () => readFileSync(file, "utf8"))
    if (text.length > bytesMax)
      return yield* new CaseFileUnusable({ file, detail: `${file} is too long` })
    const events: Array<CaseEvent> = []
    for (const [i, line] of text.split("\n").entries())
      if (line !== "")
        events.push(
          yield* Effect.mapError(
            decode(line),
            () =>
              new CaseFileUnusable({ file, detail: `${file}, line ${i + 1}: no event of a case` }),
          ),
        )
    return events
  })

export const append = (
  file: string,
  events: ReadonlyArray<CaseEvent>,
): Effect.Effect<void, CaseFileUnusable> =>
  tried(file, () => appendFileSync(file, events.map((event) => `${encode(event)}\n`).join("")))

const tried = <A>(file: string, what: () => A): Effect.Effect<A, CaseFileUnusable> =>
  Effect.try({
    try: what,
    catch: (cause) =>
      new CaseFileUnusable({
        file,
        detail: `${file}: ${cause instanceof Error ? cause.message : String(cause)}`,
      }),
  })

/** What an addition becomes; none where nothing is said. */
export const entriesOf = (
  { bookmark, filter, finding, note = "", pin }: AddToCase,
  at: { readonly case: string; readonly atMs: number; readonly by?: string },
): ReadonlyArray<CaseEvent> => [
  ...(pin === undefined
    ? []
    : [{ _tag: "InstantPinned", ...at, position: pin, text: note } as const]),
  ...(bookmark === undefined
    ? []
    : [{ _tag: "EventBookmarked", ...at, position: bookmark, text: note } as const]),
  ...(filter === undefined ? [] : [{ _tag: "FilterKept", ...at, filter } as const]),
  ...(finding === undefined ? [] : [{ _tag: "FindingNamed", ...at, finding } as const]),
  ...(note !== "" && pin === undefined && bookmark === undefined
    ? [{ _tag: "NoteTaken", ...at, text: note } as const]
    : []),
]
