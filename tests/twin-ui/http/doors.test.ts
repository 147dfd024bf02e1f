/**
 * Every route of the server and every kind of scope: what a narrow account gets there. The table must name each route, so that a
 * new one cannot come in without somebody deciding what of it a part of the twin is.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import {
  CustomerId,
  DestinationId,
  DeviceTypeId,
  GroupId,
  StationId,
} from "../../../core/event/ids.ts"
import { Pipeline } from "../../../core/ingest/Pipeline.ts"
import { Server } from "../../../twin-ui/http/server.ts"
import { radio } from "../../core/ingest/radio.ts"
import { addOperator, addPerson, askAs } from "./people.ts"
import { ask, worldAfter } from "./world.ts"

const own = radio(0x4d33db)
const beside = radio(0x5e44ec)

/** What belongs to others: none of it may stand in an answer to who may not see it. */
const secrets = [beside.id, "gasworks", "soilgroup", "valvetype", "Besideville", "gas.example"]

const json = { "content-type": "application/json" }

type Door =
  /** For everybody, logged in or not. */
  | { readonly _tag: "open" }
  /** Answered 200, and nothing of others in it. */
  | { readonly _tag: "narrowed"; readonly path?: string; readonly body?: unknown }
  /** Asked about what is beside: not there, or not permitted. */
  | { readonly _tag: "beside"; readonly path?: string; readonly body?: unknown }
  /** Not permitted, and a reason given. */
  | { readonly _tag: "shut"; readonly path?: string; readonly body?: unknown }

const open: Door = { _tag: "open" }
const narrowed = (path?: string, body?: unknown): Door => ({
  _tag: "narrowed",
  ...(path === undefined ? {} : { path }),
  body,
})
const atBeside = (path?: string, body?: unknown): Door => ({
  _tag: "beside",
  ...(path === undefined ? {} : { path }),
  body,
})
const shut = (path?: string, body?: unknown): Door => ({
  _tag: "shut",
  ...(path === undefined ? {} : { path }),
  body,
})

const device = `/api/devices/${beside.id}`
const sleep = "/feed/chain"

