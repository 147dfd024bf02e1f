/**
 * What attempts came to, on its way into the log: all that comes in during one commit goes into the next.
 *
 * Nothing given is dropped but by a crash; it stays here until it is in the log, tried again as often as it takes. Bounded by the
 * attempts that may be under way (`Ledger.attemptsMax`), each with its obligations (`Outlet.batchMax`).
 */
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Schedule from "effect/Schedule"
import type { NewEvent } from "../event/Envelope.ts"
import type { Pipeline } from "../ingest/Pipeline.ts"
import type { LogUnavailable } from "../log/EventLog.ts"

/** Events recorded together, or those of one attempt. */
const togetherMax = 2_000

const onceASecond = Schedule.spaced("1 second")

export interface Outcomes {
  /** What one attempt came to: its events may name each other as causes. */
  readonly add: (events: ReadonlyArray<NewEvent>) => void
  /** Records for as long as it is not interrupted, and once more when it is. */
  readonly record: Effect.Effect<never, LogUnavailable>
}

export const make = (pipeline: Pipeline["Service"]): Effect.Effect<Outcomes> =>
  Effect.map(Queue.sliding<true>(1), (wake) => {
    const waiting: Array<ReadonlyArray<NewEvent>> = []
    // What was recorded is taken out in the same step, so that nothing is recorded twice.
    const recordSome = Effect.suspend(() => {
      const { count, events } = together(waiting)
      return Effect.map(pipeline.record(events), () => {
        waiting.splice(0, count)
      })
    }).pipe(Effect.uninterruptible)
    const isWaiting = () => waiting.length > 0
    const recordAll = Effect.whileLoop({
      while: isWaiting,
      // The log may be full for a while.
      body: () => recordSome.pipe(Effect.retry(onceASecond)),
      step,
    })
    const recordRest = Effect.whileLoop({ while: isWaiting, body: () => recordSome, step })
    return {
      add: (events) => {
        waiting.push(events)
        Queue.offerUnsafe(wake, true)
      },
      record: Effect.forever(Effect.andThen(Queue.take(wake), recordAll)).pipe(
        Effect.onInterrupt(() => Effect.ignore(recordRest)),
      ),
    }
  })

const step = (): void => {}

/** The first groups, one after the other; causes within a group go with it. */
const together = (
  groups: ReadonlyArray<ReadonlyArray<NewEvent>>,
): { readonly events: ReadonlyArray<NewEvent>; readonly count: number } => {
  const events: Array<NewEvent> = []
  let count = 0
  for (const group of groups) {
    if (count > 0 && events.length + group.length > togetherMax) break
    count++
    const first = events.length
    for (const one of group) events.push(first === 0 ? one : moved(one, first))
  }
  return { events, count }
}

/** Causes below zero stand for places in the same batch, counted from -1 down. */
const moved = (one: NewEvent, by: number): NewEvent =>
  one.causes.some((cause) => cause < 0)
    ? { ...one, causes: one.causes.map((cause) => (cause < 0 ? cause - by : cause)) }
    : one
