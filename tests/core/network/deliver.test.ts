import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { CustomerId, DestinationId } from "../../../core/event/ids.ts"
import type { Recorded } from "../../../core/event/Envelope.ts"
import { customerStream } from "../../../core/event/streamOf.ts"
import { Pipeline } from "../../../core/ingest/Pipeline.ts"
import * as pipelineLive from "../../../core/ingest/pipelineLive.ts"
import { secretsMemory } from "../../../core/keys/secretsMemory.ts"
import * as Vault from "../../../core/keys/Vault.ts"
import { EventLog } from "../../../core/log/EventLog.ts"
import * as memory from "../../../core/log/memory.ts"
import { scaledClock } from "../../../twin-ui/cli/demo/scaledClock.ts"
import { isAllowed } from "../../../core/network/addressGuard.ts"
import { deliver } from "../../../core/network/deliver.ts"
import * as post from "../../../core/network/post.ts"
import { radio } from "../ingest/radio.ts"
import { type Endpoint, endpoint } from "./endpoint.ts"

const world = () =>
  Layer.fresh(
    Layer.provideMerge(
      pipelineLive.layer,
      Layer.mergeAll(memory.layer, Vault.layer(secretsMemory)),
    ),
  )

const a = radio(0x4d33db)
const b = radio(0xbeef)
const hydro = CustomerId.make("hydro")
const main = DestinationId.make("main")

/** Begins long ago and runs a thousand times as fast: a retry after a minute comes after 60 ms. */
const fast = scaledClock({ startMs: Date.now() - 10 * 365 * 86_400_000, speed: 1000 })

const setUp = Effect.fnUntraced(function* (at: Endpoint) {
  const pipeline = yield* Pipeline
  yield* pipeline.execute({ _tag: "RegisterCustomer", customer: hydro })
  yield* pipeline.execute({
    _tag: "AddDestination",
    customer: hydro,
    destination: main,
    url: at.url,
    loopbackAllowed: true,
  })
  for (const device of [a, b])
    yield* pipeline.execute({
      _tag: "RegisterDevice",
      device: device.id,
      customer: hydro,
      key: Redacted.make(device.keyHex),
    })
  return pipeline
})

const outcomes = (events: ReadonlyArray<Recorded>): ReadonlyArray<string> =>
  events.flatMap(({ event }) => {
    if (event._tag === "DeliverySucceeded") return [`${event.seq} ok ${event.attempt}`]
    if (event._tag === "DeliveryFailed") return [`${event.seq} ${event.error} ${event.attempt}`]
    if (event._tag === "DeliveryAbandoned") return [`${event.seq} abandoned ${event.attempts}`]
    return []
  })

/** Delivers until so many outcomes are in the log, and gives them. */
const deliverUntil = Effect.fnUntraced(function* (count: number) {
  const log = yield* EventLog
  const { clock, move } = yield* fast
  move()
  const poster = post.make()
  const running = yield* Effect.forkChild(
    deliver({ poster, answerWithinMs: 400_000 }).pipe(Effect.provideService(Clock.Clock, clock)),
  )
  const seen: Array<string> = []
  yield* log.follow(0).pipe(
    Stream.takeUntil((events) => {
      seen.push(...outcomes(events))
      return seen.length >= count
    }),
    Stream.runDrain,
  )
  yield* Fiber.interrupt(running)
  poster.close()
  return seen
})

