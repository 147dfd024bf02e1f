import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { scaledClock } from "../../../twin-ui/cli/demo/scaledClock.ts"

const hourMs = 3_600_000

/** The wall's clock as a double: it is what it is set to. */
const walled = Effect.fnUntraced(function* (options: { readonly leadMs?: number }) {
  const real = yield* Clock.Clock
  let wallMs = 100 * hourMs
  const wall: Clock.Clock = {
    currentTimeMillisUnsafe: () => wallMs,
    currentTimeMillis: Effect.sync(() => wallMs),
    currentTimeNanosUnsafe: () => real.currentTimeNanosUnsafe(),
    currentTimeNanos: real.currentTimeNanos,
    monotonicTimeNanosUnsafe: () => real.monotonicTimeNanosUnsafe(),
    monotonicTimeNanos: real.monotonicTimeNanos,
    sleep: (duration) => real.sleep(duration),
  }
  const { clock, move } = yield* scaledClock({
    startMs: 90 * hourMs,
    speed: 60,
    ...options,
  }).pipe(Effect.provideService(Clock.Clock, wall))
  return {
    now: () => clock.currentTimeMillisUnsafe() - 90 * hourMs,
    wait: (ms: number) => {
      wallMs += ms
    },
    move,
  }
})

describe("the demo's clock", () => {
  it.effect("stands still until it is moved, then runs faster than the wall's", () =>
    Effect.gen(function* () {
      const { move, now, wait } = yield* walled({})
      wait(5_000)
      assert.strictEqual(now(), 0)
      move()
      wait(1_000)
      assert.strictEqual(now(), 60_000)
    }),
  )

  it.effect("waits for who plays by it, and goes on from there", () =>
    Effect.gen(function* () {
      const { move, now, wait } = yield* walled({ leadMs: 30_000 })
      move()
      wait(400)
      assert.strictEqual(now(), 24_000)
      wait(60_000)
      assert.strictEqual(now(), 30_000)
      move()
      assert.strictEqual(now(), 30_000)
      wait(100)
      assert.strictEqual(now(), 36_000)
    }),
  )

  it.effect("is the wall's once it has caught up, also between moves", () =>
    Effect.gen(function* () {
      const { move, now, wait } = yield* walled({ leadMs: 30_000 })
      for (let i = 0; i < 3_000; i++) {
        move()
        wait(400)
      }
      move()
      assert.strictEqual(now(), 10 * hourMs + 3_000 * 400)
      wait(20_000)
      assert.strictEqual(now(), 10 * hourMs + 3_000 * 400 + 20_000)
    }),
  )
})
