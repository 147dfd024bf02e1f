import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as fc from "fast-check"
import type { NewEvent } from "../../../core/event/Envelope.ts"
import { EventLog } from "../../../core/log/EventLog.ts"
import * as Memory from "../../../core/log/memory.ts"
import { all, pack } from "../../../projections/all.ts"
import * as Device from "../../../projections/device/Device.ts"
import type { Projection } from "../../../projections/Projection.ts"
import { digest } from "../../../projections/run/digest.ts"
import * as live from "../../../projections/run/live.ts"
import { Snapshots } from "../../../projections/run/Snapshots.ts"
import * as SnapshotsMemory from "../../../projections/run/snapshotsMemory.ts"
import { tailMax } from "../../../projections/run/Tail.ts"
import { Twin } from "../../../projections/run/Twin.ts"
import { verify } from "../../../projections/run/verify.ts"
import * as Traffic from "../../../projections/traffic/Traffic.ts"
import { type History, plausible } from "../../laws/histories.ts"

const stores = Layer.merge(Layer.fresh(Memory.layer), Layer.fresh(SnapshotsMemory.layer))
const world = live.layer.pipe(Layer.provideMerge(stores))

const newEvents = (history: History): ReadonlyArray<NewEvent> =>
  history.map(({ event, occurredMs, stream }) => ({ event, occurredMs, stream, causes: [] }))

const [history] = fc.sample(fc.noShrink(plausible(400)), { numRuns: 1, seed: 11 })
const ticks = (count: number): ReadonlyArray<NewEvent> =>
  Array.from({ length: count }, (_, n) => ({
    stream: "network",
    occurredMs: 1_760_000_000_000 + n,
    causes: [],
    event: { _tag: "Ticked", due: "a deadline" },
  }))

/** What a fold of the whole log gives. */
const refolded = Effect.gen(function* () {
  const log = yield* EventLog
  const arrays = yield* Stream.runCollect(log.read(0))
  return all.map((packed) =>
    packed.open((projection) => {
      const state = projection.initial()
      for (const recorded of arrays.flat()) projection.apply(state, recorded)
      return digest(projection, state)
    }),
  )
})

const digestsOf = (twin: Twin["Service"]) =>
  Effect.map(twin.digests, (digests) => digests.map((each) => each.digest))

