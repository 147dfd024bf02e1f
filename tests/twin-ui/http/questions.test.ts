/** Questions over tables as they are asked over HTTP: named ones and SQL, by who may see all and who may not. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { CustomerId } from "../../../core/event/ids.ts"
import { Pipeline } from "../../../core/ingest/Pipeline.ts"
import { questions } from "../../../projections/analytics/questions/all.ts"
import { radio } from "../../core/ingest/radio.ts"
import { addOperator, addPerson, askAs, postAs } from "./people.ts"
import { ask, at, list, worldWithTables } from "./world.ts"

const a = radio(0x4d33db)
const b = radio(0x4d33dc)
const tokens: Record<string, string> = {}

/** Two customers with a device each; two messages of the one, one of the other. */
const setUp = Effect.gen(function* () {
  const pipeline = yield* Pipeline
  for (const [name, device] of [
    ["hydro", a],
    ["gas", b],
  ] as const) {
    const customer = CustomerId.make(name)
    yield* pipeline.execute({ _tag: "RegisterCustomer", customer })
    yield* pipeline.execute({
      _tag: "RegisterDevice",
      device: device.id,
      customer,
      key: Redacted.make(device.keyHex),
    })
    tokens[name] = yield* addPerson(name, [{ role: "CUSTOMER_R", customer, payloads: false }])
  }
  tokens["ann"] = yield* addOperator("ann")
  yield* pipeline.submit([a.send(7), b.send(9)])
  yield* pipeline.submit([a.send(8)])
})

const world = worldWithTables(setUp)
const as = (name: string, path: string) => askAs(tokens[name], path)

describe("the questions that have a name", () => {
  it.live("are listed with what they may be given and what their answers mean", () =>
    Effect.gen(function* () {
      const answer = yield* as("hydro", "/api/ask")
      assert.strictEqual(answer.status, 200)
      assert.deepStrictEqual(
        list(answer, "questions", "name"),
        questions.map(({ name }) => name),
      )
      assert.deepInclude(at(answer, "questions.0.parameters.0"), { name: "device", kind: "text" })
      for (const about of list(answer, "questions", "about"))
        assert.isAbove(String(about).length, 40)
    }).pipe(Effect.provide(world)),
  )

  it.live("are answered with units and a chart, by address and by body alike", () =>
    Effect.gen(function* () {
      const got = yield* as("ann", "/api/ask/top-talkers?top=1")
      assert.strictEqual(got.status, 200)
      assert.strictEqual(at(got, "rows.0.0"), a.id)
      assert.strictEqual(at(got, "rows.0.2"), 2)
      assert.deepStrictEqual(at(got, "parameters"), { by: "device", top: 1 })
      assert.deepStrictEqual(at(got, "chart"), { kind: "bars", x: "device", y: "messages" })
      assert.deepInclude(at(got, "columns.3"), { name: "share", unit: "share" })
      const posted = yield* postAs(tokens["ann"], "/api/ask/top-talkers", {
        parameters: { top: 1 },
      })
      assert.deepStrictEqual(at(posted, "rows"), at(got, "rows"))
      const csv = yield* as("ann", "/api/ask/stations-per-message?format=csv")
      assert.strictEqual(csv.text.split("\r\n")[0], "stations,messages,share,at_least_share")
    }).pipe(Effect.provide(world)),
  )

  it.live("are answered to a customer from the customer's own rows", () =>
    Effect.gen(function* () {
      for (const [name, id] of [
        ["hydro", a.id],
        ["gas", b.id],
      ] as const) {
        const answer = yield* as(name, "/api/ask/top-talkers")
        assert.strictEqual(answer.status, 200)
        const rows = at(answer, "rows")
        assert(Array.isArray(rows))
        assert.deepStrictEqual(
          rows.map((row: ReadonlyArray<unknown>) => row[0]),
          [id],
        )
      }
      assert.strictEqual((yield* ask("/api/ask/top-talkers")).status, 401)
    }).pipe(Effect.provide(world)),
  )

  it.live("say what was wrong, and where", () =>
    Effect.gen(function* () {
      const unknown = yield* as("ann", "/api/ask/nothing")
      assert.strictEqual(unknown.status, 404)
      assert.include(at(unknown, "detail"), "link-quality")
      const wrong = yield* as("ann", "/api/ask/top-talkers?top=0")
      assert.strictEqual(wrong.status, 400)
      assert.strictEqual(at(wrong, "where"), "query.top")
      const other = yield* postAs(tokens["ann"], "/api/ask/lqi", { parameters: { colour: "red" } })
      assert.strictEqual(at(other, "where"), "$.parameters.colour")
      assert.strictEqual((yield* as("ann", "/api/ask/lqi?device=1&device=2")).status, 400)
    }).pipe(Effect.provide(world)),
  )
})

const query = (name: string, sql: string, more: object = {}) =>
  postAs(tokens[name], "/api/query", { sql, ...more })

describe("SQL over HTTP", () => {
  it.live("sees what its asker may see, and of the network's own nothing", () =>
    Effect.gen(function* () {
      const all = yield* query("ann", "SELECT count(*) FROM messages")
      assert.deepStrictEqual(at(all, "rows"), [[3]])
      const own = yield* query("hydro", "SELECT count(*) FROM messages")
      assert.deepStrictEqual(at(own, "rows"), [[2]])
      const policies = yield* query("hydro", "SELECT * FROM policies")
      assert.strictEqual(policies.status, 400)
      assert.strictEqual(at(policies, "type"), "/docs#problem-query-refused")
      const behind = yield* query("hydro", "SELECT * FROM kept.messages")
      assert.strictEqual(at(behind, "type"), "/docs#problem-query-refused")
    }).pipe(Effect.provide(world)),
  )

  it.live("gives GeoJSON where the answer has places, and says so where it has none", () =>
    Effect.gen(function* () {
      const points =
        "SELECT 'S1' AS station, 49.5 AS lat, 16.5 AS lng UNION ALL SELECT 'S2', NULL, NULL"
      const answer = yield* query("ann", points, { format: "geojson" })
      assert.include(answer.headers.get("content-type") ?? "", "application/geo+json")
      assert.deepStrictEqual(answer.json, {
        type: "FeatureCollection",
        features: [
          {
            type: "Feature",
            geometry: { type: "Point", coordinates: [16.5, 49.5] },
            properties: { station: "S1" },
          },
          { type: "Feature", geometry: null, properties: { station: "S2" } },
        ],
      })
      const none = yield* query("ann", "SELECT 1", { format: "geojson" })
      assert.strictEqual(none.status, 400)
    }).pipe(Effect.provide(world)),
  )
})
