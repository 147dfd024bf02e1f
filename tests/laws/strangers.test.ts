/** Unknown device and station ids are counted and aged out: they never get a memory or a stream each, however many come. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as fc from "fast-check"
import { DeviceId, SourceId, StationId } from "../../core/event/ids.ts"
import type { FrameHeard } from "../../core/event/reception.ts"
import { strangeStations } from "../../core/event/streamOf.ts"
import { Pipeline } from "../../core/ingest/Pipeline.ts"
import * as pipelineLive from "../../core/ingest/pipelineLive.ts"
import { secretsMemory } from "../../core/keys/secretsMemory.ts"
import * as Vault from "../../core/keys/Vault.ts"
import { EventLog } from "../../core/log/EventLog.ts"
import * as memory from "../../core/log/memory.ts"
import * as Series from "../../projections/anomaly/watch/Series.ts"
import * as Watch from "../../projections/anomaly/watch/Watch.ts"
import * as WatchSnapshot from "../../projections/anomaly/watch/WatchSnapshot.ts"
import { strangeStationsMax } from "../../projections/anomaly/watch/Watched.ts"
import { radio } from "../core/ingest/radio.ts"

const world = () =>
  Layer.provideMerge(
    pipelineLive.layer,
    Layer.mergeAll(Layer.fresh(memory.layer), Vault.layer(secretsMemory)),
  )

const known = radio(0x4d33db)

const frame = (device: string, station: string): FrameHeard => ({
  _tag: "FrameHeard",
  source: SourceId.make("frames"),
  station: StationId.make(station),
  device: DeviceId.make(device),
  frameType: 0x35f,
  rank: 1,
  flags: 0,
  seq: 1,
  mac: "beef",
  crc: 1,
  payload: { digest: "aa", length: 2, bytes: new Uint8Array(18) },
  check: "unknown-device",
  keyVersion: 0,
})

describe("a flood of invented ids", () => {
  it("opens as many streams as no flood does, and what is known gets through", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(fc.integer({ min: 1, max: 0xfffffff }), fc.integer({ min: 0, max: 9_999 })),
          {
            minLength: 50,
            maxLength: 200,
          },
        ),
        async (ids) => {
          const streams = await Effect.runPromise(
            Effect.gen(function* () {
              const pipeline = yield* Pipeline
              const key = Redacted.make(known.keyHex)
              yield* pipeline.execute({ _tag: "RegisterDevice", device: known.id, key })
              const flood = ids.map(([address, station], i) =>
                radio(address).send(i % 4096, { station: `X-${station}`, keyHex: known.keyHex }),
              )
              const { accepted } = yield* pipeline.submit([...flood, known.send(7)])
              assert.isAtLeast(accepted, 1)
              const log = yield* EventLog
              const events = (yield* Stream.runCollect(log.read(0))).flat()
              return new Set(events.map(({ stream }) => stream))
            }).pipe(Effect.provide(world())),
          )
          const few = new Set<string>([`device-${known.id}`, "strangers", "strange-stations"])
          assert.deepStrictEqual(
            [...streams].filter((stream) => !few.has(stream)),
            [],
          )
        },
      ),
      { numRuns: 10 },
    ))

  it("is watched at no more stations than there is room for strangers", () => {
    const watch = Watch.make()
    const startMs = Date.UTC(2026, 5, 1)
    for (let i = 0; i < 3 * strangeStationsMax; i++) {
      const nowMs = startMs + i * Series.binMs * 0.01
      Watch.advance(watch, nowMs, i)
      const event = frame(`X${i}`, `X-${i}`)
      const at = { occurredMs: nowMs, recordedMs: nowMs, causes: [] }
      const recorded = { position: i, stream: strangeStations, revision: i, ...at, event }
      Watch.apply(watch, recorded, nowMs)
    }
    assert.strictEqual(watch.owners.size, 0)
    assert.strictEqual(watch.strangeStations.values.size, strangeStationsMax)
    assert.isAtMost(JSON.stringify(WatchSnapshot.encode(watch)).length, 4_000_000)
  })
})
