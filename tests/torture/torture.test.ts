import { assert, describe, it } from "@effect/vitest"
import { all } from "./all.ts"

/** Strokes in the tests; by hand there are more. */
const counts: Readonly<Record<string, number>> = {
  kill: 200,
  flip: 400,
  full: 3,
  clock: 300,
  deliveries: 60,
}

describe("under torture what was acknowledged holds", () => {
  it("in every way there is", () => {
    assert.deepStrictEqual(Object.keys(counts).toSorted(), all.map(({ name }) => name).toSorted())
  })

  for (const torture of all) {
    const missing = torture.missing?.()
    it.skipIf(missing !== undefined)(
      `${torture.about}${missing === undefined ? "" : ` (skipped: ${missing})`}`,
      { timeout: 1_200_000 },
      async () => {
        const count = counts[torture.name]
        const report = await torture.run({ count, seed: 1, progress: () => {} })
        assert.deepStrictEqual(report.violations, [])
        assert.isAtLeast(report.strokes, count)
        assert.isAbove(Object.keys(report.outcomes).length, 1, JSON.stringify(report.outcomes))
      },
    )
  }
})
