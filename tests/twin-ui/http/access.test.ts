import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { CustomerId, DeviceTypeId, GroupId } from "../../../core/event/ids.ts"
import { Pipeline } from "../../../core/ingest/Pipeline.ts"
import { Server } from "../../../twin-ui/http/server.ts"
import type { Settings } from "../../../twin-ui/http/Settings.ts"
import { radio } from "../../core/ingest/radio.ts"
import { addOperator, addPerson, askAs, postAs } from "./people.ts"
import { type Answer, ask, at, list, settled, worldAfter } from "./world.ts"

const a = radio(0x4d33db)
const b = radio(0x4d33dc)
const hydro = CustomerId.make("hydro")
const gas = CustomerId.make("gas")
const meters = GroupId.make("meters")
const water = GroupId.make("water")
const soil = GroupId.make("soil")
const probe = DeviceTypeId.make("probe")
const valve = DeviceTypeId.make("valve")

/** Two customers with a device each, and a message of each; tokens by name. */
const tokens: Record<string, string> = {}

const setUp = Effect.gen(function* () {
  const pipeline = yield* Pipeline
  for (const customer of [hydro, gas])
    yield* pipeline.execute({ _tag: "RegisterCustomer", customer })
  yield* pipeline.execute({ _tag: "PlaceGroup", group: meters })
  yield* pipeline.execute({ _tag: "PlaceGroup", group: water, parent: meters })
  const operator = yield* addOperator("ann", { password: true })
  Object.assign(tokens, { ann: operator })
  yield* pipeline.execute({
    _tag: "RegisterDevice",
    device: a.id,
    customer: hydro,
    group: water,
    deviceType: probe,
    key: Redacted.make(a.keyHex),
  })
  yield* pipeline.execute({
    _tag: "RegisterDevice",
    device: b.id,
    customer: gas,
    group: soil,
    deviceType: valve,
    key: Redacted.make(b.keyHex),
  })
  yield* pipeline.submit([a.send(7), b.send(9)])
  const grants = {
    customer: { role: "CUSTOMER_W", customer: hydro, payloads: true },
    group: { role: "DEVICE_MANAGER_R", group: meters, payloads: true },
    type: { role: "DEVICE_MANAGER_R", deviceType: probe, payloads: true },
    both: { role: "DEVICE_MANAGER_R", customer: hydro, deviceType: valve, payloads: true },
    blind: { role: "CUSTOMER_R", customer: hydro, payloads: false },
    auditor: { role: "auditor", payloads: false },
    callbacks: { role: "INGEST_CALLBACKS", payloads: false },
    frames: { role: "INGEST_FRAMES", payloads: false },
    metrics: { role: "OPT_METRICS", payloads: false },
    blocker: { role: "OPT_BLOCK", customer: hydro, payloads: false },
  } as const
  for (const [name, grant] of Object.entries(grants)) tokens[name] = yield* addPerson(name, [grant])
  tokens["nothing"] = yield* addPerson("nothing", [])
})

const world = (changed: Partial<Settings> = {}) => worldAfter(setUp, changed)

const as = (name: string, path: string) => askAs(tokens[name] ?? "", path)
const ids = (answer: Answer, path: string): ReadonlyArray<unknown> => list(answer, path, "id")

const statusOf = (name: string, path: string, body: unknown) =>
  Effect.map(postAs(tokens[name], path, body), (answer) => answer.status)

const postFramesAs = (name: string) =>
  askAs(tokens[name], "/ingest/frames", {
    method: "POST",
    headers: { "content-type": "application/x-ndjson" },
    body: JSON.stringify({ station: "BS-1", heardAt: "2026-01-01T00:00:00Z", frame: "00" }),
  })

describe("the door", () => {
  it.live("is shut to whoever does not say who they are, and says how to", () =>
    Effect.gen(function* () {
      for (const path of ["/api/devices", "/api/events", "/feed", "/feed/chain", "/metrics"]) {
        const answer = yield* ask(path)
        assert.strictEqual(answer.status, 401, path)
        assert.strictEqual(at(answer, "type"), "/docs#problem-no-login")
        assert.include(answer.headers.get("www-authenticate") ?? "", "Bearer")
      }
      assert.strictEqual((yield* askAs("sgt_ann-key_wrong", "/api/devices")).status, 401)
      const another = `sgt_ann-key_${"A".repeat(43)}`
      assert.strictEqual((yield* askAs(another, "/api/devices")).status, 401)
      assert.strictEqual((yield* as("ann", "/api/devices")).status, 200)
      for (const path of ["/healthz", "/login", "/docs"])
        assert.strictEqual((yield* ask(path)).status, 200, path)
    }).pipe(Effect.provide(world())),
  )

  it.live("is shut to an account without any role", () =>
    Effect.gen(function* () {
      for (const path of ["/api/devices", `/api/devices/${a.id}`, "/api/events", "/feed"])
        assert.strictEqual((yield* as("nothing", path)).status, 403, path)
    }).pipe(Effect.provide(world())),
  )
})

