import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import * as Mac from "../../../core/crypto/Mac.ts"
import type { Recorded } from "../../../core/event/Envelope.ts"
import { CustomerId, DestinationId } from "../../../core/event/ids.ts"
import * as Downlink from "../../../core/frame/Downlink.ts"
import { Pipeline } from "../../../core/ingest/Pipeline.ts"
import * as Bytes from "../../../core/kernel/Bytes.ts"
import { EventLog } from "../../../core/log/EventLog.ts"
import { deliver } from "../../../core/network/deliver.ts"
import { sendDownlinks } from "../../../core/network/downlink.ts"
import * as post from "../../../core/network/post.ts"
import * as OrderDesk from "../../../core/network/OrderDesk.ts"
import { scaledClock } from "../../../twin-ui/cli/demo/scaledClock.ts"
import { a, answer, ask, atMs, bytes, confirm, setUp, told, world } from "../decide/downlinks.ts"
import { endpoint } from "./endpoint.ts"
import { recordingStations } from "./recordingStations.ts"

/** Waits until the log tells so much of downlinks, and gives it. */
const toldUntil = Effect.fnUntraced(function* (count: number) {
  const log = yield* EventLog
  const recorded: Array<Recorded> = []
  yield* log.follow(0).pipe(
    Stream.takeUntil((events) => {
      recorded.push(...events)
      return told(recorded).length >= count
    }),
    Stream.runDrain,
  )
  return told(recorded)
})

const set = Effect.gen(function* () {
  const pipeline = yield* Pipeline
  for (const command of setUp) yield* pipeline.execute(command)
  yield* TestClock.setTime(atMs)
  return pipeline
})

const setDefault = (pipeline: Pipeline["Service"]) =>
  pipeline.execute({
    _tag: "SetDownlinkDefault",
    device: a.id,
    payload: Redacted.make("0102030405060708"),
  })

