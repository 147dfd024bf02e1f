/**
 * A clock that begins at an instant of its own and runs `speed` times as fast as the wall's, until it
 * has caught up with it; from then on it is the wall's. It stands still until `start` is called.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

export const scaledClock = (options: {
  /** At or before now. */
  readonly startMs: number
  readonly speed: number
}): Effect.Effect<{ readonly clock: Clock.Clock; readonly start: () => void }> =>
  Effect.map(Effect.service(Clock.Clock), (wall) => {
    let wallStartMs: number | undefined
    const { startMs, speed } = options
    const nowMs = (): number => {
      const wallMs = wall.currentTimeMillisUnsafe()
      const passedMs = wallStartMs === undefined ? 0 : wallMs - wallStartMs
      return Math.min(wallMs, Math.floor(startMs + passedMs * speed))
    }
    const isBehind = (): boolean => nowMs() < wall.currentTimeMillisUnsafe()
    const nanos = (): bigint => BigInt(nowMs()) * 1_000_000n
    const clock: Clock.Clock = {
      currentTimeMillisUnsafe: nowMs,
      currentTimeMillis: Effect.sync(nowMs),
      currentTimeNanosUnsafe: nanos,
      currentTimeNanos: Effect.sync(nanos),
      monotonicTimeNanosUnsafe: () => wall.monotonicTimeNanosUnsafe(),
      monotonicTimeNanos: wall.monotonicTimeNanos,
      sleep: (duration) =>
        Effect.suspend(() => {
          const ms = Duration.toMillis(duration)
          // A wait that begins behind and would end caught up is a little short: who waits looks again.
          return wall.sleep(Duration.millis(isBehind() ? Math.max(1, ms / speed) : ms))
        }),
    }
    return {
      clock,
      start: () => {
        wallStartMs = wall.currentTimeMillisUnsafe()
      },
    }
  })