describe("a scope", () => {
  // Each may see device a; the door beside it is device b's.
  it.live.each(["customer", "group", "type", "blind"])("by %s ends where it ends", (name) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(ids(yield* as(name, "/api/devices"), "devices"), [a.id])
      assert.strictEqual((yield* as(name, `/api/devices/${a.id}`)).status, 200)
      const beside = yield* as(name, `/api/devices/${b.id}`)
      const unknown = yield* as(name, "/api/devices/ABCDEF")
      assert.strictEqual(beside.status, 404)
      // Nothing tells a hidden device from one that is not there.
      assert.strictEqual(beside.text.replaceAll(b.id, "ABCDEF"), unknown.text)
      assert.strictEqual((yield* as(name, `/api/messages/${a.id}:7`)).status, 200)
      assert.strictEqual((yield* as(name, `/api/messages/${b.id}:9`)).status, 404)
      const events = yield* as(name, "/api/events?limit=100")
      assert.notInclude(events.text, b.id)
      assert.include(events.text, a.id)
      // The same for a station that is there and one that is not.
      for (const station of ["BS-1", "BS-77"])
        assert.strictEqual((yield* as(name, `/api/stations/${station}`)).status, 403)
      assert.deepStrictEqual(ids(yield* as(name, "/api/stations"), "stations"), [])
    }).pipe(Effect.provide(world())),
  )

  it.live("of two parts holds only where both fit", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(ids(yield* as("both", "/api/devices"), "devices"), [])
      assert.strictEqual((yield* as("both", `/api/devices/${a.id}`)).status, 404)
    }).pipe(Effect.provide(world())),
  )

  it.live("by customer shows that customer and no other", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(ids(yield* as("customer", "/api/customers"), "customers"), ["hydro"])
      assert.strictEqual((yield* as("customer", "/api/customers/gas")).status, 404)
      // A group is not its customer.
      assert.deepStrictEqual(ids(yield* as("group", "/api/customers"), "customers"), [])
    }).pipe(Effect.provide(world())),
  )

  it.live("shows payloads in plain only where it says so", () =>
    Effect.gen(function* () {
      const open = yield* as("customer", `/api/messages/${a.id}:7`)
      const shut = yield* as("blind", `/api/messages/${a.id}:7`)
      assert.include(open.text, "abad1dea")
      assert.notInclude(shut.text, "abad1dea")
      const events = yield* as("auditor", `/api/events?device=${a.id}&kind=FrameHeard`)
      const position = Number(at(events, "events.0.position"))
      assert.notInclude((yield* as("auditor", `/api/events/${position}`)).text, "abad1dea")
      assert.include((yield* as("customer", `/api/events/${position}`)).text, "abad1dea")
    }).pipe(Effect.provide(world())),
  )

  it.live("holds for the past as it is now, whatever it was then", () =>
    Effect.gen(function* () {
      const before = Number(at(yield* as("customer", "/api/devices"), "position"))
      yield* postAs(tokens["ann"], "/api/accounts/customer/revoke", {
        role: "CUSTOMER_W",
        customer: "hydro",
      })
      const past = yield* as("customer", `/api/devices/${a.id}?at=${before}`)
      assert.strictEqual(past.status, 403)
      yield* postAs(tokens["ann"], "/api/accounts/customer/grants", {
        role: "CUSTOMER_R",
        customer: "gas",
        payloads: false,
      })
      const other = yield* as("customer", `/api/devices?at=${before}`)
      assert.deepStrictEqual(ids(other, "devices"), [b.id])
    }).pipe(Effect.provide(world())),
  )

  it.live("shuts what is about the whole twin and cannot be filtered", () =>
    Effect.gen(function* () {
      for (const path of ["/metrics", "/api/accounts", "/api/firewall/dry-run?device=1"])
        assert.strictEqual((yield* as("customer", path)).status, 403, path)
      assert.strictEqual((yield* as("auditor", "/api/stats")).status, 200)
      assert.strictEqual((yield* as("metrics", "/metrics")).status, 200)
      assert.strictEqual((yield* as("metrics", "/api/devices")).status, 403)
    }).pipe(Effect.provide(world())),
  )
})

