/** A downlink's whole way over HTTP: the uplink that asks, the station's call, the frame, the station's word. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as Downlink from "../../../core/frame/Downlink.ts"
import { invariant } from "../../../core/kernel/invariant.ts"
import { EventLog } from "../../../core/log/EventLog.ts"
import { sendDownlinks } from "../../../core/network/downlink.ts"
import { radio } from "../../core/ingest/radio.ts"
import { ask, at, post, world } from "./world.ts"

const device = radio(0x4d33db)
const payload = "c0ffee00c0ffee11"

/** The device asked so long ago that its window opens now. */
const asked = Effect.gen(function* () {
  const input = device.send(7, { downlinkAsked: true, atMs: Date.now() - 19_000 })
  invariant(input._tag === "Frame", "a radio sends frames")
  const { frame, heardAtMs, station, frequencyHz } = input.frame
  const body = JSON.stringify({ station, heardAt: heardAtMs, frame, frequencyHz })
  const headers = { "content-type": "application/x-ndjson" }
  const answer = yield* ask("/ingest/frames", { method: "POST", headers, body })
  assert.strictEqual(at(answer, "accepted"), 1, answer.text)
})

const setUp = Effect.gen(function* () {
  yield* post("/api/devices", { device: device.id, key: device.keyHex })
  const set = yield* post(`/api/devices/${device.id}/downlink-default`, { payload })
  assert.strictEqual(set.status, 201, set.text)
  yield* post("/api/stations", { station: "BS-1" })
  yield* Effect.forkScoped(sendDownlinks())
})

const toldOf = (kind: "DownlinkTransmitted" | "DownlinkNotTransmitted") =>
  Effect.gen(function* () {
    const log = yield* EventLog
    const found = yield* log.follow(0).pipe(
      Stream.flatMap((events) => Stream.fromIterable(events)),
      Stream.filter(({ event }) => event._tag === kind),
      Stream.take(1),
      Stream.runCollect,
    )
    return found[0].event
  })

describe("a station that fetches its orders", () => {
  it.live("gets the frame its device can read, and its word makes it sent", () =>
    Effect.gen(function* () {
      yield* setUp
      const call = yield* Effect.forkScoped(ask("/stations/BS-1/order"))
      yield* asked
      const order = yield* Fiber.join(call)
      assert.strictEqual(order.status, 200, order.text)
      const frame = Downlink.decode(String(at(order, "frame")), { device: 0x4d33db, seq: 7 })
      assert(frame._tag === "Downlink", "the CRC is right for device and number")
      assert.strictEqual(Buffer.from(frame.payload).toString("hex"), payload)
      assert.strictEqual(at(order, "frequencyHz"), 869_525_000)
      const path = `/stations/BS-1/orders/${String(at(order, "order"))}`
      assert.strictEqual((yield* post(path, { sent: true })).status, 204)
      const sent = yield* toldOf("DownlinkTransmitted")
      assert.deepInclude<object>(sent, { device: device.id, seq: 7, station: "BS-1" })
      assert.strictEqual((yield* post(path, { sent: true })).status, 404)
    }).pipe(Effect.provide(world())),
  )

  it.live("that says it will not send makes it not sent", () =>
    Effect.gen(function* () {
      yield* setUp
      const call = yield* Effect.forkScoped(ask("/stations/BS-1/order"))
      yield* asked
      const order = yield* Fiber.join(call)
      yield* post(`/stations/BS-1/orders/${String(at(order, "order"))}`, { sent: false })
      const failed = yield* toldOf("DownlinkNotTransmitted")
      assert.deepInclude<object>(failed, { device: device.id, error: "refused" })
    }).pipe(Effect.provide(world())),
  )

  it.live("and does not call has no link", () =>
    Effect.gen(function* () {
      yield* setUp
      yield* asked
      const failed = yield* toldOf("DownlinkNotTransmitted")
      assert.deepInclude<object>(failed, { device: device.id, error: "no-link" })
    }).pipe(Effect.provide(world())),
  )

  it.live("is told when it is not enrolled, and when an order is none of its own", () =>
    Effect.gen(function* () {
      yield* setUp
      assert.strictEqual((yield* ask("/stations/BS-9/order")).status, 404)
      const wrong = yield* post("/stations/BS-1/orders/12", { sent: true })
      assert.strictEqual(wrong.status, 404)
      assert.include(wrong.text, "no order 12 is out with station BS-1")
      assert.strictEqual((yield* post("/stations/BS-1/orders/12", { sent: "yes" })).status, 400)
    }).pipe(Effect.provide(world())),
  )
})
