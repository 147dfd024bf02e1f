import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { Pipeline } from "../../../core/ingest/Pipeline.ts"
import { Vault } from "../../../core/keys/Vault.ts"
import { EventLog } from "../../../core/log/EventLog.ts"
import { ChainView } from "../../../projections/chain/ChainView.ts"
import { EntityState } from "../../../twin-ui/api/EntityState.ts"
import { EventAnswer, EventsAnswer } from "../../../twin-ui/api/Events.ts"
import { StatsAnswer } from "../../../twin-ui/api/Stats.ts"
import { TimelineAnswer } from "../../../twin-ui/api/Timeline.ts"
import { meter, minuteMs, startMs, tell } from "./story.ts"
import { type Answer, ask, at, list, post, settled, uplink, world } from "./world.ts"

const iso = (ms: number): string => new Date(ms).toISOString()

/** An answer as its schema reads it; a fault is the test's failure. */
const as = <A>(schema: Schema.Codec<A, unknown>, answer: Answer): A => {
  assert.strictEqual(answer.status, 200, answer.text)
  const decoded = Schema.decodeUnknownResult(schema)(answer.json)
  if (Result.isFailure(decoded)) throw new Error(decoded.failure.message)
  return decoded.success
}

const factsOf = (state: EntityState): Readonly<Record<string, string>> =>
  Object.fromEntries(
    state.tables.flatMap(({ facts }) => facts).map(({ label, value }) => [label, value]),
  )

const kindAt = (position: number | undefined) =>
  Effect.map(ask(`/api/events/${position}`), (answer) => at(answer, "row.kind"))

describe("one thing", () => {
  it.live("is given as of now: a device with its counter, its reasons and its latest events", () =>
    Effect.gen(function* () {
      const heads = yield* tell
      const device = as(EntityState, yield* ask("/api/devices/4d33db"))
      assert.strictEqual(device.id, "4D33DB")
      assert.strictEqual(device.position, heads.all - 1)
      // Number 12 is missing: the forgery that claimed it was refused.
      assert.strictEqual(device.status, "accepted")
      assert.include(device.summary, "with a warning: break")
      const facts = factsOf(device)
      assert.strictEqual(facts["customer"], "hydro")
      assert.strictEqual(facts["last number"], "13 in turn 0")
      assert.match(facts["takes next"], /^14 /)
      const [why] = device.why
      assert.strictEqual(yield* kindAt(why.position), "MessageAccepted")
      assert.strictEqual(yield* kindAt(why.because[0].position), "FrameHeard")
      assert.isTrue(device.latest[0].position > device.latest[1].position)
    }).pipe(Effect.provide(world())),
  )

  it.live("is given as of a position, with that event in it", () =>
    Effect.gen(function* () {
      const heads = yield* tell
      const forged = as(EntityState, yield* ask(`/api/devices/4D33DB?at=${heads.forged - 1}`))
      assert.strictEqual(forged.position, heads.forged - 1)
      assert.strictEqual(forged.status, "refused")
      assert.strictEqual(factsOf(forged)["wrong-mac"], "1")
      const before = as(EntityState, yield* ask(`/api/devices/4D33DB?at=${heads.second - 1}`))
      assert.strictEqual(before.status, "accepted")
      assert.isTrue(before.latest.every(({ position }) => position < heads.second))
    }).pipe(Effect.provide(world())),
  )

  it.live("is given as of an instant by the sources' clocks, or by ours", () =>
    Effect.gen(function* () {
      const heads = yield* tell
      const at15 = iso(startMs + 15 * minuteMs)
      const device = as(EntityState, yield* ask(`/api/devices/4D33DB?at=${at15}`))
      assert.strictEqual(factsOf(device)["last number"], "11 in turn 0")
      assert.strictEqual(device.occurredMs, startMs + 15 * minuteMs)
      const known = yield* ask(`/api/devices?at=${at15}&clock=recorded`)
      assert.strictEqual(at(known, "position"), -1)
      const later = yield* ask("/api/devices?at=2099-01-01&clock=recorded")
      assert.strictEqual(at(later, "position"), heads.all - 1)
    }).pipe(Effect.provide(world())),
  )

  it.live("says from when on it is there, where it is not yet", () =>
    Effect.gen(function* () {
      yield* tell
      const answer = yield* ask("/api/devices/4D33DB?at=0")
      assert.strictEqual(answer.status, 404)
      assert.strictEqual(at(answer, "existsFrom.position"), 2)
      const unknown = yield* ask("/api/stations/BS-99")
      assert.strictEqual(unknown.status, 404)
      assert.strictEqual(at(unknown, "existsFrom"), undefined)
      assert.strictEqual(at(unknown, "type"), "/docs#problem-not-there")
    }).pipe(Effect.provide(world())),
  )

  it.live("may be a station or a customer", () =>
    Effect.gen(function* () {
      yield* tell
      const station = as(EntityState, yield* ask("/api/stations/BS-1"))
      assert.strictEqual(station.title, "Antwerp North")
      assert.strictEqual(station.status, "not attested")
      const customer = as(EntityState, yield* ask("/api/customers/hydro"))
      assert.strictEqual(factsOf(customer)["owed"], "3")
      assert.strictEqual(customer.status, "pending")
    }).pipe(Effect.provide(world())),
  )
})