describe("sending downlinks", () => {
  it.effect("hands the station a frame that the device can read, for the window", () => {
    const stations = recordingStations()
    return Effect.gen(function* () {
      const pipeline = yield* set
      yield* Effect.forkScoped(sendDownlinks())
      yield* pipeline.submit([ask(0x1a1)])
      yield* pipeline.downlink(answer(0x1a1, 3000))
      assert.deepStrictEqual(yield* toldUntil(3), [
        "asked",
        "scheduled by customer from BS-1",
        "transmitted",
      ])
      const [order] = stations.orders
      assert(order !== undefined)
      assert.deepInclude<object>(order, {
        station: "BS-1",
        frequencyHz: 869_525_000,
        atMs: atMs + 20_000,
      })
      const read = Downlink.decode(order.frameHex, { device: 0x4d33db, seq: 0x1a1 })
      assert(read._tag === "Downlink", "the CRC is right for device and number")
      const payload = bytes("deadbeef02468ace")
      assert.deepStrictEqual(read.payload, payload)
      const mac = Mac.downlinkMac(
        Mac.makeKeyCipher(bytes(a.keyHex)),
        Downlink.macInput({ device: 0x4d33db, seq: 0x1a1, payload }),
      )
      assert.deepStrictEqual(Bytes.toHex(read.mac), Bytes.toHex(mac))
    }).pipe(Effect.provide(Layer.mergeAll(world(), stations.layer)))
  })

  it.effect("sends the default as the window opens, and says when nobody confirmed it", () => {
    const stations = recordingStations()
    return Effect.gen(function* () {
      const pipeline = yield* set
      yield* setDefault(pipeline)
      yield* pipeline.submit([ask(1)])
      yield* Effect.forkScoped(sendDownlinks())
      yield* TestClock.adjust("19 seconds")
      assert.strictEqual(stations.orders.length, 0)
      yield* TestClock.adjust("1 second")
      yield* toldUntil(3)
      assert.strictEqual(stations.orders[0]?.atMs, atMs + 20_500)
      yield* TestClock.adjust("40 seconds")
      assert.deepStrictEqual(yield* toldUntil(4), [
        "asked",
        "scheduled by default from BS-1",
        "transmitted",
        "unconfirmed",
      ])
    }).pipe(Effect.provide(Layer.mergeAll(world(), stations.layer)))
  })

  it.effect("asks nothing more of a downlink that was confirmed", () => {
    const stations = recordingStations()
    return Effect.gen(function* () {
      const pipeline = yield* set
      yield* Effect.forkScoped(sendDownlinks())
      yield* pipeline.submit([ask(1)])
      yield* pipeline.downlink(answer(1, 3000))
      yield* toldUntil(3)
      yield* pipeline.submit([confirm(2, atMs + 24_000)])
      yield* TestClock.adjust("1 hour")
      yield* pipeline.submit([ask(3, { atMs: atMs + 3_600_000 })])
      assert.deepStrictEqual((yield* toldUntil(5)).slice(2), ["transmitted", "confirmed", "asked"])
    }).pipe(Effect.provide(Layer.mergeAll(world(), stations.layer)))
  })

  it.effect("sends nothing where nobody answered, and says so as the window closes", () => {
    const stations = recordingStations()
    return Effect.gen(function* () {
      const pipeline = yield* set
      yield* Effect.forkScoped(sendDownlinks())
      yield* pipeline.submit([ask(1)])
      yield* TestClock.adjust("44 seconds")
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* toldUntil(2), ["asked", "refused no-answer"])
      assert.strictEqual(stations.orders.length, 0)
    }).pipe(Effect.provide(Layer.mergeAll(world(), stations.layer)))
  })

  it.effect("says what a station refused, and what it never acknowledged", () => {
    const stations = recordingStations()
    stations.outcomes.push("refused", "silent")
    return Effect.gen(function* () {
      const pipeline = yield* set
      yield* Effect.forkScoped(sendDownlinks())
      yield* pipeline.submit([ask(1)])
      yield* pipeline.downlink(answer(1, 3000))
      yield* toldUntil(3)
      yield* pipeline.submit([ask(2, { atMs })])
      yield* pipeline.downlink(answer(2, 3000))
      yield* toldUntil(5)
      yield* TestClock.adjust("50 seconds")
      assert.deepStrictEqual(
        (yield* toldUntil(6)).filter((text) => text === "nottransmitted"),
        ["nottransmitted", "nottransmitted"],
      )
    }).pipe(Effect.provide(Layer.mergeAll(world(), stations.layer)))
  })

  it.effect(
    "after a restart goes on with what was scheduled, and with nothing that was sent",
    () => {
      const stations = recordingStations()
      return Effect.gen(function* () {
        const pipeline = yield* set
        yield* pipeline.submit([ask(1)])
        yield* pipeline.downlink(answer(1, 3000))
        yield* Effect.scoped(Effect.andThen(Effect.forkScoped(sendDownlinks()), toldUntil(3)))
        assert.strictEqual(stations.orders.length, 1)
        yield* pipeline.submit([ask(2)])
        yield* pipeline.downlink(answer(2, 3000))
        yield* Effect.forkScoped(sendDownlinks())
        assert.strictEqual((yield* toldUntil(6)).at(-1), "transmitted")
        assert.deepStrictEqual(stations.orders.length, 2)
      }).pipe(Effect.provide(Layer.mergeAll(world(), stations.layer)))
    },
  )

  it.effect("sends nothing without a link to the station", () =>
    Effect.gen(function* () {
      const pipeline = yield* set
      yield* Effect.forkScoped(sendDownlinks())
      yield* pipeline.submit([ask(1)])
      yield* pipeline.downlink(answer(1, 3000))
      assert.strictEqual((yield* toldUntil(3)).at(-1), "nottransmitted")
    }).pipe(Effect.provide(Layer.mergeAll(world(), OrderDesk.layer))),
  )
})

