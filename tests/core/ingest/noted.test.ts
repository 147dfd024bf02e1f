/** What the pipeline notes beside decisions, for those who look for anomalies. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import type { Recorded } from "../../../core/event/Envelope.ts"
import { Pipeline } from "../../../core/ingest/Pipeline.ts"
import * as pipelineLive from "../../../core/ingest/pipelineLive.ts"
import { secretsMemory } from "../../../core/keys/secretsMemory.ts"
import * as Vault from "../../../core/keys/Vault.ts"
import { EventLog } from "../../../core/log/EventLog.ts"
import * as memory from "../../../core/log/memory.ts"
import { radio } from "./radio.ts"

const layer = Layer.provideMerge(
  pipelineLive.layer,
  Layer.mergeAll(memory.layer, Vault.layer(secretsMemory)),
)

const atMs = 1_700_000_000_000
const dayMs = 86_400_000
const a = radio(0x4d33db)
/** One byte, the header of number 7 and the byte again: what one byte is lengthened to. */
const wrapped = "aa0007db334d00aa"

/** The log after some work of a registered device `a`, without its registration. */
const logAfter = (
  work: (pipeline: Pipeline["Service"]) => Effect.Effect<unknown, unknown>,
): Effect.Effect<ReadonlyArray<Recorded>, unknown> =>
  Effect.gen(function* () {
    const pipeline = yield* Pipeline
    yield* TestClock.setTime(atMs)
    const key = Redacted.make(a.keyHex)
    yield* pipeline.execute({ _tag: "RegisterDevice", device: a.id, rollover: 128, key })
    yield* work(pipeline)
    // A lookup may still be behind its decision.
    for (let i = 0; i < 50; i++) yield* Effect.yieldNow
    const log = yield* EventLog
    return (yield* Stream.runCollect(log.read(0))).flat().slice(1)
  }).pipe(Effect.provide(layer))

const signsOf = (log: ReadonlyArray<Recorded>) =>
  log.flatMap(({ event }) => (event._tag === "FrameHeard" ? [event.signs] : []))

const tagsOf = (log: ReadonlyArray<Recorded>) => log.map(({ event }) => event._tag)

describe("the pipeline notes", () => {
  it.effect("a payload that spells out the MAC's padding, in every copy, and nothing else", () =>
    Effect.gen(function* () {
      const log = yield* logAfter((pipeline) =>
        pipeline.submit([
          a.send(7, { payload: wrapped }),
          a.send(7, { payload: wrapped, station: "BS-2" }),
          a.send(8, { payload: wrapped, atMs: atMs + 60_000 }),
          a.send(9, { atMs: atMs + 120_000 }),
        ]),
      )
      const sign = ["wrap-padding"] as const
      assert.deepStrictEqual(signsOf(log), [sign, sign, undefined, undefined])
    }),
  )

  it.effect("no sign of a frame whose MAC is wrong", () =>
    Effect.gen(function* () {
      const log = yield* logAfter((pipeline) =>
        pipeline.submit([a.send(7, { payload: wrapped, keyHex: "00".repeat(16) })]),
      )
      assert.deepStrictEqual(signsOf(log), [undefined])
    }),
  )

  it.effect("receptions that come twice just now, by station, and not those of an old file", () =>
    Effect.gen(function* () {
      const log = yield* logAfter((pipeline) =>
        Effect.gen(function* () {
          const heard = [a.send(7), a.send(7, { rank: 2, atMs: atMs + 2500 })]
          const elsewhere = a.send(7, { station: "BS-2" })
          yield* pipeline.submit([...heard, elsewhere])
          yield* TestClock.setTime(atMs + 4000)
          yield* pipeline.submit([...heard, elsewhere])
          yield* TestClock.setTime(atMs + dayMs)
          yield* pipeline.submit([...heard, elsewhere])
        }),
      )
      const repeats = log.flatMap(({ event }) =>
        event._tag === "ReceptionsRepeated" ? [`${event.station} ${event.count}`] : [],
      )
      assert.deepStrictEqual(repeats, ["BS-1 2", "BS-2 1"])
    }),
  )

  it.effect(
    "the earlier twin of a number taken ahead of its turn, one turn of the counter later",
    () =>
      Effect.gen(function* () {
        const log = yield* logAfter((pipeline) =>
          Effect.gen(function* () {
            // The last eight numbers are remembered anyway.
            for (let seq = 3; seq < 123; seq += 4)
              yield* pipeline.submit([a.send(seq, { atMs: atMs + seq * 60_000 })])
            const again = atMs + dayMs
            yield* pipeline.submit([a.send(1, { atMs: again, payload: "01" })])
            yield* pipeline.submit([a.send(7, { atMs: again + 60_000 })])
          }),
        )
        const twin = log.find(({ event }) => event._tag === "EarlierTwinFound")
        assert.isDefined(twin, tagsOf(log).join(" "))
        assert.deepInclude(twin.event, { seq: 7, earlierMs: atMs + 7 * 60_000 })
        const [first, earlier] = twin.causes.map((position) => log[position - 1])
        assert.strictEqual(first.occurredMs, atMs + dayMs + 60_000)
        assert.strictEqual(earlier.occurredMs, atMs + 7 * 60_000)
        assert.lengthOf(
          tagsOf(log).filter((tag) => tag === "EarlierTwinFound"),
          1,
        )
      }),
  )

  it.effect("no twin of a number that was sent with another payload", () =>
    Effect.gen(function* () {
      const log = yield* logAfter((pipeline) =>
        Effect.gen(function* () {
          for (let seq = 3; seq < 123; seq += 4)
            yield* pipeline.submit([a.send(seq, { atMs: atMs + seq * 60_000 })])
          yield* pipeline.submit([a.send(7, { atMs: atMs + dayMs, payload: "beef" })])
        }),
      )
      assert.notInclude(tagsOf(log), "EarlierTwinFound")
    }),
  )
})