describe("a message", () => {
  it.live("is found by number and epoch, and by number alone for the latest epoch", () =>
    Effect.gen(function* () {
      yield* tell
      for (const name of ["4D33DB:10@0", "4d33db:10", encodeURIComponent("4D33DB:10@0")]) {
        const message = as(EntityState, yield* ask(`/api/messages/${name}`))
        assert.strictEqual(message.id, "4D33DB:10@0")
        const facts = factsOf(message)
        assert.strictEqual(facts["payloadHex"], "abad1dea")
        assert.match(facts["BS-2"], /rank 2 .*\+20 ms/)
        assert.include(facts["delivery owed"], "hydro")
      }
      assert.strictEqual((yield* ask("/api/messages/4D33DB:10@1")).status, 404)
    }).pipe(Effect.provide(world())),
  )

  it.live("is found by its source's own name, and is marked as reported", () =>
    Effect.gen(function* () {
      const { seqNumber: _, ...unnumbered } = uplink("ABC", 1, "beef")
      yield* post("/ingest/callbacks", unnumbered)
      yield* settled
      const { json } = yield* ask("/api/events/0")
      const { id, source } = as(
        Schema.Struct({ data: Schema.Struct({ id: Schema.String, source: Schema.String }) }),
        { status: 200, headers: new Headers(), text: "", json },
      ).data
      const message = as(EntityState, yield* ask(`/api/messages/${source}:${id}`))
      assert.strictEqual(message.status, "reported")
      assert.strictEqual(factsOf(message)["checked"], "no, reported by a network")
      assert.strictEqual(factsOf(message)["payloadHex"], "beef")
    }).pipe(Effect.provide(world())),
  )

  it.live("is found through the log's index when it is no longer among the recent ones", () =>
    Effect.gen(function* () {
      yield* tell
      for (let seq = 14; seq < 30; seq++) yield* post("/ingest/callbacks", uplink("4D33DB", seq))
      yield* settled
      const message = as(EntityState, yield* ask("/api/messages/4D33DB:10@0"))
      assert.strictEqual(message.status, "accepted")
      assert.strictEqual(factsOf(message)["payloadHex"], "abad1dea")
      assert.match(factsOf(message)["BS-2"], /rank 2/)
    }).pipe(Effect.provide(world())),
  )

  it.live("keeps its payload to itself once its key was destroyed", () =>
    Effect.gen(function* () {
      yield* tell
      const vault = yield* Vault
      yield* vault.destroyDataKey(meter.id)
      const message = as(EntityState, yield* ask("/api/messages/4D33DB:10@0"))
      assert.match(factsOf(message)["payloadHex"], /^not to be opened/)
      assert.notInclude(JSON.stringify(message), "abad1dea")
    }).pipe(Effect.provide(world())),
  )
})

