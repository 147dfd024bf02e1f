import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as NumberSet from "../../../core/kernel/NumberSet.ts"

const numbers = fc.array(
  fc.oneof(
    fc.integer({ min: 0, max: 200 }),
    fc.maxSafeNat(),
    // Of equal low bits: they all want one place.
    fc.nat(100).map((n) => n * 2 ** 32),
  ),
  { maxLength: 600 },
)

describe("a set of numbers", () => {
  it("answers as a Set does, whatever is added in whatever order", () => {
    fc.assert(
      fc.property(numbers, (added) => {
        const set = NumberSet.make()
        const model = new Set<number>()
        for (const number of added) {
          assert.strictEqual(NumberSet.add(set, number), !model.has(number))
          model.add(number)
          assert.strictEqual(set.size, model.size)
        }
        for (const number of added) assert.isFalse(NumberSet.add(set, number))
      }),
    )
  })

  it("stays at most half full, so that a search ends soon", () => {
    const set = NumberSet.make()
    for (let i = 0; i < 10_000; i++) NumberSet.add(set, i * 4_096)
    assert.isAtMost(2 * set.size, set.table.length)
  })
})
