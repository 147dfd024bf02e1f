import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import type { Recorded } from "../../../core/event/Envelope.ts"
import { CustomerId, DestinationId } from "../../../core/event/ids.ts"
import { Pipeline } from "../../../core/ingest/Pipeline.ts"
import { EventLog } from "../../../core/log/EventLog.ts"
import * as Ledger from "../../../projections/delivery/Ledger.ts"
import { radio } from "../../core/ingest/radio.ts"
import { addOperator, addPerson, askAs, postAs } from "./people.ts"
import { at, ask, list, post, settled, worldAfter } from "./world.ts"

const a = radio(0x4d33db)
const hydro = CustomerId.make("hydro")
const minuteMs = 60_000
const startMs = 1_700_000_000_000

const kept = "/api/customers/hydro/destinations/kept"

/** A customer that fetches, and five messages of its device. */
const setUp = Effect.gen(function* () {
  const pipeline = yield* Pipeline
  yield* pipeline.execute({ _tag: "RegisterCustomer", customer: hydro })
  for (const [destination, url] of [
    ["kept", "pull:"],
    ["sent", "https://hydro.example/"],
  ] as const)
    yield* pipeline.execute({
      _tag: "AddDestination",
      customer: hydro,
      destination: DestinationId.make(destination),
      channel: destination === "kept" ? "pull" : "url",
      url,
      loopbackAllowed: false,
    })
  const key = Redacted.make(a.keyHex)
  yield* pipeline.execute({ _tag: "RegisterDevice", device: a.id, customer: hydro, key })
  for (let seq = 1; seq <= 5; seq++)
    yield* pipeline.submit([
      a.send(seq, { atMs: startMs + seq * minuteMs, payload: `0${seq}` }),
      a.send(seq, { atMs: startMs + seq * minuteMs + 40, payload: `0${seq}`, station: "BS-2" }),
    ])
})
const world = worldAfter(setUp)

const reconciled = Effect.gen(function* () {
  yield* settled
  const ledger = yield* ask("/api/deliveries?destination=kept")
  assert.strictEqual(at(ledger, "reconciles"), true)
  return [at(ledger, "total.owed"), at(ledger, "total.delivered"), at(ledger, "total.pending")]
})

describe("what a destination keeps", () => {
  it.live("is given out oldest first, and again until it is taken", () =>
    Effect.gen(function* () {
      const first = yield* ask(`${kept}/messages?limit=2`)
      assert.deepStrictEqual(list(first, "messages", "message"), [`${a.id}:1@0`, `${a.id}:2@0`])
      assert.strictEqual(at(first, "messages.0.variables.data"), "01")
      assert.strictEqual(at(first, "left"), 3)
      assert.strictEqual((yield* ask(`${kept}/messages?limit=2`)).text, first.text)
      assert.deepStrictEqual(yield* reconciled, [5, 0, 5])
      const upTo = at(first, "upTo")
      const taken = yield* post(`${kept}/taken`, { upTo })
      assert.strictEqual(taken.status, 201)
      assert.deepStrictEqual([at(taken, "taken"), at(taken, "left")], [2, 3])
      assert.deepStrictEqual(yield* reconciled, [5, 2, 3])
      const next = yield* ask(`${kept}/messages`)
      assert.deepStrictEqual(list(next, "messages", "message"), [
        `${a.id}:3@0`,
        `${a.id}:4@0`,
        `${a.id}:5@0`,
      ])
      assert.notStrictEqual(at(next, "messages.0.key"), at(first, "messages.0.key"))
      yield* post(`${kept}/taken`, { upTo: at(next, "upTo") })
      const empty = yield* ask(`${kept}/messages`)
      assert.deepStrictEqual(empty.json, { messages: [], left: 0 })
      assert.deepStrictEqual(yield* reconciled, [5, 5, 0])
    }).pipe(Effect.provide(world)),
  )

  it.live("is taken once, by however many at once", () =>
    Effect.gen(function* () {
      const upTo = at(yield* ask(`${kept}/messages`), "upTo")
      const all = yield* Effect.all(
        Array.from({ length: 4 }, () => post(`${kept}/taken`, { upTo })),
        { concurrency: "unbounded" },
      )
      const counts = all.map((answer) => Number(at(answer, "taken")))
      assert.strictEqual(
        counts.reduce((sum, count) => sum + count, 0),
        5,
      )
      assert.deepStrictEqual(yield* reconciled, [5, 5, 0])
    }).pipe(Effect.provide(world)),
  )

  it.live("is given out once more, under its key, where that is asked for", () =>
    Effect.gen(function* () {
      const first = yield* ask(`${kept}/messages`)
      yield* post(`${kept}/taken`, { upTo: at(first, "upTo") })
      const body = { customer: "hydro", destination: "kept", was: "delivered" }
      assert.strictEqual((yield* post("/api/deliveries/redeliver", body)).status, 201)
      const again = yield* ask(`${kept}/messages`)
      assert.deepStrictEqual(list(again, "messages", "key"), list(first, "messages", "key"))
      assert.strictEqual(at(again, "messages.0.variables.data"), "01")
      yield* post(`${kept}/taken`, { upTo: at(again, "upTo") })
      assert.deepStrictEqual(yield* reconciled, [5, 5, 0])
    }).pipe(Effect.provide(world)),
  )

  it.live("is not what is sent, and is of a destination that is there", () =>
    Effect.gen(function* () {
      const sent = yield* ask("/api/customers/hydro/destinations/sent/messages")
      assert.strictEqual(sent.status, 409)
      const none = yield* ask("/api/customers/hydro/destinations/none/messages")
      assert.strictEqual(none.status, 404)
      assert.strictEqual((yield* post(`${kept}/taken`, { upTo: "all" })).status, 400)
    }).pipe(Effect.provide(world)),
  )

  it.live("shows payloads to who may see them, and is taken by who may take it", () =>
    Effect.gen(function* () {
      const blind = yield* addPerson("blind", [
        { role: "CUSTOMER_R", customer: hydro, payloads: false },
      ])
      const app = yield* addPerson("app", [{ role: "OPT_FETCH", customer: hydro, payloads: true }])
      yield* addOperator("ann")
      yield* settled
      const shown = yield* askAs(blind, `${kept}/messages`)
      assert.strictEqual(at(shown, "messages.0.variables.seqNumber"), 1)
      assert.isUndefined(at(shown, "messages.0.variables.data"))
      const upTo = at(shown, "upTo")
      assert.strictEqual((yield* postAs(blind, `${kept}/taken`, { upTo })).status, 403)
      assert.strictEqual(
        at(yield* askAs(app, `${kept}/messages`), "messages.0.variables.data"),
        "01",
      )
      assert.strictEqual((yield* postAs(app, `${kept}/taken`, { upTo })).status, 201)
      const more = { destination: "other", url: "pull:", channel: "pull", loopbackAllowed: false }
      const change = yield* postAs(app, "/api/customers/hydro/destinations", more)
      assert.strictEqual(change.status, 403)
    }).pipe(Effect.provide(world)),
  )
})

