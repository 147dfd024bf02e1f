/**
 * Keeps the tables up to date with the log: events to rows, rows to the database, as many at a time as are there.
 *
 * What is in memory is only ahead of the database by what is not written yet. When a write fails, all of it is
 * forgotten and begun again from what is kept, so nothing is lost and nothing is there twice.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Latch from "effect/Latch"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import type { Position, Recorded } from "../../core/event/Envelope.ts"
import { EventLog, type LogUnavailable } from "../../core/log/EventLog.ts"
import * as Anomaly from "../anomaly/Anomaly.ts"
import type { Snapshots } from "../run/Snapshots.ts"
import { asOf } from "../time/asOf.ts"
import { AnalyticsUnavailable } from "./Analytics.ts"
import * as Facts from "./Facts.ts"
import * as Findings from "./Findings.ts"
import { restore } from "./restore.ts"
import type { Store } from "./Store.ts"

/** Events taken in before their rows are written, when many come. A row group of the database has 122,880 rows. */
export const eventsAtOnceMax = 245_760
/** Events to the end of the log that are few. */
const nearMax = 10_000
/** When few come, their rows are written after this: the lag is about as much again as the log's own. */
export const writeAfterMs = 250
/** After a failed write. */
const retryAfterMs = 1_000

export interface Follower {
  /** Returns when the events below the position are in the tables. */
  readonly reached: (position: Position) => Effect.Effect<void>
}

/**
 * Follows the log for as long as the scope lasts. `written` runs after writes and beside the next ones, with when the last
 * event in them was recorded.
 */
export const make = Effect.fn("analytics.follow")(function* (
  store: Store,
  written: (recordedMs: number) => Effect.Effect<void> = () => Effect.void,
) {
  let next = Deferred.makeUnsafe<void>()
  const tell = Effect.sync(() => {
    const done = next
    next = Deferred.makeUnsafe()
    Deferred.doneUnsafe(done, Exit.void)
  })

  yield* session(store, tell, written).pipe(
    Effect.tapError((error) =>
      Effect.logWarning(`the tables are behind, and are tried again: ${error.message}`),
    ),
    Effect.retry(Schedule.spaced(retryAfterMs)),
    Effect.forkScoped,
  )
  const reached = (position: Position): Effect.Effect<void> =>
    Effect.suspend(() =>
      atLeast(store) >= position
        ? Effect.void
        : Effect.flatMap(Deferred.await(next), () => reached(position)),
    )
  const follower: Follower = { reached }
  return follower
})

export const atLeast = ({ positions }: Store): Position =>
  Math.min(positions.facts, positions.findings)

/**
 * From what is kept to the end of the log, and on with it. Ends only by failing.
 *
 * While much is to be read, a write is of `eventsAtOnceMax` events: fewer would be written to the database's journal first
 * and to their place later. The next ones are folded meanwhile, as many again at most.
 */
const session = (
  store: Store,
  tell: Effect.Effect<void>,
  written: (recordedMs: number) => Effect.Effect<void>,
): Effect.Effect<void, AnalyticsUnavailable | LogUnavailable, EventLog | Snapshots> =>
  Effect.gen(function* () {
    const log = yield* EventLog
    const start = { ...store.positions }
    const facts = yield* restore(store)
    const anomaly = yield* asOf(Anomaly.projection, start.findings)
    let gathered = store.gather()
    let pending = 0
    let recordedMs = 0
    let writtenMs = 0
    let taken: Position = Math.min(start.facts, start.findings)
    let isBehind = true
    /** There are as many rows as are written at once. */
    const full = yield* Latch.make(false)
    /** There is room for more of them. */
    const room = yield* Latch.make(true)
    /** Something was written. */
    const news = yield* Latch.make(false)

    const takeIn = (events: ReadonlyArray<Recorded>) =>
      Effect.suspend(() => {
        for (const recorded of events) {
          if (recorded.position >= start.facts) Facts.apply(facts, recorded, gathered)
          if (recorded.position >= start.findings)
            Findings.apply(anomaly, recorded, gathered["anomaly_steps"])
        }
        const last = events[events.length - 1]
        pending += events.length
        taken = last.position + 1
        recordedMs = last.recordedMs
        if (pending < eventsAtOnceMax) return Effect.void
        full.openUnsafe()
        room.closeUnsafe()
        return room.await
      })

    const write = Effect.suspend(() => {
      const all = gathered
      const positions = {
        facts: Math.max(start.facts, taken),
        findings: Math.max(start.findings, taken),
      }
      const lastMs = recordedMs
      gathered = store.gather()
      pending = 0
      full.closeUnsafe()
      room.openUnsafe()
      return Effect.tryPromise({
        try: () => store.write(all, positions),
        catch: (cause) =>
          new AnalyticsUnavailable({
            reason: "stopped",
            detail: cause instanceof Error ? cause.message : String(cause),
          }),
      }).pipe(
        Effect.tap(() =>
          Effect.sync(() => {
            writtenMs = lastMs
          }),
        ),
      )
      // The store is closed when this has ended.
    }).pipe(Effect.uninterruptible, Effect.andThen(tell), Effect.andThen(news.open))

    const reading = Effect.gen(function* () {
      // What comes meanwhile is much only where much was read.
      for (let left = yield* log.head; left > 0; left = (yield* log.head) - taken - nearMax)
        yield* Stream.runForEach(log.read(taken), takeIn)
      isBehind = false
      yield* Stream.runForEach(log.follow(taken), takeIn)
    })
    const writing = Effect.gen(function* () {
      yield* Effect.timeoutOption(full.await, writeAfterMs)
      if (pending >= eventsAtOnceMax || (pending > 0 && !isBehind)) yield* write
    })
    const telling = Effect.gen(function* () {
      yield* news.await
      news.closeUnsafe()
      yield* written(writtenMs)
    })
    yield* Effect.raceAllFirst([reading, Effect.forever(writing), Effect.forever(telling)])
  })