describe("delivery", () => {
  it.live("posts what the device sent, once for each accepted message", () =>
    Effect.gen(function* () {
      const at = yield* endpoint
      const pipeline = yield* setUp(at)
      yield* pipeline.submit([a.send(7), a.send(7, { rank: 2 }), b.send(1)])
      assert.sameMembers([...(yield* deliverUntil(2))], ["7 ok 1", "1 ok 1"])
      assert.sameDeepMembers(at.bodies, [
        { device: "4D33DB", time: 1_700_000_000, data: "abad1dea", seqNumber: 7, ack: false },
        { device: "BEEF", time: 1_700_000_000, data: "abad1dea", seqNumber: 1, ack: false },
      ])
    }).pipe(Effect.provide(world())),
  )

  it.live(
    "tries again after an error code, and holds back the device's next message meanwhile",
    () =>
      Effect.gen(function* () {
        const at = yield* endpoint
        at.answers.push(503, 500)
        const pipeline = yield* setUp(at)
        yield* pipeline.submit([a.send(7), a.send(8, { atMs: 1_700_000_060_000 })])
        assert.deepStrictEqual(yield* deliverUntil(4), [
          "7 status 1",
          "7 status 2",
          "7 ok 3",
          "8 ok 1",
        ])
      }).pipe(Effect.provide(world())),
  )

  it.live("gives up after the fourth attempt and goes on with the next message", () =>
    Effect.gen(function* () {
      const at = yield* endpoint
      at.answers.push(500, 500, 500, 500)
      const pipeline = yield* setUp(at)
      yield* pipeline.submit([a.send(7), a.send(8, { atMs: 1_700_000_060_000 })])
      assert.deepStrictEqual(yield* deliverUntil(5), [
        "7 status 1",
        "7 status 2",
        "7 status 3",
        "7 abandoned 4",
        "8 ok 1",
      ])
    }).pipe(Effect.provide(world())),
  )

  it.live("counts an endpoint that never answers as a time-out", () =>
    Effect.gen(function* () {
      const at = yield* endpoint
      at.answers.push(0)
      const pipeline = yield* setUp(at)
      yield* pipeline.submit([a.send(7)])
      assert.deepStrictEqual(yield* deliverUntil(2), ["7 timeout 1", "7 ok 2"])
    }).pipe(Effect.provide(world())),
  )

  it.live("does not send again after a restart what was delivered before it", () =>
    Effect.gen(function* () {
      const at = yield* endpoint
      const pipeline = yield* setUp(at)
      yield* pipeline.submit([a.send(7)])
      yield* deliverUntil(1)
      yield* pipeline.submit([b.send(1)])
      yield* deliverUntil(2)
      assert.strictEqual(at.bodies.length, 2)
    }).pipe(Effect.provide(world())),
  )
})

describe("what is asked for again", () => {
  it.live("is sent from the log with the key it had, and counts as delivered once", () =>
    Effect.gen(function* () {
      const at = yield* endpoint
      at.answers.push(500, 500, 500, 500)
      const pipeline = yield* setUp(at)
      yield* pipeline.submit([a.send(7)])
      yield* deliverUntil(4)
      const log = yield* EventLog
      const given = yield* log
        .query({ kinds: ["DeliveryAbandoned"] })
        .pipe(Stream.flattenIterable, Stream.runCollect)
      const [{ causes, event }] = given
      assert(event._tag === "DeliveryAbandoned")
      const { _tag: _, attempts: _a, error: _e, ...obligation } = event
      yield* pipeline.record([
        {
          stream: customerStream(hydro),
          occurredMs: Date.now(),
          causes,
          event: { _tag: "RedeliveryAsked", ...obligation, was: "given-up", note: "" },
        },
      ])
      assert.include(yield* deliverUntil(5), "7 ok 1")
      assert.strictEqual(at.bodies.length, 5)
      assert.deepStrictEqual(at.bodies[4], at.bodies[0])
      assert.strictEqual(new Set(at.headers.map((each) => each["idempotency-key"])).size, 1)
    }).pipe(Effect.provide(world())),
  )
})

describe("the address guard", () => {
  it("permits the open internet and keeps out the networks behind us", () => {
    for (const address of ["8.8.8.8", "2606:4700::1"]) assert.isTrue(isAllowed(address, false))
    for (const address of [
      "10.1.2.3",
      "192.168.0.1",
      "169.254.169.254",
      "fe80::1",
      "::ffff:10.0.0.1",
    ])
      assert.isFalse(isAllowed(address, true), address)
  })

  it("permits private networks only where that was allowed, and link-local addresses never", () => {
    for (const address of ["10.1.2.3", "192.168.0.1", "172.20.0.1", "fd00::1"]) {
      assert.isFalse(isAllowed(address, false), address)
      assert.isTrue(isAllowed(address, false, true), address)
    }
    for (const address of ["169.254.169.254", "127.0.0.1", "100.64.0.1", "fe80::1"])
      assert.isFalse(isAllowed(address, false, true), address)
  })

  it("permits this machine only where that was allowed", () => {
    for (const address of ["127.0.0.1", "::1", "::ffff:127.0.0.1"]) {
      assert.isFalse(isAllowed(address, false), address)
      assert.isTrue(isAllowed(address, true), address)
    }
  })

  it("refuses what is no address", () => assert.isFalse(isAllowed("example.com", true)))
})
