/** Where in the log a moment lies: how many events are before it. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Position } from "../../core/event/Envelope.ts"
import type { EventLog, LogUnavailable } from "../../core/log/EventLog.ts"
import type * as At from "./At.ts"
import * as Problem from "./Problem.ts"

export const clocks = ["occurred", "recorded"] as const
export type Clock = (typeof clocks)[number]

/** Events up to and with the position, or up to the last one that had occurred (or was recorded) by the instant. */
export const placeOf = (
  log: EventLog["Service"],
  at: At.At,
  clock: Clock,
): Effect.Effect<Position, Problem.Problem | LogUnavailable> =>
  Effect.gen(function* () {
    if (at._tag === "Instant")
      return clock === "recorded"
        ? yield* log.positionAt(at.ms)
        : Option.match(yield* Stream.runHead(log.query({ toMs: at.ms + 1 })), {
            onNone: () => 0,
            onSome: ([newest]) => newest.position + 1,
          })
    const head = yield* log.head
    if (at.position >= head)
      return yield* Problem.make(
        "bad-request",
        head === 0
          ? "the log has no events yet"
          : `there is no position ${at.position} yet: the last one is ${head - 1}`,
        { where: "query.at" },
      )
    return at.position + 1
  })
