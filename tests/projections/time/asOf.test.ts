import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import { EventLog } from "../../../core/log/EventLog.ts"
import * as Memory from "../../../core/log/memory.ts"
import { Snapshots } from "../../../projections/run/Snapshots.ts"
import * as SnapshotsMemory from "../../../projections/run/snapshotsMemory.ts"
import { asOf, asOfInstant } from "../../../projections/time/asOf.ts"
import * as Traffic from "../../../projections/traffic/Traffic.ts"

const stores = Layer.merge(Layer.fresh(Memory.layer), Layer.fresh(SnapshotsMemory.layer))

const tick = {
  stream: "network",
  occurredMs: 0,
  causes: [],
  event: { _tag: "Ticked", due: "" },
} as const

const eventsIn = (state: Traffic.State): number => state.counts.events

describe("as of", () => {
  it.effect("a position holds the events below it, and at most all", () =>
    Effect.gen(function* () {
      const log = yield* EventLog
      yield* log.append([tick, tick, tick])
      for (const [to, seen] of [
        [0, 0],
        [2, 2],
        [3, 3],
        [99, 3],
      ])
        assert.strictEqual(eventsIn(yield* asOf(Traffic.projection, to)), seen)
    }).pipe(Effect.provide(stores)),
  )

  it.effect("an instant holds what was recorded at or before it", () =>
    Effect.gen(function* () {
      const log = yield* EventLog
      yield* TestClock.setTime(1_000)
      yield* log.append([tick])
      yield* TestClock.setTime(2_000)
      yield* log.append([tick])
      for (const [ms, seen] of [
        [999, 0],
        [1_000, 1],
        [1_999, 1],
        [2_000, 2],
      ])
        assert.strictEqual(eventsIn(yield* asOfInstant(Traffic.projection, ms)), seen)
    }).pipe(Effect.provide(stores)),
  )

  it.effect("a position begins at the nearest snapshot, not at zero", () =>
    Effect.gen(function* () {
      const log = yield* EventLog
      const snapshots = yield* Snapshots
      yield* log.append([tick, tick, tick, tick])
      // A snapshot that counts more than there was shows whether it is used.
      const marked = Traffic.projection.initial()
      marked.counts.events = 1000
      yield* snapshots.save({
        logId: log.info.id,
        projection: Traffic.projection.name,
        version: Traffic.projection.version,
        position: 2,
        text: JSON.stringify(Traffic.projection.encode(marked)),
      })
      assert.strictEqual(eventsIn(yield* asOf(Traffic.projection, 1)), 1)
      assert.strictEqual(eventsIn(yield* asOf(Traffic.projection, 2)), 1000)
      assert.strictEqual(eventsIn(yield* asOf(Traffic.projection, 4)), 1002)
    }).pipe(Effect.provide(stores)),
  )

  it.effect("a position goes on from a state at hand, and leaves that as it was", () =>
    Effect.gen(function* () {
      const log = yield* EventLog
      yield* log.append([tick, tick, tick, tick])
      const state = yield* asOf(Traffic.projection, 2)
      const later = yield* asOf(Traffic.projection, 3, [{ position: 2, state }])
      assert.deepStrictEqual([eventsIn(state), eventsIn(later)], [2, 3])
    }).pipe(Effect.provide(stores)),
  )
})
