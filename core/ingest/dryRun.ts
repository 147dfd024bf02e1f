/**
 * A log that takes appends and forgets them: what would be appended is counted and lost.
 *
 * Reads see what is really there. So a pipeline on top of it decides as it would, in the order it
 * would, and nothing of it stays.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type Appended, EventLog, RestoreRefused } from "../log/EventLog.ts"

export const layer: Layer.Layer<EventLog, never, EventLog> = Layer.effect(
  EventLog,
  Effect.gen(function* () {
    const base = yield* EventLog
    let head = yield* base.head
    const taken = (count: number): Effect.Effect<Appended> =>
      Effect.map(Clock.currentTimeMillis, (recordedMs) => {
        const first = head
        head += count
        return { first, count, recordedMs }
      })
    return EventLog.of({
      ...base,
      head: Effect.sync(() => head),
      append: (events) => taken(events.length),
      restore: (events) =>
        Effect.suspend(() => {
          const wrong = events.find(({ position }, i) => position !== head + i)
          return wrong === undefined
            ? taken(events.length)
            : Effect.fail(new RestoreRefused({ position: wrong.position, head }))
        }),
    })
  }),
)