describe("the twin", () => {
  it("has a history to live through", () => assert.isAbove(history.length, 100))

  it.effect("folds what is there and what comes, to the states a re-fold gives", () =>
    Effect.gen(function* () {
      const log = yield* EventLog
      const twin = yield* Twin
      for (let i = 0; i < history.length; i += 7) {
        const { count, first } = yield* log.append(newEvents(history.slice(i, i + 7)))
        yield* twin.reached(first + count)
        assert.isAtLeast(yield* twin.position, first + count)
      }
      assert.deepStrictEqual(yield* digestsOf(twin), yield* refolded)
    }).pipe(Effect.provide(world)),
  )

  it.effect("lets a writer read its own write", () =>
    Effect.gen(function* () {
      const log = yield* EventLog
      const twin = yield* Twin
      const { first, count } = yield* log.append(ticks(3))
      yield* twin.reached(first + count)
      assert.strictEqual((yield* twin.state(Traffic.projection)).counts.events, 3)
    }).pipe(Effect.provide(world)),
  )

  it.effect("answers as of every position what a fold of the events before it gives", () =>
    Effect.gen(function* () {
      const log = yield* EventLog
      const twin = yield* Twin
      yield* log.append(newEvents(history))
      yield* twin.reached(history.length)
      const events = (yield* Stream.runCollect(log.read(0))).flat()
      // Forwards, backwards and again: kept states must stay what they were.
      for (const to of [0, 10, 11, 60, 5, 60, history.length, 100, 100]) {
        const state = yield* twin.asOf(Device.projection, to)
        const expected = Device.projection.initial()
        for (const recorded of events.slice(0, to)) Device.projection.apply(expected, recorded)
        assert.strictEqual(
          digest(Device.projection, state),
          digest(Device.projection, expected),
          `as of ${to}`,
        )
      }
    }).pipe(Effect.provide(world)),
  )

  it.effect("does not change an earlier state when it goes on", () =>
    Effect.gen(function* () {
      const log = yield* EventLog
      const twin = yield* Twin
      yield* log.append(newEvents(history.slice(0, 80)))
      yield* twin.reached(80)
      const earlier = yield* twin.asOf(Device.projection, 80)
      const before = digest(Device.projection, earlier)
      yield* log.append(newEvents(history.slice(80)))
      yield* twin.reached(history.length)
      assert.strictEqual(digest(Device.projection, earlier), before)
    }).pipe(Effect.provide(world)),
  )

  it.effect("gives readers every event once and in order, from memory or from the log", () =>
    Effect.gen(function* () {
      const log = yield* EventLog
      const twin = yield* Twin
      const count = tailMax + 30_000
      const slow = yield* twin.changes(0).pipe(
        Stream.flattenIterable,
        Stream.map(({ position }) => position),
        Stream.take(count),
        Stream.runCollect,
        Effect.forkChild,
      )
      for (let n = 0; n < count; n += 10_000) yield* log.append(ticks(Math.min(10_000, count - n)))
      yield* twin.reached(count)
      const late = yield* Stream.runHead(twin.changes(5))
      assert.strictEqual(late._tag === "Some" ? late.value[0].position : -1, 5)
      const positions = yield* Fiber.join(slow)
      assert.strictEqual(positions.length, count)
      assert.isTrue(positions.every((position, i) => position === i))
    }).pipe(Effect.provide(world)),
  )

  it.effect("names a projection that throws, with the event, and goes on with the others", () => {
    const broken: Projection<{ seen: number }> = {
      name: "broken",
      version: 1,
      initial: () => ({ seen: 0 }),
      apply: (draft, { position }) => {
        if (position === 4) throw new Error("a bug of ours")
        draft.seen++
      },
      copy: (state) => ({ ...state }),
      encode: (state) => ({ ...state }),
      decode: () => ({ seen: 0 }),
    }
    const twinLayer = live.layerOf([pack(broken), pack(Traffic.projection)])
    return Effect.gen(function* () {
      const log = yield* EventLog
      const twin = yield* Twin
      yield* log.append(ticks(10))
      yield* twin.reached(10)
      const refused = yield* Effect.flip(twin.state(broken))
      assert.deepInclude(refused, { projection: "broken", position: 4, kind: "Ticked" })
      assert.include(refused.message, "a bug of ours")
      assert.strictEqual((yield* twin.stopped).length, 1)
      assert.strictEqual((yield* twin.state(Traffic.projection)).counts.events, 10)
      assert.deepStrictEqual(
        (yield* twin.digests).map(({ projection }) => projection),
        ["traffic"],
      )
    }).pipe(Effect.provide(twinLayer.pipe(Layer.provideMerge(stores))))
  })

  it.effect("starts again from its snapshots, to the same states", () =>
    Effect.gen(function* () {
      const log = yield* EventLog
      const snapshots = yield* Snapshots
      const first = yield* Scope.make()
      const context = yield* Layer.buildWithScope(Layer.fresh(live.layer), first)
      const twin = yield* Effect.provide(Twin, context)
      yield* log.append(newEvents(history))
      for (let n = 0; n < 3; n++) yield* log.append(ticks(live.snapshotEventsMin))
      const head = yield* log.head
      yield* twin.reached(head)
      const digests = yield* digestsOf(twin)
      yield* Scope.close(first, Exit.void)

      const sought = {
        logId: log.info.id,
        projection: "device",
        version: Device.projection.version,
      }
      const positions = yield* snapshots.positions(sought)
      assert.isAbove(positions.length, 0)

      const again = yield* Effect.provide(Twin, yield* Layer.build(Layer.fresh(live.layer)))
      assert.isAtLeast(yield* again.position, positions[positions.length - 1])
      yield* again.reached(head)
      assert.deepStrictEqual(yield* digestsOf(again), digests)
      assert.deepStrictEqual(digests, yield* refolded)

      const verified = yield* verify()
      assert.isTrue(verified.isGood)
      assert.isAbove(verified.projections[0].snapshots, 0)
      assert.deepStrictEqual(
        verified.projections.map((each) => each.digest),
        digests,
      )
    }).pipe(Effect.provide(stores)),
  )
})