const kinds = (query: string) =>
  Effect.map(ask(`/api/events?${query}`), (answer) => list(answer, "events", "kind"))

describe("events", () => {
  it.live("are listed newest first, page by page, each once", () =>
    Effect.gen(function* () {
      const heads = yield* tell
      const seen: Array<number> = []
      let query = "limit=4"
      for (let page = 0; page < 20; page++) {
        const answer = as(EventsAnswer, yield* ask(`/api/events?${query}`))
        seen.push(...answer.events.map(({ position }) => position))
        if (answer.next === undefined) break
        query = `limit=4&before=${answer.next}`
      }
      assert.deepStrictEqual(
        seen,
        Array.from({ length: heads.all }, (_, i) => heads.all - 1 - i),
      )
    }).pipe(Effect.provide(world())),
  )

  it.live("are chosen by thing, kind and time", () =>
    Effect.gen(function* () {
      const heads = yield* tell
      assert.deepStrictEqual(yield* kinds("station=BS-2"), ["FrameHeard"])
      assert.deepStrictEqual(yield* kinds("kind=MessageRefused,StationEnrolled"), [
        "MessageRefused",
        "StationEnrolled",
      ])
      assert.lengthOf(yield* kinds(`device=4D33DB&from=${heads.second}&to=${heads.forged}`), 2)
      const to = iso(startMs + minuteMs)
      assert.isTrue((yield* kinds(`device=4D33DB&to=${to}`)).includes("FrameHeard"))
      assert.lengthOf(yield* kinds(`device=4D33DB&kind=FrameHeard&to=${to}`), 2)
    }).pipe(Effect.provide(world())),
  )

  it.live("are given one by one with their causes, payloads opened beside the sealed ones", () =>
    Effect.gen(function* () {
      const heads = yield* tell
      const found = yield* ask(`/api/events?kind=MessageAccepted&to=${heads.first}`)
      const position = list(found, "events", "position")[0]
      const event = as(EventAnswer, yield* ask(`/api/events/${String(position)}`))
      assert.strictEqual(event.row.kind, "MessageAccepted")
      const [cause] = event.causes
      assert.strictEqual(cause.kind, "FrameHeard")
      const heard = as(EventAnswer, yield* ask(`/api/events/${cause.position}`))
      assert.strictEqual(heard.data["payloadHex"], "abad1dea")
      const { length } = Object(heard.data["payload"])
      assert.strictEqual(length, 4)
      assert.strictEqual((yield* ask(`/api/events/${heads.all}`)).status, 404)
    }).pipe(Effect.provide(world())),
  )
})

describe("counts, picture, time line", () => {
  it.live("agree with each other, now and then", () =>
    Effect.gen(function* () {
      const heads = yield* tell
      const stats = as(StatsAnswer, yield* ask("/api/stats"))
      assert.strictEqual(stats.events, heads.all)
      assert.strictEqual(stats.accepted, 3)
      assert.strictEqual(stats.refused, 1)
      assert.strictEqual(stats.receptions, 5)
      assert.strictEqual(stats.pending, 3)
      assert.strictEqual(stats.demo, false)
      const chain = as(ChainView, yield* ask("/api/chain"))
      assert.strictEqual(chain.position, heads.all - 1)
      assert.strictEqual(chain.totals.accepted, 3)
      const then = as(ChainView, yield* ask(`/api/chain?at=${heads.first - 1}`))
      assert.strictEqual(then.totals.accepted, 1)
      const timeline = as(TimelineAnswer, yield* ask("/api/timeline?buckets=100"))
      const accepted = timeline.buckets.reduce((sum, bucket) => sum + bucket.accepted, 0)
      assert.strictEqual(accepted, 3)
      assert.strictEqual(timeline.head, heads.all - 1)
      const log = yield* EventLog
      assert.strictEqual(stats.logId, log.info.id)
    }).pipe(Effect.provide(world())),
  )

  it.live("have answers for a log with nothing in it", () =>
    Effect.gen(function* () {
      assert.strictEqual(as(StatsAnswer, yield* ask("/api/stats")).events, 0)
      assert.strictEqual(as(ChainView, yield* ask("/api/chain")).position, -1)
      assert.deepStrictEqual(as(TimelineAnswer, yield* ask("/api/timeline")).buckets, [])
      assert.deepStrictEqual(list(yield* ask("/api/devices"), "devices", "id"), [])
      assert.deepStrictEqual(list(yield* ask("/api/events"), "events", "kind"), [])
    }).pipe(Effect.provide(world())),
  )
})

