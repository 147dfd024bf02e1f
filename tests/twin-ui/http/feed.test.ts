import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as fc from "fast-check"
import { Pipeline } from "../../../core/ingest/Pipeline.ts"
import * as CloudEvent from "../../../core/log/cloudEvent.ts"
import { EventLog } from "../../../core/log/EventLog.ts"
import * as Rejected from "../../../core/kernel/Rejected.ts"
import { read } from "./sse.ts"
import { meter, startMs, tell } from "./story.ts"
import { ask, at, post, settled, uplink, world } from "./world.ts"

/** Appends `count` events, one a commit. */
const report = (from: number, count: number) =>
  Effect.forEach(
    Array.from({ length: count }, (_, i) => from + i),
    (n) => post("/ingest/callbacks", uplink("4D33DB", n)),
    { discard: true },
  )

describe("the feed", () => {
  it.live("sends each event with its position, kind and CloudEvents envelope", () =>
    Effect.gen(function* () {
      const heads = yield* tell
      const log = yield* EventLog
      const reader = yield* read("/feed?from=0")
      const messages = yield* reader.take(heads.all)
      assert.deepStrictEqual(
        messages.map(({ id }) => Number(id)),
        Array.from({ length: heads.all }, (_, i) => i),
      )
      assert.strictEqual(messages[0].event, "CustomerRegistered")
      for (const { data } of messages) {
        const recorded = CloudEvent.fromLine(data)
        assert.isFalse(Rejected.is(recorded))
      }
      assert.include(messages[0].data, log.info.id)
      assert.notInclude(reader.text(), meter.keyHex)
    }).pipe(Effect.provide(world())),
  )

  it.live("begins now when it is not told where, and goes on with what comes", () =>
    Effect.gen(function* () {
      yield* tell
      const log = yield* EventLog
      const head = yield* log.head
      const reader = yield* read("/feed")
      yield* report(1, 2)
      const [first, second] = yield* reader.take(2)
      assert.deepStrictEqual([first.id, second.id], [String(head), String(head + 1)])
    }).pipe(Effect.provide(world())),
  )

  it.live("begins at an instant by the log's clock", () =>
    Effect.gen(function* () {
      yield* tell
      const reader = yield* read("/feed?from=2000-01-01")
      assert.strictEqual((yield* reader.next).id, "0")
    }).pipe(Effect.provide(world())),
  )

  it.live("goes on after Last-Event-ID, whatever `from` says", () =>
    Effect.gen(function* () {
      yield* tell
      const reader = yield* read("/feed?from=0", { "last-event-id": "5" })
      assert.strictEqual((yield* reader.next).id, "6")
      const begin = yield* read("/feed", { "last-event-id": "-1" })
      assert.strictEqual((yield* begin.next).id, "0")
    }).pipe(Effect.provide(world())),
  )

  it.live("refuses a Last-Event-ID that is of another log, or none", () =>
    Effect.gen(function* () {
      yield* tell
      for (const id of ["4711", "x", "-2"]) {
        const answer = yield* ask("/feed", { headers: { "last-event-id": id } })
        assert.strictEqual(answer.status, 400, id)
        assert.strictEqual(at(answer, "where"), "header.last-event-id")
      }
    }).pipe(Effect.provide(world())),
  )

  it.live("sends only what was asked for", () =>
    Effect.gen(function* () {
      const heads = yield* tell
      const accepted = yield* read("/feed?from=0&kind=MessageAccepted,MessageRefused")
      assert.deepStrictEqual(
        (yield* accepted.take(4)).map(({ event }) => event),
        ["MessageAccepted", "MessageAccepted", "MessageRefused", "MessageAccepted"],
      )
      const station = yield* read("/feed?from=0&station=BS-2")
      assert.strictEqual((yield* station.next).event, "FrameHeard")
      const customer = yield* read(`/feed?from=${heads.registered}&customer=hydro&device=4d33db`)
      assert.strictEqual((yield* customer.next).event, "DeliveryOwed")
    }).pipe(Effect.provide(world())),
  )

  it.live("tells a reader whose filter lets nothing through where it stands", () =>
    Effect.gen(function* () {
      const pipeline = yield* Pipeline
      const inputs = Array.from({ length: 2_500 }, (_, i) =>
        meter.send(i % 4096, { atMs: startMs + i * 1000 }),
      )
      yield* pipeline.offer(inputs)
      yield* settled
      const reader = yield* read("/feed?from=0&kind=StationEnrolled")
      yield* post("/api/stations", { station: "BS-9" })
      const { id } = yield* reader.next
      const passed = [...reader.text().matchAll(/^id: (\d+)$/gm)].map(([, n]) => Number(n))
      assert.isAbove(passed.length, 1)
      assert.strictEqual(passed.at(-1), Number(id))
    }).pipe(Effect.provide(world())),
  )

  it.live("sends comments while nothing happens", () =>
    Effect.gen(function* () {
      const reader = yield* read("/feed")
      const waiting = yield* Effect.forkChild(reader.next, { startImmediately: true })
      yield* Effect.sleep("200 millis")
      assert.isAbove(reader.text().split(":\n\n").length, 3)
      yield* Fiber.interrupt(waiting)
    }).pipe(Effect.provide(world({ heartbeatMs: 20 }))),
  )

  it.live("has room for so many readers, and takes the next when one has left", () =>
    Effect.gen(function* () {
      const first = yield* read("/feed")
      yield* read("/feed/chain")
      const third = yield* ask("/feed")
      assert.strictEqual(third.status, 503)
      assert.isNotNull(third.headers.get("retry-after"))
      assert.include((yield* ask("/metrics")).text, "sigtwin_feed_clients 2")
      yield* first.leave
      const again = yield* Effect.suspend(() => read("/feed")).pipe(
        Effect.repeat({ until: ({ status }) => status === 200, times: 100 }),
      )
      assert.strictEqual(again.status, 200)
    }).pipe(Effect.provide(world({ feedClientsMax: 2 }))),
  )

  it.live("misses and repeats nothing over any breaks while others append", () =>
    Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(
          fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 }),
          fc.integer({ min: 0, max: 3 }),
          (visits, before) =>
            Effect.runPromise(
              Effect.gen(function* () {
                yield* report(0, before)
                const wanted = visits.reduce((sum, n) => sum + n, 0)
                const writing = yield* Effect.forkChild(
                  Effect.all([report(100, wanted), report(1_000, wanted)], {
                    concurrency: "unbounded",
                  }),
                  { startImmediately: true },
                )
                const seen: Array<number> = []
                for (const count of visits) {
                  const last = seen.at(-1)
                  const reader = yield* read(
                    "/feed?from=0",
                    last === undefined ? {} : { "last-event-id": String(last) },
                  )
                  for (const { id } of yield* reader.take(count)) seen.push(Number(id))
                  yield* reader.leave
                }
                yield* Fiber.join(writing)
                assert.deepStrictEqual(
                  seen,
                  Array.from({ length: wanted }, (_, i) => i),
                )
              }).pipe(Effect.provide(Layer.fresh(world())), Effect.scoped),
            ),
        ),
        { numRuns: 8 },
      ),
    ),
  )

  it.live("does not hold up anybody for a reader that takes nothing", () =>
    Effect.gen(function* () {
      yield* read("/feed?from=0")
      const pipeline = yield* Pipeline
      for (let batch = 0; batch < 5; batch++)
        yield* pipeline.offer(
          Array.from({ length: 2_000 }, (_, i) =>
            meter.send((batch * 2_000 + i) % 4096, { atMs: startMs + (batch * 2_000 + i) * 1000 }),
          ),
        )
      const quick = yield* read("/feed?from=0")
      const log = yield* EventLog
      const head = yield* log.head
      assert.isAbove(head, 10_000)
      const all = yield* quick.take(head)
      assert.strictEqual(Number(all[all.length - 1].id), head - 1)
    }).pipe(Effect.provide(world())),
  )
})
