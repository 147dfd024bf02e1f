/** A clock that stands where it is put. Sleeping takes real time: only what is dated is virtual. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

export interface VirtualClock {
  readonly clock: Clock.Clock
  readonly set: (ms: number) => void
}

export const make: Effect.Effect<VirtualClock> = Effect.map(Clock.Clock, (real) => {
  let nowMs = 0
  const nanos = (): bigint => BigInt(Math.round(nowMs)) * 1_000_000n
  return {
    clock: {
      currentTimeMillisUnsafe: () => nowMs,
      currentTimeMillis: Effect.sync(() => nowMs),
      currentTimeNanosUnsafe: nanos,
      currentTimeNanos: Effect.sync(nanos),
      monotonicTimeNanosUnsafe: () => real.monotonicTimeNanosUnsafe(),
      monotonicTimeNanos: real.monotonicTimeNanos,
      sleep: (duration) => real.sleep(duration),
    },
    set: (ms) => {
      nowMs = ms
    },
  }
})