const doors: Readonly<Record<string, Door>> = {
  "GET /healthz": open,
  "GET /readyz": open,
  "GET /docs": open,
  "GET /docs/style.css": open,
  "GET /login": open,
  "GET /login/style.css": open,
  "POST /login": open,
  "POST /logout": open,
  // Of one's own account alone: held by tests/twin-ui/http/own.test.ts.
  "GET /account": open,
  "POST /account/password": open,
  "POST /account/sessions/end": open,
  "POST /api/me/password": open,
  "GET /login/oidc": open,
  "GET /login/oidc/callback": open,
  // Behind the token of the log's members.
  "GET /shares/:projection": open,
  "GET /openapi.json": narrowed(),
  "GET /api/me": narrowed(),
  "GET /metrics": shut(),

  "GET /api/devices": narrowed(),
  "GET /api/stations": narrowed(),
  "GET /api/customers": narrowed(),
  "GET /api/devices/:id": atBeside(device),
  "GET /api/stations/:id": shut("/api/stations/BS-1"),
  "GET /api/customers/:id": atBeside("/api/customers/gasworks"),
  "GET /api/messages/:id": atBeside(`/api/messages/${beside.id}:9`),
  "GET /api/events": narrowed("/api/events?limit=1000"),
  "GET /api/events/:position": atBeside("/api/events/POSITION"),
  "GET /api/stats": narrowed(),
  "GET /api/chain": narrowed(),
  "GET /api/timeline": narrowed(),
  "GET /api/policies": narrowed(),
  "GET /api/findings": narrowed(),
  "GET /api/incidents": narrowed(),
  "GET /api/why/:kind/:id": atBeside(`/api/why/device/${beside.id}`),
  "GET /api/diff": narrowed("/api/diff?from=0&limit=1000"),
  "GET /api/clocks": narrowed("/api/clocks?at=2030-01-01T00:00:00Z&limit=1000"),
  "GET /api/bisect": atBeside(
    `/api/bisect?condition=${encodeURIComponent(`device("${beside.id}").accepted > 0`)}`,
  ),
  "GET /api/what-if": shut("/api/what-if?without=BS-1"),
  "GET /api/firewall": narrowed(),
  "GET /api/firewall/dry-run": atBeside(`/api/firewall/dry-run?device=${beside.id}`),
  "GET /api/retention": narrowed(),
  "POST /api/retention": atBeside("/api/retention", { customer: "gasworks", days: 30 }),
  "GET /api/deliveries": narrowed("/api/deliveries?state=pending"),
  "GET /api/alerts": shut(),
  "POST /api/alerts/targets": shut("/api/alerts/targets", {}),
  "POST /api/alerts/test": shut("/api/alerts/test", {}),
  "DELETE /api/alerts/targets/:target": shut("/api/alerts/targets/t"),
  "GET /api/anomalies": narrowed(),
  "GET /api/usual": atBeside(`/api/usual?device=${beside.id}`),
  "GET /api/core": shut(),
  "GET /api/coverage": shut(),
  "GET /api/devices/:id/counter": atBeside(`${device}/counter`),
  "GET /api/cases": shut(),
  "GET /api/cases/:name": shut("/api/cases/storm"),
  "GET /api/cases/:name/capsule": shut("/api/cases/storm/capsule?from=0&to=9"),
  "POST /api/cases": shut("/api/cases", { case: "storm", title: "Storm" }),
  "POST /api/cases/:name/entries": shut("/api/cases/storm/entries", { note: "seen" }),
  "POST /api/cases/:name/close": shut("/api/cases/storm/close", { note: "over" }),
  "GET /api/blast/:kind/:id": shut("/api/blast/station/BS-1"),
  "GET /api/stations/:id/blast": shut("/api/stations/BS-1/blast"),
  "GET /api/stations/:id/attested": shut("/api/stations/BS-1/attested?on=2026-01-01"),
  "GET /api/endorsements": shut(),
  "GET /api/accounts": shut(),
  "GET /api/groups": shut(),
  // No tables are kept in this world; what they show is held by tests/twin-ui/analytics.
  "GET /api/analytics": { _tag: "narrowed" },
  "POST /api/query": narrowed("/api/query", { sql: "SELECT 1" }),
  "POST /api/outlier": narrowed("/api/outlier", { where: "rssi_dbm < -130" }),
  "GET /api/ask": narrowed(),
  "GET /api/ask/:name": narrowed("/api/ask/refusals"),
  "POST /api/ask/:name": narrowed("/api/ask/refusals", {}),

  "GET /feed": narrowed("/feed?from=0"),
  "GET /feed/chain": narrowed(sleep),

  "GET /ingest/callbacks": shut("/ingest/callbacks?device=AA01&time=1&data=00"),
  "POST /ingest/callbacks": shut("/ingest/callbacks", {}),
  "PUT /ingest/callbacks": shut("/ingest/callbacks", {}),
  "POST /ingest/frames": shut("/ingest/frames", {}),
  "POST /ingest/infrastructure": shut("/ingest/infrastructure", {}),
  "POST /stations/:id/enrol": shut("/stations/BS-1/enrol", {}),
  "POST /stations/:id/boot": shut("/stations/BS-1/boot", {}),
  "GET /stations/:id/challenge": shut("/stations/BS-1/challenge"),
  "POST /stations/:id/evidence": shut("/stations/BS-1/evidence", {}),
  "GET /stations/:id/order": shut("/stations/BS-1/order"),
  "POST /stations/:id/orders/:order": shut("/stations/BS-1/orders/1", {}),

  "POST /api/devices": atBeside("/api/devices", { device: beside.id, customer: "gasworks" }),
  "POST /api/devices/:id/key": atBeside(`${device}/key`, { key: "00".repeat(16) }),
  "POST /api/devices/:id/downlink-default": atBeside(`${device}/downlink-default`, {}),
  "POST /api/devices/:id/payload-scheme": atBeside(`${device}/payload-scheme`, {}),
  "POST /api/devices/:id/retire": atBeside(`${device}/retire`, {}),
  "POST /api/devices/:id/disengage": atBeside(`${device}/disengage`, { note: "" }),
  "POST /api/devices/:id/erase": atBeside(`${device}/erase`, { note: "" }),
  "POST /api/customers": shut("/api/customers", { customer: "mine" }),
  "POST /api/customers/:id/retire": shut("/api/customers/gasworks/retire", {}),
  "POST /api/customers/:id/erase": atBeside("/api/customers/gasworks/erase", { note: "" }),
  "POST /api/customers/:id/destinations": atBeside("/api/customers/gasworks/destinations", {
    destination: "mine",
    channel: "url",
    url: "https://mine.example/",
    loopbackAllowed: false,
  }),
  "GET /api/customers/:id/destinations/:destination/messages": atBeside(
    "/api/customers/gasworks/destinations/kept/messages",
  ),
  "POST /api/customers/:id/destinations/:destination/taken": atBeside(
    "/api/customers/gasworks/destinations/kept/taken",
    { upTo: 1_000_000 },
  ),
  "GET /api/devices/:id/messages": atBeside(`${device}/messages`),
  "DELETE /api/customers/:id/destinations/:destination": atBeside(
    "/api/customers/gasworks/destinations/main",
  ),
  "POST /api/deliveries/redeliver": atBeside("/api/deliveries/redeliver", {
    customer: "gasworks",
  }),
  "POST /api/sources": shut("/api/sources", {
    source: "s",
    url: "https://api.example/",
    deviceTypes: ["t"],
    everyS: 60,
    loopbackAllowed: false,
  }),
  "DELETE /api/sources/:id": shut("/api/sources/s"),
  "POST /api/stations": shut("/api/stations", { station: "BS-9" }),
  "POST /api/stations/:id/reference": shut("/api/stations/BS-1/reference", {}),
  "POST /api/stations/:id/pin": shut("/api/stations/BS-1/pin", {}),
  "POST /api/stations/:id/retire": shut("/api/stations/BS-1/retire", {}),
  "POST /api/endorsements/roots": shut("/api/endorsements/roots", {}),
  "DELETE /api/endorsements/roots/:fingerprint": shut("/api/endorsements/roots/aa"),
  "POST /api/endorsements/references": shut("/api/endorsements/references", {}),
  "POST /api/endorsements/superseded": shut("/api/endorsements/superseded", {}),
  "POST /api/core/parts": shut("/api/core/parts", {}),
  "DELETE /api/core/parts/:id": shut("/api/core/parts/p"),
  "POST /api/core/services": shut("/api/core/services", {}),
  "POST /api/policies": shut("/api/policies", {}),
  "POST /api/firewall/blocks": atBeside("/api/firewall/blocks", { device: beside.id, why: "" }),
  "POST /api/firewall/unblock": atBeside("/api/firewall/unblock", { device: beside.id, why: "" }),
  "POST /api/groups": shut("/api/groups", { group: "g" }),
  "POST /api/accounts": shut("/api/accounts", { account: "mallory" }),
  "POST /api/accounts/:id/disable": shut("/api/accounts/ann/disable", {}),
  "POST /api/accounts/:id/enable": shut("/api/accounts/ann/enable", {}),
  "POST /api/accounts/:id/grants": shut("/api/accounts/ann/grants", {}),
  "POST /api/accounts/:id/revoke": shut("/api/accounts/ann/revoke", {}),
  "POST /api/accounts/:id/password": shut("/api/accounts/ann/password", {}),
  "POST /api/accounts/:id/credentials": shut("/api/accounts/ann/credentials", {}),
  "DELETE /api/accounts/:id/credentials/:credential": shut("/api/accounts/ann/credentials/c"),
}

