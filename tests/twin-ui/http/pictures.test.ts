import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { Pipeline } from "../../../core/ingest/Pipeline.ts"
import { CounterAnswer } from "../../../twin-ui/api/Counter.ts"
import { EntityState } from "../../../twin-ui/api/EntityState.ts"
import { meter, minuteMs, startMs, tell } from "./story.ts"
import { type Answer, ask, at, settled, world } from "./world.ts"

const as = <A>(schema: Schema.Codec<A, unknown>, answer: Answer): A => {
  assert.strictEqual(answer.status, 200, answer.text)
  const decoded = Schema.decodeUnknownResult(schema)(answer.json)
  if (Result.isFailure(decoded)) throw new Error(decoded.failure.message)
  return decoded.success
}

describe("a device's counter over time", () => {
  it.live("has each number with its verdict, and the window that it met", () =>
    Effect.gen(function* () {
      yield* tell
      const pipeline = yield* Pipeline
      // Its last number again: seen before.
      yield* pipeline.offer([meter.send(13, { atMs: startMs + 40 * minuteMs })])
      yield* settled
      const { isCut, points, rollover, window } = as(
        CounterAnswer,
        yield* ask("/api/devices/4d33db/counter"),
      )
      assert.deepStrictEqual(
        points.map(({ accepted, reason, seq, warning }) => [seq, accepted, reason ?? warning]),
        [
          [10, true, "first"],
          [11, true, null],
          [12, false, "wrong-mac"],
          [13, true, "break"],
          [13, false, "number-seen"],
        ],
      )
      assert.isNull(points[0].window)
      assert.strictEqual(points[1].window?.from, 11)
      assert.strictEqual(points[4].window?.from, 14)
      assert.strictEqual(points[4].window?.to, 13 + (points[4].window?.gapMax ?? 0))
      assert.strictEqual(rollover, 4096)
      assert.strictEqual(window?.from, 14)
      assert.isFalse(isCut)
    }).pipe(Effect.provide(world())),
  )

  it.live("ends with the instant, and is cut to the latest", () =>
    Effect.gen(function* () {
      const heads = yield* tell
      const all = as(CounterAnswer, yield* ask("/api/devices/4D33DB/counter"))
      const then = as(
        CounterAnswer,
        yield* ask(`/api/devices/4D33DB/counter?at=${heads.second - 1}`),
      )
      assert.deepStrictEqual(then.points, all.points.slice(0, 2))
      const last = as(CounterAnswer, yield* ask("/api/devices/4D33DB/counter?limit=2"))
      assert.isTrue(last.isCut)
      assert.deepStrictEqual(last.points, all.points.slice(-2))
      assert.strictEqual((yield* ask("/api/devices/FFFF/counter")).status, 404)
    }).pipe(Effect.provide(world())),
  )
})

describe("a message", () => {
  it.live("has its receptions as a matrix, and its way in the order of time", () =>
    Effect.gen(function* () {
      yield* tell
      const { path = [], receptions } = as(EntityState, yield* ask("/api/messages/4D33DB:10"))
      assert.deepStrictEqual(
        receptions?.cells.map(({ counts, delayMs, rank, station }) => [
          station,
          rank,
          delayMs,
          counts,
        ]),
        [
          ["BS-1", 1, 0, true],
          ["BS-2", 2, 20, true],
        ],
      )
      const times = path.map(({ fromMs }) => fromMs)
      assert.deepStrictEqual(
        times,
        times.toSorted((a, b) => a - b),
      )
      const stages = path.map(({ stage }) => stage)
      assert.deepStrictEqual(new Set(stages), new Set(["transmission", "verdict", "delivery"]))
      const verdict = path.find(({ stage }) => stage === "verdict")
      const event = yield* ask(`/api/events/${verdict?.position}`)
      assert.strictEqual(at(event, "row.kind"), "MessageAccepted")
      const device = as(EntityState, yield* ask("/api/devices/4D33DB"))
      assert.strictEqual(device.receptions?.message, "4D33DB:13@0")
    }).pipe(Effect.provide(world())),
  )
})