describe("a customer's answer", () => {
  const hydro = CustomerId.make("hydro")

  const delivering = (replies: ReadonlyArray<string>, statuses: ReadonlyArray<number>) =>
    Effect.gen(function* () {
      const at = yield* endpoint
      at.replies.push(...replies)
      at.answers.push(...statuses)
      const pipeline = yield* Pipeline
      yield* pipeline.execute({ _tag: "RegisterCustomer", customer: hydro })
      yield* pipeline.execute({
        _tag: "AddDestination",
        customer: hydro,
        destination: DestinationId.make("main"),
        url: at.url,
        loopbackAllowed: true,
      })
      for (const command of setUp)
        yield* pipeline.execute(
          command._tag === "RegisterDevice" ? { ...command, customer: hydro } : command,
        )
      const poster = yield* Effect.acquireRelease(
        Effect.sync(() => post.make()),
        ({ close }) => Effect.sync(close),
      )
      // Not started, it stands still: only the order of things matters here.
      const { clock } = yield* scaledClock({ startMs: atMs + 3000, speed: 1 })
      const both = Effect.all([deliver({ poster }), sendDownlinks()], { concurrency: "unbounded" })
      yield* Effect.forkScoped(both.pipe(Effect.provideService(Clock.Clock, clock)))
      return { at, pipeline }
    })

  it.live("to a message that asked is sent to the device", () => {
    const stations = recordingStations()
    return Effect.gen(function* () {
      const reply = JSON.stringify({ "004d33db": { downlinkData: "DEADBEEF02468ACE" } })
      const { at, pipeline } = yield* delivering([reply], [])
      yield* pipeline.submit([ask(1)])
      assert.deepStrictEqual(yield* toldUntil(3), [
        "asked",
        "scheduled by customer from BS-1",
        "transmitted",
      ])
      assert.deepInclude(at.bodies[0], { device: "4D33DB", seqNumber: 1, ack: true })
      const read = Downlink.decode(stations.orders[0]?.frameHex ?? "", { device: 0x4d33db, seq: 1 })
      assert(read._tag === "Downlink")
      assert.strictEqual(Bytes.toHex(read.payload), "deadbeef02468ace")
    }).pipe(Effect.provide(Layer.mergeAll(world(), stations.layer)))
  })

  it.live("names the delivery that brought it as its cause", () => {
    const stations = recordingStations()
    return Effect.gen(function* () {
      const reply = JSON.stringify({ "4D33DB": { downlinkData: "00" } })
      const { pipeline } = yield* delivering([reply], [])
      yield* pipeline.submit([ask(1)])
      assert.deepStrictEqual(yield* toldUntil(2), ["asked", "refused invalid-payload"])
      const log = yield* EventLog
      const recorded = (yield* Stream.runCollect(log.read(0))).flat()
      const refused = recorded.find(({ event }) => event._tag === "DownlinkRefused")
      assert.deepStrictEqual(
        refused?.causes.map((cause) => recorded[cause]?.event._tag),
        ["DownlinkAsked", "DeliverySucceeded"],
      )
    }).pipe(Effect.provide(Layer.mergeAll(world(), stations.layer)))
  })

  it.live("to a message that did not ask reaches nobody", () => {
    const stations = recordingStations()
    return Effect.gen(function* () {
      const reply = JSON.stringify({ "4D33DB": { downlinkData: "deadbeef02468ace" } })
      const { pipeline } = yield* delivering([reply], [])
      yield* pipeline.submit([a.send(1, { atMs })])
      assert.deepStrictEqual(yield* toldUntil(1), ["refused not-asked"])
      assert.strictEqual(stations.orders.length, 0)
    }).pipe(Effect.provide(Layer.mergeAll(world(), stations.layer)))
  })

  it.live("is not held up by an earlier message that fails", () => {
    const stations = recordingStations()
    return Effect.gen(function* () {
      const reply = JSON.stringify({ "4D33DB": { downlinkData: "deadbeef02468ace" } })
      // The first fails and waits for its retry, which never comes by this clock.
      const { at, pipeline } = yield* delivering(["", reply], [500])
      yield* pipeline.submit([a.send(1, { atMs: atMs - 60_000 })])
      yield* Effect.flatMap(EventLog, (log) =>
        log.follow(0).pipe(
          Stream.takeUntil((events) => events.some(({ event }) => event._tag === "DeliveryFailed")),
          Stream.runDrain,
        ),
      )
      yield* pipeline.submit([ask(2), a.send(3, { atMs })])
      assert.strictEqual((yield* toldUntil(3)).at(-1), "transmitted")
      // The third, which does not ask, waits behind the first.
      assert.deepStrictEqual(
        at.bodies.map((body) => JSON.stringify(body).includes('"ack":true')),
        [false, true],
      )
    }).pipe(Effect.provide(Layer.mergeAll(world(), stations.layer)))
  })
})
