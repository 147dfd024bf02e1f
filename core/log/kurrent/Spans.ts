/**
 * How far the commits are linked, and when what is in them occurred: notes in a stream of their own, each about the commits since
 * the one before.
 *
 * A question about a time would otherwise read the whole log: a batch says when its events occurred only once it was read. A note
 * that is behind, or comes twice (a second linker's), costs its reader time and nothing else.
 */
import * as Effect from "effect/Effect"
import { randomId } from "../../crypto/randomId.ts"
import type { Position } from "../../event/Envelope.ts"
import type { LogUnavailable } from "../EventLog.ts"
import type { Record, Server } from "./Server.ts"

/** When the events of a commit occurred. */
export interface Span {
  readonly first: Position
  readonly fromMs: number
  readonly toMs: number
}

/** Commits whose spans are held, the latest: 24 MB. Questions about a time read the ones before. */
const spansMax = 1_000_000

/** Notes read at once. */
const atOnce = 64

const kind = "sigtwin.linked"

export interface Spans {
  /** Revision of the last commit up to which all is linked, as last noted; 0 for none. */
  readonly noted: Effect.Effect<number, LogUnavailable>
  /** All commits up to this one are linked; these came since the last note. */
  readonly note: (commit: number, spans: ReadonlyArray<Span>) => Effect.Effect<void, LogUnavailable>
  /** Where the last commit begins, of those noted and below a position, that may hold what occurred then. */
  readonly below: (
    position: Position,
    fromMs: number,
    toMs: number,
  ) => Effect.Effect<Position | undefined, LogUnavailable>
}

export const make = (server: Server, name: string): Spans => {
  const stream = `${name}:linked`
  let held: Array<Span> = []
  /** Of the next note to read. */
  let next = 0
  let isCut = false

  const take = (record: Record): void => {
    const last = held.at(-1)?.first ?? -1
    for (const span of spansIn(record)) if (span.first > last) held.push(span)
    if (held.length <= 2 * spansMax) return
    held = held.slice(-spansMax)
    isCut = true
  }

  const readOn = Effect.gen(function* () {
    while (true) {
      const records = yield* server.forwards(stream, next, atOnce)
      for (const record of records) take(record)
      next += records.length
      if (records.length < atOnce) return
    }
  })

  return {
    noted: Effect.map(server.backwards(stream, "end", 1), ([record]) =>
      record === undefined ? 0 : commitIn(record),
    ),
    note: (commit, spans) =>
      server
        .append(stream, "any", [
          {
            id: randomId(),
            type: kind,
            data: new TextEncoder().encode(
              JSON.stringify(spans.map(({ first, fromMs, toMs }) => [first, fromMs, toMs])),
            ),
            metadata: { commit },
          },
        ])
        .pipe(Effect.catchTag("WrongRevision", () => Effect.void)),
    below: (position, fromMs, toMs) =>
      Effect.gen(function* () {
        if (position > (held.at(-1)?.first ?? -1)) yield* readOn
        for (let i = lastBelow(held, position); i >= 0; i--)
          if (held[i].fromMs < toMs && held[i].toMs >= fromMs) return held[i].first
        // What lies before those held may hold anything.
        return isCut && position > 0 ? Math.min(position, held[0].first) - 1 : undefined
      }),
  }
}

const commitIn = ({ metadata }: Record): number => {
  const commit =
    typeof metadata === "object" && metadata !== null ? Number(Reflect.get(metadata, "commit")) : 0
  return Number.isInteger(commit) && commit > 0 ? commit : 0
}

const spansIn = ({ data, type }: Record): ReadonlyArray<Span> => {
  if (type !== kind || data.length === 0) return []
  const rows: unknown = JSON.parse(new TextDecoder().decode(data))
  return Array.isArray(rows)
    ? rows.map((row: unknown) => {
        const [first, fromMs, toMs] = Array.isArray(row) ? row.map(Number) : [NaN, NaN, NaN]
        return { first, fromMs, toMs }
      })
    : []
}

/** Index of the last span that begins below a position, -1 for none. */
const lastBelow = (spans: ReadonlyArray<Span>, position: Position): number => {
  let low = 0
  let high = spans.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (spans[middle].first < position) low = middle + 1
    else high = middle
  }
  return low - 1
}
