import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Pipeline } from "../../../core/ingest/Pipeline.ts"
import { EventLog } from "../../../core/log/EventLog.ts"
import { applyStep } from "../../../projections/chain/applyStep.ts"
import { ChainView } from "../../../projections/chain/ChainView.ts"
import { FeedMessage } from "../../../twin-ui/api/Feed.ts"
import { read, type Reader } from "./sse.ts"
import { meter, minuteMs, startMs, tell } from "./story.ts"
import { ask, settled, world } from "./world.ts"

const decode = Schema.decodeUnknownSync(Schema.fromJsonString(FeedMessage))

const next = (reader: Reader) =>
  Effect.map(reader.next, ({ data, id }) => ({ id: Number(id), message: decode(data) }))

/** Follows the picture until it is of the position; gives it and what else was said. */
const follow = Effect.fnUntraced(function* (reader: Reader, until: number, begin?: ChainView) {
  let view = begin
  const tags: Array<string> = []
  while (view === undefined || view.position < until) {
    const { id, message } = yield* next(reader)
    tags.push(message._tag)
    if (message._tag === "view") view = message.view
    if (message._tag === "step") {
      assert.isDefined(view)
      if (view !== undefined) {
        assert.strictEqual(message.step.from, view.position)
        view = applyStep(view, message.step)
      }
    }
    if (view !== undefined && message._tag !== "gap") assert.strictEqual(id, view.position)
  }
  return { view, tags }
})

const chain = (query = "") =>
  Effect.map(ask(`/api/chain${query}`), ({ json }) => Schema.decodeUnknownSync(ChainView)(json))

const hear = (from: number, count: number, beginMs = startMs) =>
  Effect.gen(function* () {
    const pipeline = yield* Pipeline
    for (let i = 0; i < count; i++)
      yield* pipeline.offer([
        meter.send(from + i, { atMs: beginMs + (from + i) * minuteMs, station: `BS-${i % 3}` }),
      ])
    const log = yield* EventLog
    yield* settled
    return (yield* log.head) - 1
  })