describe("lists", () => {
  it.live("are in the order asked for, a page at a time", () =>
    Effect.gen(function* () {
      yield* tell
      for (let n = 1; n <= 5; n++) yield* post("/ingest/callbacks", uplink(`A${n}`, n))
      yield* settled
      const heads = yield* tellForgery
      const newest = yield* ask("/api/devices?limit=3")
      assert.strictEqual(at(newest, "total"), 6)
      assert.strictEqual(at(newest, "next"), 3)
      assert.deepStrictEqual(list(newest, "devices", "id"), ["A5", "A4", "4D33DB"])
      const rest = yield* ask(`/api/devices?limit=3&offset=3&at=${heads}`)
      assert.deepStrictEqual(list(rest, "devices", "id"), ["A3", "A2", "A1"])
      const worst = yield* ask("/api/devices?order=worst&limit=1")
      assert.deepStrictEqual(list(worst, "devices", "status"), ["refused"])
      const metered = yield* ask("/api/devices?customer=hydro&group=meters")
      assert.deepStrictEqual(list(metered, "devices", "id"), ["4D33DB"])
      const stations = yield* ask("/api/stations?limit=1")
      assert.strictEqual(at(stations, "total"), 3)
      const customers = yield* ask("/api/customers")
      assert.deepStrictEqual(list(customers, "customers", "owed"), [3])
    }).pipe(Effect.provide(world())),
  )
})

/** One more message of the meter with a wrong MAC; gives the last position. */
const tellForgery = Effect.gen(function* () {
  const log = yield* EventLog
  const pipeline = yield* Pipeline
  yield* pipeline.offer([
    meter.send(14, { atMs: startMs + 39 * minuteMs, keyHex: "00".repeat(16) }),
  ])
  yield* settled
  return (yield* log.head) - 1
})

describe("what cannot be asked", () => {
  it.live("is a problem that says which parameter, and what it may be", () =>
    Effect.gen(function* () {
      yield* tell
      for (const [path, where, says] of [
        ["/api/stats?at=yesterday", "query.at", "ISO 8601"],
        ["/api/stats?at=-1", "query.at", "a position in the log"],
        ["/api/stats?at=99999", "query.at", "the last one is"],
        ["/api/events?limit=0", "query.limit", "from 1 to 1000"],
        ["/api/events?limit=1001", "query.limit", "from 1 to 1000"],
        ["/api/events?before=x", "query.before", "a whole number"],
        ["/api/events?devise=1", "query.devise", "no query parameter"],
        ["/api/devices?order=oldest", "query.order", "newest, worst"],
        ["/api/devices/no%20such", "path.id", "a device id"],
        ["/api/messages/nothing", "path.id", "DEVICE:SEQ@EPOCH"],
        ["/api/events/first", "path.position", "a whole number"],
        ["/api/timeline?from=2030-01-01&to=2020-01-01", "query.from", "not be later"],
        ["/feed?from=soon", "query.from", "ISO 8601"],
        ["/feed/chain?speed=2", "query.speed", "need at"],
        ["/feed/chain?at=0&speed=-1", "query.speed", "above 0"],
      ] as const) {
        const answer = yield* ask(path)
        assert.strictEqual(answer.status, 400, path)
        assert.match(answer.headers.get("content-type") ?? "", /^application\/problem\+json/)
        assert.strictEqual(at(answer, "where"), where, path)
        assert.include(String(at(answer, "detail")), says, path)
      }
    }).pipe(Effect.provide(world())),
  )
})
