import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Pipeline } from "../../../core/ingest/Pipeline.ts"
import { radio } from "../../core/ingest/radio.ts"
import { ask, at, list, post, settled, world } from "./world.ts"

const a = radio(0x4d33db)
const b = radio(0x4d33dc)

const setUp = Effect.gen(function* () {
  yield* post("/api/customers", { customer: "hydro" })
  yield* post("/api/devices", { device: a.id, customer: "hydro", group: "meters", key: a.keyHex })
  yield* post("/api/devices", { device: b.id, key: b.keyHex })
  const pipeline = yield* Pipeline
  yield* pipeline.submit([
    // The blocked station alone hears 7; of 8 another has a copy too, before and after it.
    a.send(7),
    a.send(8, { station: "BS-2" }),
    a.send(8),
    a.send(8, { station: "BS-3" }),
    b.send(7, { station: "BS-2" }),
  ])
  yield* settled
})

describe("a dry run of a block", () => {
  it.live("of a station tells what rests on it alone, and whom that hits", () =>
    Effect.gen(function* () {
      yield* setUp
      const answer = yield* ask("/api/firewall/dry-run?station=BS-1")
      assert.strictEqual(answer.status, 200, answer.text)
      assert.strictEqual(at(answer, "accepted"), 3)
      assert.strictEqual(at(answer, "refused"), 1)
      assert.strictEqual(at(answer, "heardByOthers"), 1)
      assert.deepStrictEqual(list(answer, "devices", "device"), [a.id])
      assert.deepStrictEqual(list(answer, "customers", "customer"), ["hydro"])
    }).pipe(Effect.provide(world())),
  )

  it.live("of a device, a customer and a group tells all that its devices sent", () =>
    Effect.gen(function* () {
      yield* setUp
      for (const asked of [`device=${a.id}`, "customer=hydro", "group=meters"]) {
        const answer = yield* ask(`/api/firewall/dry-run?${asked}`)
        assert.strictEqual(at(answer, "refused"), 2, asked)
        assert.strictEqual(at(answer, "devicesHit"), 1, asked)
      }
      const other = yield* ask("/api/firewall/dry-run?group=soil")
      assert.strictEqual(at(other, "refused"), 0)
    }).pipe(Effect.provide(world())),
  )

  it.live("changes nothing, and asks for exactly one thing", () =>
    Effect.gen(function* () {
      yield* setUp
      const before = yield* ask("/api/stats")
      yield* ask("/api/firewall/dry-run?station=BS-1")
      assert.strictEqual(at(yield* ask("/api/stats"), "events"), at(before, "events"))
      assert.strictEqual((yield* ask("/api/firewall/dry-run")).status, 400)
      assert.strictEqual((yield* ask("/api/firewall/dry-run?station=BS-1&device=1")).status, 400)
    }).pipe(Effect.provide(world())),
  )
})

describe("a block", () => {
  it.live("shows in the state of the thing, in the list, and not before it was made", () =>
    Effect.gen(function* () {
      yield* setUp
      const made = yield* post("/api/firewall/blocks", { device: a.id, why: "floods" })
      assert.strictEqual(made.status, 201, made.text)
      const position = Number(at(made, "positions.0"))
      const pipeline = yield* Pipeline
      yield* pipeline.submit([a.send(9)])
      yield* settled
      const device = yield* ask(`/api/devices/${a.id}`)
      assert.strictEqual(at(device, "status"), "blocked")
      assert.include(String(at(device, "summary")), "floods")
      const blocks = yield* ask("/api/firewall")
      assert.deepStrictEqual(list(blocks, "blocks", "device"), [a.id])
      assert.deepStrictEqual(list(blocks, "blocks", "refused"), [1])
      assert.strictEqual(at(blocks, "blocks.0.by"), "local")
      const before = yield* ask(`/api/firewall?at=${position - 1}`)
      assert.deepStrictEqual(at(before, "blocks"), [])
      assert.notStrictEqual(
        at(yield* ask(`/api/devices/${a.id}?at=${position - 1}`), "status"),
        "blocked",
      )
      yield* post("/api/firewall/unblock", { device: a.id, why: "it stopped" })
      const after = yield* ask("/api/firewall")
      assert.deepStrictEqual(at(after, "blocks"), [])
      assert.strictEqual(at(after, "lifted.0.liftedWhy"), "it stopped")
    }).pipe(Effect.provide(world())),
  )
})