describe("changing things", () => {
  it.live("is allowed on one's own and on nothing beside it", () =>
    Effect.gen(function* () {
      const note = { note: "a trial" }
      assert.strictEqual(yield* statusOf("customer", `/api/devices/${a.id}/disengage`, note), 201)
      assert.strictEqual(yield* statusOf("customer", `/api/devices/${b.id}/disengage`, note), 404)
      assert.strictEqual(yield* statusOf("blind", `/api/devices/${a.id}/disengage`, note), 403)
      const mine = { device: "AA01", customer: "hydro" }
      assert.strictEqual(
        yield* statusOf("customer", "/api/devices", { ...mine, customer: "gas" }),
        404,
      )
      assert.strictEqual(yield* statusOf("customer", "/api/devices", { device: "AA01" }), 404)
      assert.strictEqual(yield* statusOf("customer", "/api/devices", mine), 201)
      yield* statusOf("ann", `/api/devices/${b.id}/retire`, {})
      const taken = { device: b.id, customer: "hydro" }
      assert.strictEqual(yield* statusOf("customer", "/api/devices", taken), 403)
      for (const [path, body] of [
        ["/api/stations", { station: "BS-9" }],
        ["/api/customers", { customer: "new" }],
        ["/api/accounts", { account: "mallory" }],
        ["/api/accounts/customer/grants", { role: "operator", payloads: true }],
        ["/api/firewall/blocks", { device: a.id, why: "" }],
      ] as const)
        assert.strictEqual(yield* statusOf("customer", path, body), 403, path)
      assert.strictEqual(yield* statusOf("auditor", "/api/stations", { station: "BS-9" }), 403)
      const block = { device: a.id, why: "" }
      assert.strictEqual(yield* statusOf("blocker", "/api/firewall/blocks", block), 201)
      const beside = yield* statusOf("blocker", "/api/firewall/blocks", { device: b.id, why: "" })
      assert.strictEqual(beside, 404)
    }).pipe(Effect.provide(world())),
  )

  it.live("stands in the audit trail, with who did it; and what was refused does too", () =>
    Effect.gen(function* () {
      yield* postAs(tokens["customer"], `/api/devices/${a.id}/disengage`, { note: "a trial" })
      yield* postAs(tokens["customer"], `/api/devices/${b.id}/disengage`, { note: "a trial" })
      yield* as("nothing", "/api/devices")
      yield* settled
      const trail = yield* as("auditor", "/api/events?kind=CommandGiven,AccessRefused")
      const details = list(trail, "events", "detail").map(String)
      assert.include(details, "DisengageCounter by customer")
      assert.isTrue(details.some((each) => each.includes("/api/devices to nothing")))
      assert.isTrue(details.some((each) => each.includes("/disengage to customer")))
      const hidden = yield* as("customer", "/api/events?kind=CommandGiven,AccessRefused")
      assert.deepStrictEqual(at(hidden, "events"), [])
    }).pipe(Effect.provide(world())),
  )

  it.live("records a flood of refusals as few events", () =>
    Effect.gen(function* () {
      for (let n = 0; n < 50; n++) yield* ask("/api/devices")
      yield* settled
      const trail = yield* as("auditor", "/api/events?kind=AccessRefused")
      assert.strictEqual(list(trail, "events", "position").length, 1)
    }).pipe(Effect.provide(world())),
  )
})

describe("every ingest route", () => {
  it.live("has credentials of its own", () =>
    Effect.gen(function* () {
      const callback = "/ingest/callbacks?device=AA01&time=1700000000&data=00&seqNumber=1"
      assert.strictEqual((yield* ask(callback)).status, 401)
      assert.strictEqual((yield* as("frames", callback)).status, 403)
      assert.strictEqual((yield* as("ann", callback)).status, 403)
      assert.strictEqual((yield* as("callbacks", callback)).status, 200)
      assert.strictEqual((yield* postFramesAs("callbacks")).status, 403)
      assert.strictEqual((yield* postFramesAs("frames")).status, 200)
      assert.strictEqual((yield* as("frames", "/api/devices")).status, 403)
    }).pipe(Effect.provide(world())),
  )
})

describe("a feed", () => {
  it.live("sends what its reader may see, and ends when that is taken away", () =>
    Effect.gen(function* () {
      const { url } = yield* Server
      const answer = yield* Effect.promise(() =>
        fetch(`${url}/feed?from=0`, { headers: { authorization: `Bearer ${tokens["customer"]}` } }),
      )
      assert.strictEqual(answer.status, 200)
      const text = answer.text()
      yield* postAs(tokens["ann"], "/api/accounts/customer/disable", {})
      const read = yield* Effect.promise(() => text)
      assert.include(read, a.id)
      assert.notInclude(read, b.id)
      assert.notInclude(read, "RoleGranted")
    }).pipe(Effect.provide(world({ heartbeatMs: 50 }))),
  )
})
