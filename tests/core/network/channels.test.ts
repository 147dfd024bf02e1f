import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { createHmac } from "node:crypto"
import { CustomerId, DestinationId } from "../../../core/event/ids.ts"
import { readCallbacks } from "../../../core/ingest/callbackRequest.ts"
import { Pipeline } from "../../../core/ingest/Pipeline.ts"
import * as Rejected from "../../../core/kernel/Rejected.ts"
import { EventLog } from "../../../core/log/EventLog.ts"
import { radio } from "../ingest/radio.ts"
import { deliverUntil, register, so, world } from "./deliveries.ts"
import { endpoint } from "./endpoint.ts"
import { certificate, mailer, mailServer } from "./mailServer.ts"

const a = radio(0x4d33db)
const atMs = 1_700_000_000_000

const isTally = (body: unknown): boolean => Reflect.has(Object(body), "duplicates")

describe("a callback by URL", () => {
  it.live(
    "has the customer's method, headers and body, filled in and escaped for their place",
    () =>
      Effect.gen(function* () {
        const at = yield* endpoint
        yield* register(
          "hydro",
          {
            url: `${at.url}?d={device}&t={deviceTypeId}`,
            method: "PUT",
            headers: { "x-device": "{device}/{seqNumber}" },
            body: '{"id":"{device}","n":{seqNumber},"hex":{data},"heard":{"by":"{station}","dBm":{rssi}},"no":{lqi}}',
            told: ["uplink"],
          },
          [a],
        )
        yield* (yield* Pipeline).submit([a.send(7)])
        yield* deliverUntil(so(1))
        assert.deepStrictEqual(at.lines, ["PUT /uplink?d=4D33DB&t=meters"])
        assert.strictEqual(at.headers[0]["x-device"], "4D33DB/7")
        const [body] = at.bodies
        assert.deepInclude(body, { id: "4D33DB", n: 7, hex: "abad1dea", no: null })
      }).pipe(Effect.provide(world())),
  )

  it.live("is signed, and carries secret headers that the log does not hold", () =>
    Effect.gen(function* () {
      const at = yield* endpoint
      const signingKey = "a key for tests only"
      yield* register(
        "hydro",
        {
          url: at.url,
          secrets: Redacted.make({ headers: { authorization: "Bearer hidden" }, signingKey }),
        },
        [a],
      )
      yield* (yield* Pipeline).submit([a.send(7)])
      yield* deliverUntil(so(1))
      const { "sigtwin-signature": signature, authorization } = at.headers[0]
      assert.strictEqual(authorization, "Bearer hidden")
      const [, t, v1] = /^t=(\d+),v1=([0-9a-f]+)$/.exec(String(signature)) ?? []
      const signed = `${t}.POST.${at.url}.${JSON.stringify(at.bodies[0])}`
      assert.strictEqual(v1, createHmac("sha256", signingKey).update(signed).digest("hex"))
      const log = yield* EventLog
      const events = yield* Stream.runCollect(log.read(0))
      const text = JSON.stringify(events)
      assert.notInclude(text, "hidden")
      assert.notInclude(text, signingKey)
    }).pipe(Effect.provide(world())),
  )

  it.live("goes to no destination of another group", () =>
    Effect.gen(function* () {
      const at = yield* endpoint
      const other = yield* endpoint
      const pipeline = yield* Pipeline
      yield* register("hydro", { url: at.url, group: "meters" }, [a])
      yield* pipeline.execute({
        _tag: "AddDestination",
        customer: CustomerId.make("hydro"),
        destination: DestinationId.make("valves"),
        url: other.url,
        group: "valves",
        loopbackAllowed: true,
      })
      yield* pipeline.submit([a.send(7)])
      assert.deepStrictEqual([...(yield* deliverUntil(so(1)))], ["hydro 7 ok 1"])
      assert.strictEqual(other.bodies.length, 0)
    }).pipe(Effect.provide(world())),
  )

  it.live("tells the tally of a message 25 s after its first reception, not at once", () =>
    Effect.gen(function* () {
      const at = yield* endpoint
      const log = yield* EventLog
      yield* register("hydro", { url: at.url, told: ["uplink", "data-advanced"] }, [a])
      const pipeline = yield* Pipeline
      yield* pipeline.submit([a.send(7), a.send(7, { rank: 2 })])
      yield* pipeline.submit([a.send(7, { station: "S2", rssiDbm: -120 })])
      yield* deliverUntil(so(2))
      // On a slow machine the one may overtake the other on its way: the times are told by the events.
      const advanced = at.bodies.find(isTally)
      assert.deepInclude(
        at.bodies.find((body) => !isTally(body)),
        { device: "4D33DB", seqNumber: 7 },
      )
      assert.deepInclude(advanced, { device: "4D33DB", seqNumber: 7, linkQuality: 2, lqi: "Good" })
      const found = yield* log
        .query({ kinds: ["DeliverySucceeded", "DeliveryOwed"] })
        .pipe(Stream.flattenIterable, Stream.runCollect)
      const done = found.find(
        ({ event }) => event._tag === "DeliverySucceeded" && event.notice === "data-advanced",
      )
      const owed = found.find(({ position }) => position === done?.causes[0])
      assert.isAtLeast((done?.occurredMs ?? 0) - (owed?.recordedMs ?? 0), 25_000)
      const stations = Reflect.get(Object(advanced), "duplicates")
      assert.strictEqual(Array.isArray(stations) ? stations.length : 0, 2)
    }).pipe(Effect.provide(world())),
  )

  it.live("tells what became of a downlink, by its code", () =>
    Effect.gen(function* () {
      const at = yield* endpoint
      at.replies.push('{"4D33DB":{"downlinkData":"not hex"}}')
      yield* register("hydro", { url: at.url, told: ["bidir", "acknowledge"] }, [a])
      yield* (yield* Pipeline).submit([a.send(7, { downlinkAsked: true })])
      yield* deliverUntil(so(2))
      assert.deepInclude(at.bodies[0], { ack: true })
      assert.deepInclude(at.bodies[1], {
        device: "4D33DB",
        infoCode: 2,
        infoMessage: "INVALID_PAYLOAD",
        downlinkAck: false,
      })
    }).pipe(Effect.provide(world())),
  )

  it.live("tells of a break in a device's numbers and of one out of sequence", () =>
    Effect.gen(function* () {
      const at = yield* endpoint
      yield* register("hydro", { url: at.url, told: ["event"] }, [a])
      yield* (yield* Pipeline).submit([
        a.send(7, { atMs }),
        a.send(9, { atMs: atMs + 60_000 }),
        a.send(3_000, { atMs: atMs + 120_000 }),
      ])
      yield* deliverUntil(so(2))
      assert.deepInclude(at.bodies[0], { deviceLastSeqnumber: 7, deviceMessageSeqnumber: 9 })
      assert.deepInclude(at.bodies[1], { severity: "ERROR", deviceMessageSeqnumber: 3_000 })
    }).pipe(Effect.provide(world())),
  )
})