/** Served only with an identity provider, or where members share a log. */
const notServed = new Set([
  "GET /login/oidc",
  "GET /login/oidc/callback",
  "GET /shares/:projection",
])

const tokens: Record<string, string> = {}
let positionBeside = -1

const scopes = {
  customer: [
    { role: "CUSTOMER_W", customer: CustomerId.make("hydro"), payloads: true },
    { role: "OPT_BLOCK", customer: CustomerId.make("hydro"), payloads: false },
    { role: "OPT_FETCH", customer: CustomerId.make("hydro"), payloads: false },
    { role: "OPT_ERASE", customer: CustomerId.make("hydro"), payloads: false },
  ],
  group: [{ role: "DEVICE_MANAGER_W", group: GroupId.make("meters"), payloads: true }],
  deviceType: [
    { role: "DEVICE_MANAGER_W", deviceType: DeviceTypeId.make("probe"), payloads: true },
  ],
  twoParts: [
    {
      role: "DEVICE_MANAGER_W",
      customer: CustomerId.make("hydro"),
      deviceType: DeviceTypeId.make("probe"),
      payloads: false,
    },
  ],
  reading: [{ role: "CUSTOMER_R", customer: CustomerId.make("hydro"), payloads: false }],
} as const

const setUp = Effect.gen(function* () {
  const pipeline = yield* Pipeline
  for (const [customer, url] of [
    ["hydro", "https://hydro.example/"],
    ["gasworks", "https://gas.example/"],
  ] as const) {
    yield* pipeline.execute({ _tag: "RegisterCustomer", customer: CustomerId.make(customer) })
    yield* pipeline.execute({
      _tag: "AddDestination",
      customer: CustomerId.make(customer),
      destination: DestinationId.make("main"),
      channel: "url",
      loopbackAllowed: false,
      url,
    })
  }
  yield* pipeline.execute({
    _tag: "AddDestination",
    customer: CustomerId.make("gasworks"),
    destination: DestinationId.make("kept"),
    channel: "pull",
    url: "pull:",
    loopbackAllowed: false,
  })
  yield* pipeline.execute({
    _tag: "EnrolStation",
    station: StationId.make("BS-1"),
    city: "Besideville",
  })
  const place = { _tag: "PlaceGroup", group: GroupId.make("water") } as const
  yield* pipeline.execute({ ...place, parent: GroupId.make("meters") })
  tokens["ann"] = yield* addOperator("ann")
  for (const [of, customer, group, deviceType] of [
    [own, "hydro", "water", "probe"],
    [beside, "gasworks", "soilgroup", "valvetype"],
  ] as const)
    yield* pipeline.execute({
      _tag: "RegisterDevice",
      device: of.id,
      customer: CustomerId.make(customer),
      group: GroupId.make(group),
      deviceType: DeviceTypeId.make(deviceType),
      key: Redacted.make(of.keyHex),
    })
  yield* pipeline.submit([own.send(7), beside.send(9)])
  const wrong = beside.send(11, { keyHex: "ff".repeat(16), atMs: 1_700_000_600_000 })
  yield* pipeline.submit([wrong])
  for (const [name, grants] of Object.entries(scopes)) tokens[name] = yield* addPerson(name, grants)
  tokens["nothing"] = yield* addPerson("nothing", [])
})

