import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as fc from "fast-check"
import type { NewEvent } from "../../../core/event/Envelope.ts"
import { EventLog } from "../../../core/log/EventLog.ts"
import * as Memory from "../../../core/log/memory.ts"
import { all, pack, type Packed } from "../../../projections/all.ts"
import type { Projection } from "../../../projections/Projection.ts"
import * as live from "../../../projections/run/live.ts"
import { layerOf, Recheck } from "../../../projections/run/Recheck.ts"
import { Snapshots } from "../../../projections/run/Snapshots.ts"
import * as SnapshotsMemory from "../../../projections/run/snapshotsMemory.ts"
import { Twin } from "../../../projections/run/Twin.ts"
import { plausible } from "../../laws/histories.ts"

const [history] = fc.sample(fc.noShrink(plausible(400)), { numRuns: 1, seed: 7 })
const events: ReadonlyArray<NewEvent> = history.map(({ event, occurredMs, stream }) => ({
  event,
  occurredMs,
  stream,
  causes: [],
}))

const half = Math.floor(events.length / 2)

const pace = { first: Duration.zero, between: Duration.millis(1), restRatio: 0 }

const world = (projections: ReadonlyArray<Packed>) =>
  layerOf(projections, pace).pipe(
    Layer.provideMerge(live.layerOf(projections)),
    Layer.provideMerge(Layer.merge(Layer.fresh(Memory.layer), Layer.fresh(SnapshotsMemory.layer))),
  )

const checkedTimes = (count: number) =>
  Effect.gen(function* () {
    const recheck = yield* Recheck
    const checks = yield* recheck.checks
    const least = Math.min(...checks.values())
    return least >= count && checks.size > 0
  }).pipe(Effect.repeat({ until: (isDone) => isDone, schedule: Schedule.spaced("5 millis") }))

interface Count {
  seen: number
}

/** It counts what it has ever been given, in whatever state: so a second fold gives more. */
const impure = (): Projection<Count> => {
  let ever = 0
  return {
    name: "wrong on purpose",
    version: 1,
    initial: () => ({ seen: 0 }),
    apply: (draft) => {
      draft.seen = ++ever
    },
    copy: (state) => ({ ...state }),
    encode: ({ seen }) => ({ seen }),
    // Written by `encode`.
    decode: (json) => ({ ...(json as unknown as Count) }),
  }
}

describe("checking in the background", () => {
  it("has a history to check", () => assert.isAbove(half, 50))

  it.live(
    "finds nothing wrong with any projection, from the beginning and from snapshots, while events come in",
    () =>
      Effect.gen(function* () {
        const log = yield* EventLog
        const twin = yield* Twin
        const snapshots = yield* Snapshots
        yield* log.append(events.slice(0, half))
        yield* twin.reached(half)
        for (const packed of all) {
          const state = packed.open((projection) =>
            Effect.map(twin.state(projection), (found) => JSON.stringify(projection.encode(found))),
          )
          const { name: projection, version } = packed
          yield* snapshots.save({
            logId: log.info.id,
            projection,
            version,
            position: half,
            text: yield* state,
          })
        }
        for (const event of events.slice(half)) {
          yield* log.append([event])
          yield* Effect.yieldNow
        }
        yield* checkedTimes(2)
        const recheck = yield* Recheck
        assert.deepStrictEqual(yield* recheck.divergences, [])
        assert.strictEqual((yield* recheck.checks).size, all.length)
      }).pipe(Effect.provide(world(all))),
  )

  it.live("raises the alarm on a projection whose live state is not what the log gives", () =>
    Effect.gen(function* () {
      const log = yield* EventLog
      const twin = yield* Twin
      yield* log.append(events.slice(0, 50))
      yield* twin.reached(50)
      const recheck = yield* Recheck
      yield* recheck.divergences.pipe(
        Effect.repeat({
          until: (found) => found.length > 0,
          schedule: Schedule.spaced("5 millis"),
        }),
      )
      const [found] = yield* recheck.divergences
      assert.deepInclude(found, { projection: "wrong on purpose", position: 50, from: 0 })
      assert.notStrictEqual(found.live, found.folded)
    }).pipe(Effect.provide(Layer.suspend(() => world([pack(impure())])))),
  )
})
