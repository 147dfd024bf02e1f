/**
 * What every adapter of the log must do; each adapter's test calls `eventLogContract` with its layer.
 *
 * Every test builds a log of its own, so positions begin at 0.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { causeInBatch, type NewEvent, type Recorded } from "../../core/event/Envelope.ts"
import { appendMax, EventLog, type Filter, type LogUnavailable } from "../../core/log/EventLog.ts"
import { accepted, frame, owed, retired, ticked, unknown } from "./someEvents.ts"

const readAll = (log: EventLog["Service"], from = 0, to?: number) =>
  log.read(from, to).pipe(
    Stream.runCollect,
    Effect.map((batches) => batches.flat()),
  )

const find = (log: EventLog["Service"], filter: Filter) =>
  log.query(filter).pipe(
    Stream.runCollect,
    Effect.map((batches) => batches.flat()),
  )

const positionsOf = (events: ReadonlyArray<Recorded>): ReadonlyArray<number> =>
  events.map(({ position }) => position)

const upTo = (count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, i) => i)

export const eventLogContract = (
  /** What the log is, for the test's name. */
  name: string,
  /** Gives a new, empty log each time it is built. */
  layer: Layer.Layer<EventLog, LogUnavailable>,
): void => {
  const test = <E>(
    behaviour: string,
    body: (log: EventLog["Service"]) => Effect.Effect<void, E>,
  ): void => it.effect(behaviour, () => Effect.flatMap(EventLog, body).pipe(Effect.provide(layer)))

  describe(`the log ${name}`, () => {
    test("an empty log stands at 0 and reads nothing", (log) =>
      Effect.gen(function* () {
        assert.strictEqual(yield* log.head, 0)
        assert.deepStrictEqual(yield* readAll(log), [])
        assert.deepStrictEqual(yield* find(log, {}), [])
        assert.strictEqual(yield* log.positionAt(Number.MAX_SAFE_INTEGER), 0)
        assert.strictEqual(yield* log.revision("device-1"), -1)
      }))

    test("gives positions and revisions without gaps and reads back what was appended", (log) =>
      Effect.gen(function* () {
        yield* TestClock.setTime(5000)
        const first = yield* log.append([frame("A", 1), frame("B", 1), frame("A", 2)])
        assert.deepStrictEqual(first, { first: 0, count: 3, recordedMs: 5000 })
        yield* TestClock.setTime(6000)
        const second = yield* log.append([accepted("A", 2), unknown("Later", { a: [1, null] })])
        assert.deepStrictEqual(second, { first: 3, count: 2, recordedMs: 6000 })
        const events = yield* readAll(log)
        assert.deepStrictEqual(positionsOf(events), [0, 1, 2, 3, 4])
        assert.deepStrictEqual(
          events.map(({ stream, revision }) => `${stream}@${revision}`),
          ["device-A@0", "device-B@0", "device-A@1", "device-A@2", "network@0"],
        )
        assert.deepStrictEqual(
          events.map(({ recordedMs }) => recordedMs),
          [5000, 5000, 5000, 6000, 6000],
        )
        assert.deepStrictEqual(events[2].event, frame("A", 2).event)
        assert.deepStrictEqual(events[4].event, unknown("Later", { a: [1, null] }).event)
        assert.strictEqual(events[0].occurredMs, frame("A", 1).occurredMs)
        assert.strictEqual(yield* log.revision("device-A"), 2)
      }))

    test("reads a part, also one that begins and ends inside a batch", (log) =>
      Effect.gen(function* () {
        yield* log.append(upTo(10).map((seq) => frame("A", seq)))
        yield* log.append(upTo(10).map((seq) => frame("B", seq)))
        assert.deepStrictEqual(positionsOf(yield* readAll(log, 7, 13)), [7, 8, 9, 10, 11, 12])
        assert.deepStrictEqual(positionsOf(yield* readAll(log, 18, 99)), [18, 19])
        assert.deepStrictEqual(yield* readAll(log, 20), [])
        assert.deepStrictEqual(yield* readAll(log, 5, 5), [])
      }))

    test("turns causes inside an append into positions", (log) =>
      Effect.gen(function* () {
        yield* log.append([frame("A", 1)])
        yield* log.append([
          frame("A", 2),
          { ...accepted("A", 2), causes: [causeInBatch(0), 0] },
          { ...owed("A", 2), causes: [causeInBatch(1)] },
        ])
        const events = yield* readAll(log)
        assert.deepStrictEqual(
          events.map(({ causes }) => causes),
          [[], [], [1, 0], [2]],
        )
      }))

    test("takes a cause that does not stand before its effect for a mistake of ours", (log) =>
      Effect.gen(function* () {
        const ahead = yield* Effect.exit(log.append([{ ...frame("A", 1), causes: [0] }]))
        const itself = yield* Effect.exit(
          log.append([{ ...frame("A", 1), causes: [causeInBatch(0)] }]),
        )
        assert.deepStrictEqual([ahead._tag, itself._tag], ["Failure", "Failure"])
        assert.strictEqual(yield* log.head, 0)
      }))

    test("refuses an append at a stale revision and appends nothing of it", (log) =>
      Effect.gen(function* () {
        yield* log.append([frame("A", 1)])
        const refused = yield* Effect.flip(
          log.append([frame("B", 1), frame("A", 2)], new Map([["device-A", -1]])),
        )
        assert.strictEqual(refused._tag, "AppendConflict")
        assert.deepInclude(refused, { stream: "device-A", expected: -1, actual: 0 })
        assert.strictEqual(yield* log.head, 1)
        assert.strictEqual(yield* log.revision("device-B"), -1)
        yield* log.append([frame("A", 2)], new Map([["device-A", 0]]))
        assert.strictEqual(yield* log.head, 2)
      }))

    test("checks expected revisions also where nothing is to be appended", (log) =>
      Effect.gen(function* () {
        const nothing = yield* log.append([], new Map([["device-A", -1]]))
        assert.strictEqual(nothing.count, 0)
        const refused = yield* Effect.flip(log.append([], new Map([["device-A", 4]])))
        assert.strictEqual(refused._tag, "AppendConflict")
      }))

    test("of appends racing for one revision exactly one wins, others in the group go through", (log) =>
      Effect.gen(function* () {
        const race = upTo(8).map((seq) =>
          Effect.result(log.append([frame("A", seq)], new Map([["device-A", -1]]))),
        )
        const others = upTo(8).map((i) => Effect.result(log.append([frame(`B${i}`, i)])))
        const results = yield* Effect.all([...race, ...others], { concurrency: "unbounded" })
        assert.strictEqual(results.slice(0, 8).filter(({ _tag }) => _tag === "Success").length, 1)
        assert.strictEqual(results.slice(8).filter(({ _tag }) => _tag === "Success").length, 8)
        assert.strictEqual(yield* log.head, 9)
      }))

    test("commits concurrent appends together and answers each with its own place", (log) =>
      Effect.gen(function* () {
        const answers = yield* Effect.all(
          upTo(200).map((i) => log.append([frame(`D${i}`, 0), frame(`D${i}`, 1)])),
          { concurrency: "unbounded" },
        )
        const events = yield* readAll(log)
        assert.deepStrictEqual(positionsOf(events), upTo(400))
        for (const [i, { first, count }] of answers.entries()) {
          assert.strictEqual(count, 2)
          assert.strictEqual(events[first].stream, `device-D${i}`)
          assert.strictEqual(events[first + 1].stream, `device-D${i}`)
        }
        const { batches } = yield* log.verify
        assert.isBelow(batches, 20, "200 appends shared commits")
      }))

    test("waits instead of failing while more arrives than the queue holds", (log) =>
      Effect.gen(function* () {
        const large = upTo(15_000).map(() => ticked("x"))
        const answers = yield* Effect.all(
          upTo(5).map(() => log.append(large)),
          { concurrency: "unbounded" },
        )
        assert.deepStrictEqual(
          answers.map(({ first }) => first),
          upTo(5).map((i) => i * 15_000),
        )
        assert.strictEqual(yield* log.head, 75_000)
      }))

    test("refuses an append of more events than one commit may hold", (log) =>
      Effect.gen(function* () {
        const refused = yield* Effect.flip(log.append(upTo(appendMax + 1).map(() => ticked("x"))))
        assert.strictEqual(refused._tag === "LogUnavailable" && refused.reason, "too-large")
        assert.strictEqual(yield* log.head, 0)
      }))

    test("what a caller who went away had not yet committed is not appended twice or torn", (log) =>
      Effect.gen(function* () {
        const fibers = yield* Effect.forEach(upTo(50), (i) =>
          Effect.forkChild(log.append([frame(`D${i}`, 0), frame(`D${i}`, 1)]), {
            startImmediately: true,
          }),
        )
        yield* Effect.forEach(fibers.slice(0, 25), Fiber.interrupt)
        yield* Effect.forEach(fibers.slice(25), Fiber.join)
        const events = yield* readAll(log)
        assert.deepStrictEqual(positionsOf(events), upTo(events.length))
        assert.isAtLeast(events.length, 50)
        assert.strictEqual(events.length % 2, 0)
      }))

    test("our clock going back does not make recorded times fall", (log) =>
      Effect.gen(function* () {
        yield* TestClock.setTime(9000)
        yield* log.append([ticked("a")])
        yield* TestClock.setTime(1000)
        const { recordedMs } = yield* log.append([ticked("b")])
        assert.strictEqual(recordedMs, 9000)
      }))

    test("finds the position where an instant of our clock ends", (log) =>
      Effect.gen(function* () {
        for (const ms of [1000, 2000, 2000, 4000]) {
          yield* TestClock.setTime(ms)
          yield* log.append([ticked("a"), ticked("b")])
        }
        const at = yield* Effect.forEach([999, 1000, 1999, 2000, 3000, 4000, 1e15], log.positionAt)
        assert.deepStrictEqual(at, [0, 2, 2, 6, 6, 8, 8])
      }))

    test("a query gives newest first what passes every part of the filter", (log) =>
      Effect.gen(function* () {
        yield* log.append([frame("A", 1), frame("B", 1, { station: "S2" })])
        yield* log.append([accepted("A", 1), owed("A", 1)])
        yield* log.append([
          frame("A", 2, { station: "S2" }),
          retired("B"),
          unknown("Odd", { device: "A" }),
        ])
        const positions = (filter: Filter) => Effect.map(find(log, filter), positionsOf)
        assert.deepStrictEqual(yield* positions({}), [6, 5, 4, 3, 2, 1, 0])
        assert.deepStrictEqual(yield* positions({ device: "A" }), [6, 4, 3, 2, 0])
        assert.deepStrictEqual(yield* positions({ station: "S2" }), [4, 1])
        assert.deepStrictEqual(yield* positions({ station: "S2", device: "A" }), [4])
        assert.deepStrictEqual(yield* positions({ customer: "hydro" }), [3])
        assert.deepStrictEqual(
          yield* positions({ kinds: ["FrameHeard", "Odd"], device: "A" }),
          [6, 4, 0],
        )
        assert.deepStrictEqual(yield* positions({ from: 1, to: 4 }), [3, 2, 1])
        assert.deepStrictEqual(yield* positions({ device: "nobody" }), [])
        const times = { fromMs: frame("A", 2).occurredMs, toMs: frame("A", 2).occurredMs + 1 }
        assert.deepStrictEqual(yield* positions({ ...times, kinds: ["FrameHeard"] }), [4])
      }))

    test("follow goes from the past into what comes later without gap or repeat", (log) =>
      Effect.gen(function* () {
        yield* log.append(upTo(30).map((seq) => frame("A", seq)))
        const seen: Array<number> = []
        const caughtUp = yield* Deferred.make<void>()
        const follower = yield* log.follow(7).pipe(
          Stream.tap((batch) =>
            Effect.gen(function* () {
              seen.push(...positionsOf(batch))
              if (seen.includes(29)) yield* Deferred.succeed(caughtUp, undefined)
            }),
          ),
          Stream.takeUntil((batch) => batch.some(({ position }) => position >= 129)),
          Stream.runDrain,
          Effect.forkChild({ startImmediately: true }),
        )
        yield* Deferred.await(caughtUp)
        yield* Effect.all(
          upTo(100).map((i) => log.append([frame(`D${i}`, 0)])),
          { concurrency: 10 },
        )
        yield* Fiber.join(follower)
        assert.deepStrictEqual(
          seen,
          upTo(130).filter((position) => position >= 7),
        )
      }))

    test("a follower that reads slowly misses nothing", (log) =>
      Effect.gen(function* () {
        const seen: Array<number> = []
        const gate = yield* Deferred.make<void>()
        const follower = yield* log.follow(0).pipe(
          Stream.mapEffect((batch) => Effect.as(Deferred.await(gate), batch)),
          Stream.tap((batch) => Effect.sync(() => seen.push(...positionsOf(batch)))),
          Stream.takeUntil((batch) => batch.some(({ position }) => position >= 299)),
          Stream.runDrain,
          Effect.forkChild({ startImmediately: true }),
        )
        for (const i of upTo(300)) yield* log.append([frame("A", i)])
        yield* Deferred.succeed(gate, undefined)
        yield* Fiber.join(follower)
        assert.deepStrictEqual(seen, upTo(300))
      }))

    test("a follower from beyond the head waits for its position", (log) =>
      Effect.gen(function* () {
        const follower = yield* log
          .follow(3)
          .pipe(Stream.take(1), Stream.runCollect, Effect.forkChild({ startImmediately: true }))
        yield* log.append([ticked("a"), ticked("b")])
        yield* log.append([ticked("c"), ticked("d")])
        assert.deepStrictEqual(positionsOf((yield* Fiber.join(follower)).flat()), [3])
      }))

    test("restores exported events with the positions and times they had", (log) =>
      Effect.gen(function* () {
        const events = upTo(10).map((i) => recorded(i, frame("A", i), 100 * i))
        yield* TestClock.setTime(5)
        const placed = yield* log.restore(events.slice(0, 6))
        assert.deepStrictEqual(placed, { first: 0, count: 6, recordedMs: 500 })
        yield* log.restore(events.slice(6))
        assert.deepStrictEqual(yield* readAll(log), events)
        assert.strictEqual(yield* log.revision("device-A"), 9)
        assert.strictEqual(yield* log.positionAt(450), 5)
        const next = yield* log.append([frame("A", 10)])
        assert.deepStrictEqual(next, { first: 10, count: 1, recordedMs: 900 })
      }))

    test("refuses to restore what does not follow on, and restores nothing of it", (log) =>
      Effect.gen(function* () {
        yield* log.append([frame("A", 0)])
        const follows = recorded(1, frame("A", 1), 10)
        const refused = (events: ReadonlyArray<Recorded>) => Effect.flip(log.restore(events))
        const other = yield* refused([recorded(0, frame("A", 0), 0)])
        assert.deepInclude(other, { _tag: "RestoreRefused", position: 0, head: 1 })
        for (const wrong of [
          [follows, recorded(3, frame("A", 3), 10)],
          [follows, recorded(2, frame("A", 2), 9)],
          [follows, { ...recorded(2, frame("A", 2), 10), revision: 5 }],
          [follows, { ...recorded(2, frame("A", 2), 10), causes: [2] }],
        ])
          assert.strictEqual((yield* refused(wrong))._tag, "RestoreRefused")
        assert.strictEqual(yield* log.head, 1)
        yield* log.restore([follows])
        assert.strictEqual(yield* log.head, 2)
      }))

    test("finds nothing wrong with a sound log, and counts it", (log) =>
      Effect.gen(function* () {
        yield* log.append(upTo(100).map((seq) => frame("A", seq)))
        yield* log.append([accepted("A", 5)])
        assert.deepStrictEqual(yield* log.verify, { events: 101, batches: 2, damage: [] })
      }))

    it.effect("says that it was closed to whoever asks afterwards", () =>
      Effect.gen(function* () {
        const log = yield* EventLog.pipe(Effect.provide(layer))
        const refused = yield* Effect.flip(log.append([ticked("late")]))
        assert.strictEqual(refused._tag === "LogUnavailable" && refused.reason, "closed")
      }),
    )
  })
}

const recorded = (position: number, event: NewEvent, recordedMs: number): Recorded => ({
  position,
  stream: event.stream,
  revision: position,
  occurredMs: event.occurredMs,
  recordedMs,
  causes: [],
  event: event.event,
})