describe("a batch", () => {
  it.live("is one request with a line for each message, in the form the twin itself reads", () =>
    Effect.gen(function* () {
      const at = yield* endpoint
      const devices = Array.from({ length: 10 }, (_, n) => radio(0x1000 + n))
      const linePattern = "{device};{time};{data};{seqNumber}"
      yield* register("hydro", { url: at.url, channel: "batch-url", linePattern }, devices)
      yield* (yield* Pipeline).submit(devices.map((device) => device.send(3)))
      const seen = yield* deliverUntil(so(10))
      assert.strictEqual(seen.filter((each) => each === "hydro 3 ok 1").length, 10)
      assert.strictEqual(at.bodies.length, 1)
      const read = readCallbacks({
        query: `pattern=${encodeURIComponent(linePattern)}`,
        contentType: "application/x-www-form-urlencoded",
        body: String(at.bodies[0]),
      })
      assert.strictEqual(read.length, 10)
      assert.isFalse(read.some(Rejected.is))
    }).pipe(Effect.provide(world())),
  )
})

describe("an e-mail", () => {
  it.live("goes out over TLS, with what the message says", () =>
    Effect.gen(function* () {
      const server = yield* mailServer
      const { letters } = server
      yield* register("hydro", { url: "mailto:ops@hydro.example", channel: "email" }, [a])
      yield* (yield* Pipeline).submit([a.send(7)])
      const seen = yield* deliverUntil(so(1), { mailer: yield* mailer(server.port, certificate) })
      assert.deepStrictEqual([...seen], ["hydro 7 ok 1"])
      assert.match(letters[0], /^To: ops@hydro\.example/m)
      assert.match(letters[0], /^Subject: 4D33DB: message 7/m)
      assert.match(letters[0], /^data: abad1dea/m)
      assert.match(letters[0], /^Idempotency-Key: [0-9a-f]{32}/im)
    }).pipe(Effect.provide(world())),
  )

  it.live("says nothing to a mail server whose certificate is not trusted", () =>
    Effect.gen(function* () {
      const server = yield* mailServer
      const { letters } = server
      yield* register("hydro", { url: "mailto:ops@hydro.example", channel: "email" }, [a])
      yield* (yield* Pipeline).submit([a.send(7)])
      const seen = yield* deliverUntil(so(1), { mailer: yield* mailer(server.port, undefined) })
      assert.deepStrictEqual(seen.slice(0, 1), ["hydro 7 tls 1"])
      assert.deepStrictEqual(letters, [])
    }).pipe(Effect.provide(world())),
  )

  it.live("fails by the server's code where its address is refused", () =>
    Effect.gen(function* () {
      const server = yield* mailServer
      yield* register("hydro", { url: "mailto:nobody@hydro.example", channel: "email" }, [a])
      yield* (yield* Pipeline).submit([a.send(7)])
      const seen = yield* deliverUntil(so(1), { mailer: yield* mailer(server.port, certificate) })
      assert.deepStrictEqual(seen.slice(0, 1), ["hydro 7 status 1"])
    }).pipe(Effect.provide(world())),
  )
})

describe("a destination", () => {
  const refusals: ReadonlyArray<readonly [what: string, given: object, why: RegExp]> = [
    ["a variable in its host", { url: "https://{data}.example/" }, /before its path/],
    ["an unknown variable", { body: '{"x":{secret}}' }, /no variable \{secret\}/],
    ["a header that ends another", { headers: { x: "a\r\nhost: b" } }, /cannot be sent/],
    ["a header of its own", { headers: { Host: "x" } }, /not to be chosen/],
    ["a body of a GET", { method: "GET", body: "x" }, /no body/],
    ["two addresses in an e-mail", { url: "mailto:a@b.c,d@e.f", channel: "email" }, /one address/],
    ["nothing to be told", { told: [] }, /told nothing/],
  ]
  for (const [what, given, why] of refusals)
    it.effect(`is refused for ${what}`, () =>
      Effect.gen(function* () {
        const refused = yield* Effect.flip(
          register(
            "hydro",
            { url: "https://hydro.example/", loopbackAllowed: false, ...given },
            [],
          ),
        )
        assert.match(refused.message, why)
      }).pipe(Effect.provide(world())),
    )
})
