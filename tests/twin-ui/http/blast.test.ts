import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { meter, tell } from "./story.ts"
import { ask, at, list, world } from "./world.ts"

describe("the blast radius over HTTP", () => {
  it.live("of a key, a policy, an endpoint and an event is what follows from them", () =>
    Effect.gen(function* () {
      const heads = yield* tell
      const key = yield* ask(`/api/blast/key/${meter.id}:1`)
      assert.strictEqual(at(key, "count"), 3, key.text)
      assert.strictEqual(at(key, "since"), "beginning")
      assert.deepStrictEqual(list(key, "customers", "id"), ["hydro"])
      assert.deepStrictEqual(list(key, "destinations", "owed"), [3])

      // The forgery was judged under the policy too, and refused.
      const policy = yield* ask("/api/blast/policy/0")
      assert.strictEqual(at(policy, "count"), 3)
      assert.deepStrictEqual(list(policy, "refused", "messages"), [1])

      const endpoint = yield* ask("/api/blast/endpoint/hydro%2Fmain")
      assert.deepStrictEqual(list(endpoint, "destinations", "owed"), [3])
      const until = yield* ask(`/api/blast/endpoint/hydro%2Fmain?at=${heads.first - 1}`)
      assert.deepStrictEqual(list(until, "destinations", "owed"), [1])

      const [accepted] = list(key, "messages", "position")
      const event = yield* ask(`/api/blast/event/${String(accepted)}`)
      assert.strictEqual(at(event, "count"), 1)
      assert.deepStrictEqual(list(event, "messages", "message"), [`${meter.id}:13@0`])
    }).pipe(Effect.provide(world())),
  )

  it.live("narrows by since, and of a station is asked by either path", () =>
    Effect.gen(function* () {
      const heads = yield* tell
      const late = yield* ask(`/api/blast/key/${meter.id}:1?since=${heads.second - 1}`)
      assert.strictEqual(at(late, "count"), 1, late.text)
      assert.strictEqual(at(late, "since"), "asked")
      const one = yield* ask("/api/blast/station/BS-1")
      const other = yield* ask("/api/stations/BS-1/blast")
      assert.strictEqual(one.status, 200)
      assert.deepStrictEqual(one.json, other.json)
    }).pipe(Effect.provide(world())),
  )

  it.live("of what is not there, or is not named as it must be, is a problem that says so", () =>
    Effect.gen(function* () {
      yield* tell
      for (const [path, status, says] of [
        ["key/4D33DB", 400, "DEVICE:VERSION"],
        ["endpoint/hydro", 400, "CUSTOMER/DESTINATION"],
        ["policy/latest", 400, "a policy"],
        ["planet/1", 400, "one of station, key"],
        [`key/${meter.id}:2`, 404, `no key ${meter.id}:2`],
        ["policy/3", 404, "no policy 3"],
        ["endpoint/hydro%2Fother", 404, "no endpoint hydro/other"],
        ["event/99999", 404, "no event 99999"],
        ["station/BS-9", 404, "no station BS-9"],
      ] as const) {
        const answer = yield* ask(`/api/blast/${path}`)
        assert.strictEqual(answer.status, status, `${path}: ${answer.text}`)
        assert.include(String(at(answer, "detail")), says, path)
      }
    }).pipe(Effect.provide(world())),
  )
})
