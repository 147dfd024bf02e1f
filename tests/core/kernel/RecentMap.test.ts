import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as RecentMap from "../../../core/kernel/RecentMap.ts"

/** What it must be like: a Map whose keys are moved to its end. */
const model = (max: number) => {
  const map = new Map<string, number>()
  return {
    map,
    set: (key: string, value: number) => {
      if (!map.delete(key) && map.size === max) map.delete([...map.keys()][0])
      map.set(key, value)
    },
  }
}

describe("a map of recent entries", () => {
  it("holds what was set last, whatever the order", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(fc.nat(9)), (max, keys) => {
        const map = RecentMap.make<number>(max)
        const expected = model(max)
        for (const [at, number] of keys.entries()) {
          RecentMap.set(map, `k${number}`, at)
          expected.set(`k${number}`, at)
          for (let k = 0; k < 10; k++)
            assert.strictEqual(RecentMap.get(map, `k${k}`), expected.map.get(`k${k}`))
        }
        assert.isAtMost(map.keys.length, max)
      }),
    )
  })
})