const world = worldAfter(setUp, { heartbeatMs: 50 })

/** Asks a route; of a stream what comes at first. */
const knock = Effect.fnUntraced(function* (token: string, route: string, door: Door) {
  const [method, pattern] = route.split(" ")
  const { path = pattern, body }: { readonly path?: string; readonly body?: unknown } =
    door._tag === "open" ? {} : door
  const init: RequestInit =
    body === undefined ? { method } : { method, headers: json, body: JSON.stringify(body) }
  const at = path.replace("POSITION", String(positionBeside))
  if (!path.startsWith("/feed")) return yield* askAs(token, at, init)
  const { url } = yield* Server
  return yield* Effect.promise(async () => {
    const gone = new AbortController()
    const headers = { authorization: `Bearer ${token}` }
    const answer = await fetch(url + at, { headers, signal: gone.signal })
    let text = ""
    // Until the first message that says something of their own.
    for await (const part of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += part
      if (!answer.ok || text.includes(own.id)) break
    }
    gone.abort()
    return { status: answer.status, text, headers: answer.headers }
  })
})

const findBeside = Effect.gen(function* () {
  const events = yield* askAs(tokens["ann"], `/api/events?device=${beside.id}&kind=FrameHeard`)
  positionBeside = Number(/"position":(\d+)/.exec(events.text)?.[1])
})