/** More than the ledger lists, of devices that take turns. */
const manyMessages = Ledger.pendingMax + 350

const setUpMany = Effect.gen(function* () {
  const pipeline = yield* Pipeline
  yield* pipeline.execute({ _tag: "RegisterCustomer", customer: hydro })
  yield* pipeline.execute({
    _tag: "AddDestination",
    customer: hydro,
    destination: DestinationId.make("kept"),
    channel: "pull",
    url: "pull:",
    loopbackAllowed: false,
  })
  const devices = Array.from({ length: 9 }, (_, n) => radio(0x10000 + n))
  for (const { id: device, keyHex } of devices)
    yield* pipeline.execute({
      _tag: "RegisterDevice",
      device,
      customer: hydro,
      key: Redacted.make(keyHex),
    })
  const turns = Math.ceil(manyMessages / devices.length)
  for (let seq = 1; seq <= turns; seq++)
    yield* pipeline.submit(
      devices
        .slice(0, manyMessages - (seq - 1) * devices.length)
        .map((device) => device.send(seq, { atMs: startMs + seq * minuteMs })),
    )
})

describe("more than the ledger lists", () => {
  it.live(
    "is given out too, each message once and in its order, until nothing is left",
    () =>
      Effect.gen(function* () {
        const log = yield* EventLog
        const owed = yield* log.read(0).pipe(
          Stream.flattenIterable,
          Stream.runCollect,
          Effect.map((all) => all.flatMap(nameOwed)),
        )
        assert.strictEqual(owed.length, manyMessages)
        const given: Array<unknown> = []
        for (let left = manyMessages; left > 0;) {
          const page = yield* ask(`${kept}/messages?limit=1000`)
          const names = list(page, "messages", "message")
          given.push(...names)
          const taken = yield* post(`${kept}/taken`, { upTo: at(page, "upTo") })
          assert.strictEqual(at(taken, "taken"), names.length)
          left -= names.length
          assert.strictEqual(at(taken, "left"), left)
          yield* settled
        }
        assert.deepStrictEqual(given, owed)
        assert.deepStrictEqual(yield* reconciled, [manyMessages, manyMessages, 0])
      }).pipe(Effect.provide(worldAfter(setUpMany))),
    120_000,
  )
})

const nameOwed = ({ event }: Recorded): ReadonlyArray<string> =>
  event._tag === "DeliveryOwed" ? [Ledger.messageName(event)] : []

describe("a device's messages in API v2's form", () => {
  it.live("are newest first, a page at a time, with what each station heard", () =>
    Effect.gen(function* () {
      const first = yield* ask(`/api/devices/${a.id}/messages?limit=2`)
      assert.deepStrictEqual(list(first, "data", "seqNumber"), [5, 4])
      assert.deepStrictEqual(list(first, "data", "data"), ["05", "04"])
      assert.strictEqual(at(first, "data.0.time"), startMs + 5 * minuteMs)
      const ids = list(first, "data.0.rinfos", "baseStation").map((each) => JSON.stringify(each))
      assert.deepStrictEqual(ids.toSorted(), ['{"id":"BS-1"}', '{"id":"BS-2"}'])
      const pages = [first]
      for (let next = at(first, "paging.next"); typeof next === "string";) {
        const page = yield* ask(next)
        pages.push(page)
        next = at(page, "paging.next")
      }
      const numbers = pages.flatMap((page) => list(page, "data", "seqNumber"))
      assert.deepStrictEqual(numbers, [5, 4, 3, 2, 1])
      const since = startMs + 2 * minuteMs
      const part = yield* ask(
        `/api/devices/${a.id}/messages?since=${since}&before=${since + 2 * minuteMs}`,
      )
      assert.deepStrictEqual(list(part, "data", "seqNumber"), [3, 2])
      assert.strictEqual((yield* ask("/api/devices/ABCDEF/messages")).status, 404)
    }).pipe(Effect.provide(world)),
  )
})
