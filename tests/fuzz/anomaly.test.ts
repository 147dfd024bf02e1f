import { assert, describe, it } from "@effect/vitest"
import { fuzz, run } from "./anomaly.ts"

describe("the fuzz of anomalies", () => {
  it("finds no violation in a small run, and says how well it went", () => {
    const report = run({ count: 10_000, seed: 40, progress: () => {} })
    assert.deepStrictEqual(report.violations, [])
    assert.isAbove(report.outcomes["clean: messages"] ?? 0, 1000)
    assert.match(report.notes?.join("\n") ?? "", /recall +precision/)
  }, 60_000)

  for (const [name, canary] of Object.entries(fuzz.canaries)) {
    it(`notices ${name}`, () => {
      assert.isAbove(canary().violationCount, 0)
    }, 60_000)
  }
})
