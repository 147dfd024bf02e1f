import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import type { Json } from "../../../projections/Projection.ts"
import * as Diff from "../../../projections/time/diff.ts"
import * as Picture from "../../../projections/time/picture.ts"
import { seek } from "../../../projections/time/seek.ts"
import { filled, play, stores } from "./worlds.ts"

const value = fc.oneof(
  fc.constantFrom<Json>(null, 0, 1, "a", "b", true, {}, []),
  fc.array(fc.constantFrom<Json>(0, "x", { y: 1 }), { maxLength: 2 }),
)
const fields = fc.dictionary(fc.constantFrom("a", "b.c", "b.d", "e"), value, { maxKeys: 4 })
const picture = fc
  .dictionary(fc.constantFrom("device 1", "device 2", "station X", "counts"), fields)
  .map((things): Diff.Picture => new Map(Object.entries(things)))

const plain = (of: Diff.Picture): unknown =>
  [...of].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([thing, its]) => [thing, { ...its }])

describe("a diff", () => {
  it("applied to one side gives the other, and turned round the first again", () => {
    fc.assert(
      fc.property(picture, picture, (a, b) => {
        const diff = Diff.between(a, b)
        assert.deepStrictEqual(plain(Diff.apply(diff, a)), plain(b))
        assert.deepStrictEqual(plain(Diff.apply(Diff.reversed(diff), b)), plain(a))
        assert.deepStrictEqual(Diff.reversed(diff), Diff.between(b, a))
      }),
      { numRuns: 500 },
    )
  })

  it("of a picture and itself is empty", () => {
    fc.assert(fc.property(picture, (a) => assert.deepStrictEqual(Diff.between(a, new Map(a)), [])))
  })
})

const all = Picture.projectionsFor(Picture.kinds)

describe("the diff of two instants", () => {
  const { log } = play("tampered-station", { devices: 60 })

  it.live("leads from the one to the other and back, whichever way the states came about", () =>
    Effect.gen(function* () {
      yield* filled(log)
      for (const [from, to] of [
        [0, log.length],
        [Math.floor(log.length / 3), Math.floor(log.length / 2)],
        [log.length - 1, log.length],
      ]) {
        const before = yield* seek(all, from)
        const onward = yield* seek(all, to, before)
        const afresh = yield* seek(all, to)
        const [a, b] = [Picture.pictureOf(before.states), Picture.pictureOf(afresh.states)]
        const diff = Picture.diffStates(before.states, onward.states)
        assert.isAbove(diff.length, 0)
        assert.deepStrictEqual(diff, Diff.between(a, b))
        assert.deepStrictEqual(plain(Diff.apply(diff, a)), plain(b))
        assert.deepStrictEqual(plain(Diff.apply(Diff.reversed(diff), b)), plain(a))
      }
    }).pipe(Effect.provide(stores)),
  )

  it.live("leaves the earlier state as it was", () =>
    Effect.gen(function* () {
      yield* filled(log)
      const before = yield* seek(all, 500)
      const picture1 = plain(Picture.pictureOf(before.states))
      yield* seek(all, log.length, before)
      assert.deepStrictEqual(plain(Picture.pictureOf(before.states)), picture1)
    }).pipe(Effect.provide(stores)),
  )

  it.live("says when a station lost its trust, and from what", () =>
    Effect.gen(function* () {
      yield* filled(log)
      const lost = log.find(({ event }) => event._tag === "StationTrustLost")
      assert.isDefined(lost)
      const before = yield* seek(Picture.projectionsFor(["station"]), lost.position)
      const after = yield* seek(Picture.projectionsFor(["station"]), lost.position + 1, before)
      const [change] = Picture.diffStates(before.states, after.states)
      assert.strictEqual(change.change, "changed")
      assert.deepInclude(change.fields, { field: "trust", from: "attested", to: "lost" })
    }).pipe(Effect.provide(stores)),
  )
})
