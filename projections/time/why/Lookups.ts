/** What a question may look up in the log: through its index, never by reading all of it. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Position, Recorded } from "../../../core/event/Envelope.ts"
import type { EventLog, Filter, LogUnavailable } from "../../../core/log/EventLog.ts"

export interface Lookups {
  readonly event: (position: Position) => Effect.Effect<Recorded | undefined, LogUnavailable>
  /** Newest first, at most `limit`. */
  readonly newest: (
    filter: Filter,
    limit: number,
  ) => Effect.Effect<ReadonlyArray<Recorded>, LogUnavailable>
  /** Newest first, up to the first one of which `isEnough` says that nothing older is wanted; at most `limit`. */
  readonly until: (
    filter: Filter,
    limit: number,
    isEnough: (recorded: Recorded) => boolean,
  ) => Effect.Effect<ReadonlyArray<Recorded>, LogUnavailable>
}

/** Events kept while one question is answered: causes are shared. */
const keptMax = 4_096

/** For one question: what was found is kept, so that a cause that is met twice is read once. */
export const of = (log: EventLog["Service"]): Lookups => {
  const kept = new Map<Position, Recorded>()
  const keep = (found: ReadonlyArray<Recorded>): void => {
    for (const recorded of found) if (kept.size < keptMax) kept.set(recorded.position, recorded)
  }
  const until: Lookups["until"] = (filter, limit, isEnough) =>
    log.query(filter).pipe(
      Stream.flattenIterable,
      Stream.take(limit),
      Stream.takeUntil(isEnough),
      Stream.runCollect,
      Effect.tap((found) => Effect.sync(() => keep(found))),
    )
  const newest: Lookups["newest"] = (filter, limit) => until(filter, limit, never)
  return {
    event: (position) => {
      const known = kept.get(position)
      if (known !== undefined) return Effect.succeed(known)
      return Effect.map(
        newest({ from: position, to: position + 1 }, 1),
        ([found]): Recorded | undefined => found,
      )
    },
    newest,
    until,
  }
}

const never = (): boolean => false
