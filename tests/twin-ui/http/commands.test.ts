import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { policyDefault } from "../../../core/event/policy.ts"
import { EventLog } from "../../../core/log/EventLog.ts"
import { ask, at, list, post, world } from "./world.ts"

const key = "479e4480fd7596d45b0122fd282db3cf"

const events = Effect.gen(function* () {
  const log = yield* EventLog
  const batches = yield* Stream.runCollect(log.read(0))
  return batches.flat().map(({ event }) => event)
})

describe("commands over HTTP", () => {
  it.live("register a device with its key, and never give the key back", () =>
    Effect.gen(function* () {
      const answer = yield* post("/api/devices", { device: "004d33db", group: "meters", key })
      assert.strictEqual(answer.status, 201, answer.text)
      assert.deepStrictEqual(at(answer, "positions"), [0])
      assert.strictEqual(answer.headers.get("location"), "/api/devices/4D33DB")
      assert.deepStrictEqual(JSON.parse(JSON.stringify(yield* events)), [
        { _tag: "DeviceRegistered", device: "4D33DB", group: "meters", keyVersion: 1 },
      ])
      for (const path of ["/api/devices", "/api/devices/4D33DB", "/api/events/0", "/metrics"])
        assert.notInclude((yield* ask(path)).text.toLowerCase(), key)
    }).pipe(Effect.provide(world())),
  )

  it.live("set what a device is told and how it encrypts, and give neither back", () =>
    Effect.gen(function* () {
      yield* post("/api/devices", { device: "4D33DB", key })
      const payload = "c0ffee00c0ffee11"
      const set = yield* post("/api/devices/4d33db/downlink-default", { payload })
      assert.strictEqual(set.status, 201, set.text)
      const short = yield* post("/api/devices/4d33db/downlink-default", { payload: "c0ffee" })
      assert.strictEqual(short.status, 400)
      assert.deepStrictEqual(list(short, "faults", "where"), ["$.payload"])
      const given = { scheme: "sigtwin-ctr-1", key: "00112233445566778899aabbccddeeff" }
      const adopted = yield* post("/api/devices/4d33db/payload-scheme", given)
      assert.strictEqual(adopted.status, 201, adopted.text)
      const unknown = yield* post("/api/devices/4d33db/payload-scheme", { ...given, scheme: "no" })
      assert.strictEqual(unknown.status, 400, unknown.text)
      assert.include(unknown.text, "there is no scheme no")
      const told = yield* ask("/api/devices/4D33DB")
      assert.include(told.text, "sigtwin-ctr-1, key version 1")
      for (const path of ["/api/devices/4D33DB", "/api/events/1", "/api/events/2"]) {
        const { text } = yield* ask(path)
        assert.notInclude(text, payload)
        assert.notInclude(text, given.key)
      }
      yield* post("/api/devices/4d33db/downlink-default", {})
      yield* post("/api/devices/4d33db/payload-scheme", {})
      const after = yield* ask("/api/devices/4D33DB")
      assert.include(after.text, "no longer encrypted")
    }).pipe(Effect.provide(world())),
  )

  it.live("say 200 and no positions where it was so already", () =>
    Effect.gen(function* () {
      yield* post("/api/stations", { station: "1e6a" })
      yield* post("/api/stations/1E6A/reference", { configDigest: "aa" })
      const again = yield* post("/api/stations/1E6A/reference", { configDigest: "aa" })
      assert.strictEqual(again.status, 200, again.text)
      assert.deepStrictEqual(at(again, "positions"), [])
    }).pipe(Effect.provide(world())),
  )

  it.live("name each fault of a body by its JSON path, and do not quote a key", () =>
    Effect.gen(function* () {
      const answer = yield* post("/api/devices", {
        device: "4D33DB",
        key: `${key}ff`,
        rollover: "often",
        colour: "red",
      })
      assert.strictEqual(answer.status, 400)
      assert.match(answer.headers.get("content-type") ?? "", /^application\/problem\+json/)
      const places = list(answer, "faults", "where").map(String).toSorted()
      assert.deepStrictEqual(places, ["$.colour", "$.key", "$.rollover"])
      assert.notInclude(answer.text, key)
      assert.deepStrictEqual(yield* events, [])
    }).pipe(Effect.provide(world())),
  )

  it.live("do not quote a key from a body that is not JSON", () =>
    Effect.gen(function* () {
      const answer = yield* ask("/api/devices", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: `{"device":"4D33DB","key":${key}}`,
      })
      assert.strictEqual(answer.status, 400)
      assert.notInclude(answer.text, key.slice(0, 8))
    }).pipe(Effect.provide(world())),
  )

  it.live("ask for JSON, and for no more than 1 MiB of it", () =>
    Effect.gen(function* () {
      const form = yield* ask("/api/devices", {
        method: "POST",
        body: new URLSearchParams({ device: "1" }),
      })
      assert.strictEqual(form.status, 415)
      const large = yield* post("/api/devices", { device: "1", group: "x".repeat(1024 * 1024) })
      assert.strictEqual(large.status, 413)
    }).pipe(Effect.provide(world())),
  )

  it.live("are refused with 404 for what is unknown and 409 for what cannot be", () =>
    Effect.gen(function* () {
      const unknown = yield* post("/api/devices/4D33DB/key", { key })
      assert.strictEqual(unknown.status, 404, unknown.text)
      assert.strictEqual(at(unknown, "reason"), "unknown")
      yield* post("/api/devices", { device: "4D33DB", group: "meters", key })
      const exists = yield* post("/api/devices", { device: "4D33DB", group: "soil", key })
      assert.strictEqual(exists.status, 409, exists.text)
      assert.strictEqual(at(exists, "type"), "/docs#problem-conflict")
    }).pipe(Effect.provide(world())),
  )

  it.live("replace keys, disengage, retire", () =>
    Effect.gen(function* () {
      yield* post("/api/devices", { device: "4D33DB", key })
      assert.strictEqual(
        (yield* post("/api/devices/4d33db/key", { key: key.replace("4", "5") })).status,
        201,
      )
      assert.strictEqual(
        (yield* post("/api/devices/4D33DB/disengage", { note: "reflashed" })).status,
        201,
      )
      assert.strictEqual((yield* ask("/api/devices/4D33DB/retire", { method: "POST" })).status, 201)
      assert.deepStrictEqual(
        (yield* events).map((event) => event._tag),
        ["DeviceRegistered", "DeviceKeyReplaced", "CounterDisengaged", "DeviceRetired"],
      )
    }).pipe(Effect.provide(world())),
  )

  it.live("keep customers and their destinations", () =>
    Effect.gen(function* () {
      assert.strictEqual(
        (yield* post("/api/customers", { customer: "hydro", name: "Hydro" })).status,
        201,
      )
      const destination = {
        destination: "main",
        url: "https://hydro.example/in",
        loopbackAllowed: false,
      }
      const added = yield* post("/api/customers/hydro/destinations", destination)
      assert.strictEqual(added.status, 201, added.text)
      const both = yield* post("/api/customers/hydro/destinations", {
        ...destination,
        customer: "other",
      })
      assert.strictEqual(both.status, 400)
      const removed = yield* ask("/api/customers/hydro/destinations/main", { method: "DELETE" })
      assert.strictEqual(removed.status, 201, removed.text)
      assert.strictEqual(
        (yield* ask("/api/customers/hydro/retire", { method: "POST" })).status,
        201,
      )
    }).pipe(Effect.provide(world())),
  )

  it.live("adopt a policy, and show the history newest first", () =>
    Effect.gen(function* () {
      const policy = { ...policyDefault, counterRule: "rule-2" }
      const adopted = yield* post("/api/policies", { policy, note: "of 2017" })
      assert.strictEqual(adopted.status, 201, adopted.text)
      const shown = yield* ask("/api/policies")
      assert.deepStrictEqual(list(shown, "policies", "version"), [1, 0])
      assert.strictEqual(at(shown, "policies.0.note"), "of 2017")
      const bad = yield* post("/api/policies", { policy: { ...policy, rollover: 1.5 }, note: "" })
      assert.strictEqual(at(bad, "faults.0.where"), "$.policy.rollover")
    }).pipe(Effect.provide(world())),
  )

  it.live("are seen by who reads next", () =>
    Effect.gen(function* () {
      for (let n = 0; n < 20; n++) {
        yield* post("/api/stations", { station: `BS-${n}` })
        assert.strictEqual((yield* ask(`/api/stations/BS-${n}`)).status, 200)
      }
    }).pipe(Effect.provide(world())),
  )
})