describe("every door", () => {
  it.live("has a decision on what a part of the twin is", () =>
    Effect.gen(function* () {
      const { routes } = yield* Server
      const served = routes.map(({ method, path }) => `${method} ${path}`)
      assert.isAbove(served.length, 60)
      const table = Object.keys(doors).filter(
        (route) => !notServed.has(route) || served.includes(route),
      )
      assert.deepStrictEqual(served.toSorted(), table.toSorted())
      for (const { access, filtered, method, path, whole } of routes)
        if (access === "api")
          assert.isTrue(filtered === true || whole !== undefined, `${method} ${path}`)
    }).pipe(Effect.provide(world)),
  )

  it.live.each(Object.keys(scopes))("shows a scope by %s no more than its own", (scope) =>
    Effect.gen(function* () {
      yield* findBeside
      assert.isAbove(positionBeside, 0)
      for (const [route, door] of Object.entries(doors)) {
        if (door._tag === "open") continue
        const answer = yield* knock(tokens[scope], route, door)
        const said = `${route} of ${scope}: ${answer.status} ${answer.text.slice(0, 300)}`
        // A name in the question may come back in the answer to it.
        const asked = `${door.path ?? ""}${JSON.stringify(door.body ?? "")}`
        for (const secret of secrets)
          if (!asked.includes(secret)) assert.notInclude(answer.text, secret, said)
        if (door._tag === "narrowed") assert.isTrue([200, 503].includes(answer.status), said)
        else if (door._tag === "shut") assert.strictEqual(answer.status, 403, said)
        else assert.isTrue([403, 404].includes(answer.status), said)
        if (answer.status === 403) assert.match(answer.text, /"detail":"[^"]{20,}/, said)
      }
    }).pipe(Effect.provide(world)),
  )

  it.live("is not shut on one's own", () =>
    Effect.gen(function* () {
      const words = [own.id, "hydro"]
      for (const path of ["/api/chain", "/api/devices", "/api/events", "/api/diff?from=0"]) {
        const answer = yield* askAs(tokens["customer"], path)
        for (const word of words) assert.include(answer.text, word, path)
        assert.strictEqual(answer.headers.get("sigtwin-sees"), "part", path)
      }
      const timeline = yield* askAs(tokens["customer"], "/api/timeline")
      assert.include(timeline.text, '"accepted":1,"refused":0')
      const why = yield* askAs(tokens["customer"], `/api/why/message/${own.id}:7`)
      assert.strictEqual(why.status, 200)
      const condition = encodeURIComponent(`device("${own.id}").accepted > 0`)
      const first = yield* askAs(tokens["customer"], `/api/bisect?condition=${condition}`)
      assert.include(first.text, '"count":1')
      const stats = yield* askAs(tokens["customer"], "/api/stats")
      assert.include(stats.text, '"accepted":1,"refused":0')
      const whole = yield* askAs(tokens["ann"], "/api/chain")
      assert.isNull(whole.headers.get("sigtwin-sees"))
      for (const secret of [beside.id, "gasworks"]) assert.include(whole.text, secret)
    }).pipe(Effect.provide(world)),
  )

  it.live("is shut to who may do nothing, and to who says nothing", () =>
    Effect.gen(function* () {
      yield* findBeside
      for (const [route, door] of Object.entries(doors)) {
        if (door._tag === "open" || route === "GET /api/me" || route === "GET /openapi.json")
          continue
        const answer = yield* knock(tokens["nothing"], route, door)
        assert.strictEqual(answer.status, 403, `${route}: ${answer.text.slice(0, 200)}`)
        const [method, pattern] = route.split(" ")
        const unnamed = yield* ask(door.path ?? pattern, { method })
        assert.strictEqual(unnamed.status, 401, `${route}: ${unnamed.text.slice(0, 200)}`)
      }
    }).pipe(Effect.provide(world)),
  )
})
