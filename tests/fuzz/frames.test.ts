import { assert, describe, it } from "@effect/vitest"
import { fuzz, run } from "./frames.ts"

const options = { count: 20_000, seed: 7, progress: () => {} }

describe("the fuzz of frames", () => {
  it("finds no violation in a small run, and meets every kind and every refusal", () => {
    const report = run(options)
    assert.deepStrictEqual(report.violations, [])
    assert.deepStrictEqual(Object.keys(report.outcomes).toSorted(), [
      "bit",
      "control",
      "crc",
      "data",
      "empty",
      "frame-type",
      "length",
      "length-indicator",
      "not-hex",
      "preamble",
      "reserved-flag",
      "type-length",
    ])
  })

  it("makes the same inputs from the same seed", () => {
    assert.deepStrictEqual(run(options), run(options))
  })

  for (const [name, canary] of Object.entries(fuzz.canaries)) {
    it(`notices ${name}`, () => {
      assert.isAbove(canary().violationCount, 0)
    })
  }
})
