/**
 * Lets our clock jump, back and forth and by years, between and during appends. Recorded times never fall, positions have
 * no gap, and an instant still leads to one place in the log.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Random from "../../core/kernel/Random.ts"
import { EventLog } from "../../core/log/EventLog.ts"
import * as Sqlite from "../../core/log/sqlite.ts"
import { frame } from "../contract/someEvents.ts"
import { counter, type Torture } from "./Torture.ts"

const yearMs = 31_557_600_000

export const torture: Torture = {
  name: "clock",
  about: "our clock jumps, back or forth",
  countDefault: 10_000,
  run: async ({ count, progress, seed }) => {
    const { add, outcomes, violate, violations } = counter()
    const random = Random.make(seed)
    const directory = mkdtempSync(join(tmpdir(), "sigtwin-torture-"))
    let nowMs = Date.UTC(2026, 0, 1)
    const real = await Effect.runPromise(Clock.Clock)
    const clock: Clock.Clock = {
      sleep: (duration) => real.sleep(duration),
      monotonicTimeNanosUnsafe: () => real.monotonicTimeNanosUnsafe(),
      monotonicTimeNanos: real.monotonicTimeNanos,
      currentTimeMillisUnsafe: () => nowMs,
      currentTimeMillis: Effect.sync(() => nowMs),
      currentTimeNanosUnsafe: () => BigInt(Math.round(nowMs)) * 1_000_000n,
      currentTimeNanos: Effect.sync(() => BigInt(Math.round(nowMs)) * 1_000_000n),
    }
    try {
      await Effect.runPromise(
        Effect.gen(function* () {
          const log = yield* EventLog
          for (let stroke = 0; stroke < count; stroke++) {
            const jumpMs =
              (random.below(2) === 0 ? -1 : 1) * random.below(2 ** (1 + random.below(35)))
            nowMs = Math.max(0, Math.min(100 * yearMs, nowMs + jumpMs))
            add(jumpMs < 0 ? "jumps back" : "jumps forth")
            yield* log.append([frame("A", stroke % 4096), frame("B", stroke % 4096)])
            progress(stroke + 1)
          }
          const events = (yield* Stream.runCollect(log.read(0))).flat()
          let latestMs = 0
          for (const [i, { position, recordedMs }] of events.entries()) {
            if (position !== i) violate(`position ${position} stands at ${i}, seed ${seed}`)
            if (recordedMs < latestMs)
              violate(`the recorded time falls at ${position}, seed ${seed}`)
            latestMs = recordedMs
          }
          for (let i = 0; i < 200; i++) {
            const ms = random.below(100) * (latestMs / 100)
            const at = yield* log.positionAt(ms)
            if (
              (at > 0 && events[at - 1].recordedMs > ms) ||
              (at < events.length && events[at].recordedMs <= ms)
            )
              violate(`the instant ${ms} leads to ${at}, seed ${seed}`)
          }
          const { damage } = yield* log.verify
          for (const { position, what } of damage)
            violate(`position ${position}: ${what}, seed ${seed}`)
        }).pipe(
          Effect.provide(
            Sqlite.layer(join(directory, "log.db"), { durableAtClose: true }).pipe(
              Layer.provide(Layer.succeed(Clock.Clock, clock)),
            ),
          ),
        ),
      )
    } finally {
      rmSync(directory, { recursive: true })
    }
    return { strokes: count, outcomes, violations }
  },
}
