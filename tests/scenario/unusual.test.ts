/** Each detector of the unusual against the simulator's truth, and the same world undisturbed. `npm run fuzz -- unusual` does so at length. */
import { assert, describe, it } from "@effect/vitest"
import { audit, describe as describeOne, type Shown, shownAs } from "./unusualAudit.ts"

describe("the watch", () => {
  for (const scenario of Object.keys(shownAs) as ReadonlyArray<Shown>)
    // its own keys
    it(`says ${shownAs[scenario]} of ${scenario}, and that it is over`, () => {
      const { falseAlarms, missed, named, uncleared } = audit({ scenario, seed: 1 })
      assert.deepStrictEqual(missed, [])
      assert.isNotEmpty(named)
      assert.deepStrictEqual(uncleared.map(describeOne), [])
      assert.deepStrictEqual(falseAlarms.map(describeOne), [])
    }, 120_000)

  it("says nothing of a world undisturbed", () => {
    const { falseAlarms, messages } = audit({ scenario: "clean", seed: 2 })
    assert.deepStrictEqual(falseAlarms.map(describeOne), [])
    assert.isAbove(messages, 2_000)
  }, 120_000)
})
