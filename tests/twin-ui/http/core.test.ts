import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { ask, at, list, settled, world } from "./world.ts"

const report = (...lines: ReadonlyArray<object>) =>
  ask("/ingest/infrastructure", {
    method: "POST",
    headers: { "content-type": "application/x-ndjson" },
    body: lines.map((line) => JSON.stringify(line)).join("\n"),
  })

const topology = [
  { part: "par.transit-a", kind: "transit-link", joins: [] },
  { part: "par.transit-b", kind: "transit-link", joins: [] },
  { part: "par.balancer", kind: "load-balancer", joins: ["par.transit-a", "par.transit-b"] },
  { part: "par.server-1", kind: "server", joins: ["par.balancer"] },
  { part: "par.server-2", kind: "server", joins: ["par.balancer"] },
  { part: "par.backend", kind: "backend", joins: ["par.server-1", "par.server-2"] },
  { service: "deliveries", from: ["par.transit-a", "par.transit-b"], to: ["par.backend"] },
]

describe("the core over HTTP", () => {
  it.live("says how many ways are left, what would stop a service, and how long it stood", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* report(...topology)).status, 200)
      yield* settled
      const whole = yield* ask("/api/core")
      assert.strictEqual(at(whole, "services.0.ways"), 1)
      assert.deepStrictEqual(at(whole, "services.0.cuts"), ["par.backend", "par.balancer"])
      const begun = Date.now() + 1_000_000
      const down = (part: string, up: boolean, afterS: number) => ({
        part,
        up,
        at: new Date(begun + afterS * 1_000).toISOString(),
      })
      const answer = yield* report(
        down("par.server-1", false, 0),
        down("par.server-1", false, 1),
        down("par.balancer", false, 10),
        down("par.balancer", true, 40),
        down("par.nowhere", true, 40),
      )
      assert.strictEqual(at(answer, "changed"), 3)
      assert.strictEqual(at(answer, "known"), 1)
      assert.deepStrictEqual(list(answer, "refused", "where"), ["line 5"])
      yield* settled
      const [from, to] = [0, 100].map((s) => new Date(begun + s * 1_000).toISOString())
      const now = yield* ask(`/api/core?from=${from}&to=${to}`)
      assert.deepStrictEqual(at(now, "services.0.cuts"), [
        "par.backend",
        "par.balancer",
        "par.server-2",
      ])
      assert.strictEqual(at(now, "services.0.downMs"), 30_000)
      assert.strictEqual(at(now, "services.0.availability"), 0.7)
    }).pipe(Effect.provide(world())),
  )

  it.live("refuses what is no report, and says which line", () =>
    Effect.gen(function* () {
      const answer = yield* report({ part: "a b", up: true })
      assert.strictEqual(answer.status, 400)
      assert.include(answer.text, "line 1")
    }).pipe(Effect.provide(world())),
  )
})
