/**
 * A clock that begins at an instant of its own and runs `speed` times as fast as the wall's, until it
 * has caught up with it; from then on it is the wall's. It stands still until it is first `moved`, and runs at most `leadMs`
 * beyond the instant at which it was moved last: whoever plays by it moves it with each step, so on a machine that does not
 * keep up the clock goes slower, and nothing comes late that was not late.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

export interface ScaledClock {
  readonly clock: Clock.Clock
  readonly move: () => void
}

export const scaledClock = (options: {
  /** At or before now. */
  readonly startMs: number
  readonly speed: number
  /** Unbounded where absent. */
  readonly leadMs?: number
}): Effect.Effect<ScaledClock> =>
  Effect.map(Effect.service(Clock.Clock), (wall) => {
    const { leadMs = Infinity, speed } = options
    /** When it was moved last: by the wall's clock, and by its own. */
    let movedWallMs: number | undefined
    let movedMs = options.startMs
    const nowMs = (): number => {
      const wallMs = wall.currentTimeMillisUnsafe()
      const passedMs = movedWallMs === undefined ? 0 : (wallMs - movedWallMs) * speed
      return Math.min(wallMs, Math.floor(movedMs + Math.min(Math.max(0, passedMs), leadMs)))
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
      move: () => {
        const atMs = nowMs()
        movedMs = atMs
        movedWallMs = wall.currentTimeMillisUnsafe()
      },
    }
  })