describe("the chain's feed", () => {
  it.live("is a view, then steps that lead to the view of now", () =>
    Effect.gen(function* () {
      const heads = yield* tell
      const reader = yield* read("/feed/chain")
      const first = yield* next(reader)
      assert.strictEqual(first.message._tag, "view")
      assert.strictEqual(first.id, heads.all - 1)
      const begin = first.message._tag === "view" ? first.message.view : undefined
      const last = yield* hear(60, 12)
      const { tags, view } = yield* follow(reader, last, begin)
      assert.deepStrictEqual(view, yield* chain())
      assert.isTrue(tags.every((tag) => tag === "step"))
    }).pipe(Effect.provide(world())),
  )

  it.live("gives every reader the same steps", () =>
    Effect.gen(function* () {
      yield* tell
      const readers = [yield* read("/feed/chain"), yield* read("/feed/chain")]
      const last = yield* hear(60, 6)
      const views = yield* Effect.forEach(readers, (reader) => follow(reader, last))
      assert.deepStrictEqual(views[0].view, views[1].view)
    }).pipe(Effect.provide(world())),
  )

  it.live("begins with an empty picture where nothing happened yet", () =>
    Effect.gen(function* () {
      const reader = yield* read("/feed/chain")
      assert.strictEqual((yield* next(reader)).id, -1)
      yield* tell
      const log = yield* EventLog
      const last = (yield* log.head) - 1
      const again = yield* read("/feed/chain", { "last-event-id": "-1" })
      const { view } = yield* follow(reader, last, emptyView)
      assert.deepStrictEqual(view, yield* chain())
      assert.deepStrictEqual((yield* follow(again, last, emptyView)).view, view)
    }).pipe(Effect.provide(world())),
  )

  it.live("goes on after Last-Event-ID with steps and no view", () =>
    Effect.gen(function* () {
      const heads = yield* tell
      const before = yield* chain(`?at=${heads.first - 1}`)
      const reader = yield* read("/feed/chain", { "last-event-id": String(heads.first - 1) })
      const { tags, view } = yield* follow(reader, heads.all - 1, before)
      assert.deepStrictEqual(view, yield* chain())
      assert.isTrue(tags.every((tag) => tag === "step"))
    }).pipe(Effect.provide(world())),
  )

  it.live("says what it passed over when a reader comes back from too far", () =>
    Effect.gen(function* () {
      const heads = yield* tell
      const pipeline = yield* Pipeline
      for (let batch = 0; batch < 3; batch++)
        yield* pipeline.offer(
          Array.from({ length: 2_000 }, (_, i) =>
            meter.send((batch * 2_000 + i) % 4096, {
              atMs: startMs + (batch * 2_000 + i + 60) * minuteMs,
            }),
          ),
        )
      yield* settled
      const reader = yield* read("/feed/chain", { "last-event-id": String(heads.first - 1) })
      const gap = yield* next(reader)
      assert.strictEqual(gap.message._tag, "gap")
      if (gap.message._tag === "gap") assert.strictEqual(gap.message.from, heads.first)
      const view = yield* next(reader)
      assert.strictEqual(view.message._tag, "view")
    }).pipe(Effect.provide(world())),
  )

  it.live("holds still as of a position", () =>
    Effect.gen(function* () {
      const heads = yield* tell
      const reader = yield* read(`/feed/chain?at=${heads.first - 1}`)
      assert.strictEqual((yield* next(reader)).message._tag, "loading")
      const { id, message } = yield* next(reader)
      assert.strictEqual(id, heads.first - 1)
      assert.deepStrictEqual(
        message,
        decode(JSON.stringify({ _tag: "view", view: yield* chain(`?at=${heads.first - 1}`) })),
      )
      yield* hear(60, 2)
      const more = yield* Effect.timeoutOption(reader.next, "400 millis")
      assert.strictEqual(more._tag, "None")
    }).pipe(Effect.provide(world())),
  )

  it.live("plays from then to now at a speed, and is live from there", () =>
    Effect.gen(function* () {
      const heads = yield* tell
      // Registrations occurred now: what is played must come after them.
      const now = yield* hear(20, 4, Date.now())
      const reader = yield* read(`/feed/chain?at=${heads.all - 1}&speed=600`)
      const replayed = yield* follow(reader, now)
      assert.isAtLeast(replayed.tags.filter((tag) => tag === "step").length, 2)
      assert.deepStrictEqual(replayed.view, yield* chain())
      assert.strictEqual((yield* next(reader)).message._tag, "caught-up")
      const last = yield* hear(40, 2, Date.now())
      const { view } = yield* follow(reader, last, replayed.view)
      assert.deepStrictEqual(view, yield* chain())
    }).pipe(Effect.provide(world())),
  )

  it.live("stops where it was to", () =>
    Effect.gen(function* () {
      const heads = yield* tell
      const reader = yield* read(
        `/feed/chain?at=${heads.first - 1}&speed=100000&until=${heads.second - 1}`,
      )
      const { view } = yield* follow(reader, heads.second - 1)
      assert.deepStrictEqual(view, yield* chain(`?at=${heads.second - 1}`))
      const { message } = yield* next(reader)
      assert.deepStrictEqual(message, { _tag: "end", reason: "until" })
    }).pipe(Effect.provide(world())),
  )

  it.live("passes over long silence", () =>
    Effect.gen(function* () {
      yield* tell
      const log = yield* EventLog
      const before = (yield* log.head) - 1
      const pipeline = yield* Pipeline
      const yearMs = 365 * 86_400_000
      yield* pipeline.offer([meter.send(14, { atMs: startMs + yearMs })])
      yield* settled
      const reader = yield* read(`/feed/chain?at=${before}&speed=1`)
      const { view } = yield* follow(reader, (yield* log.head) - 1)
      assert.deepStrictEqual(view, yield* chain())
    }).pipe(Effect.provide(world())),
  )
})

const emptyView: ChainView = {
  position: -1,
  occurredMs: 0,
  recordedMs: 0,
  totals: {
    receptions: 0,
    receptionsPerMinute: 0,
    accepted: 0,
    acceptedPerMinute: 0,
    refused: 0,
    refusedPerMinute: 0,
    reported: 0,
    byReason: {},
    devices: 0,
    devicesBeyond: 0,
    stations: 0,
    stationsAttested: 0,
    stationsLost: 0,
    stationsHidden: 0,
    customersHidden: 0,
    delivered: 0,
    pending: 0,
    failing: 0,
    abandoned: 0,
  },
  groups: [],
  stations: [],
  dataCentres: [],
  customers: [],
  heard: [],
  carried: [],
  incidents: [],
  oldestPending: null,
}
