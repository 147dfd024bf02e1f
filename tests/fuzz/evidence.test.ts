import { assert, describe, it } from "@effect/vitest"
import { fuzz, run } from "./evidence.ts"

const options = { count: 10_000, seed: 7, progress: () => {} }

describe("the fuzz of evidence", () => {
  it("finds no violation in a small run, and reads and refuses each structure", () => {
    const report = run(options)
    assert.deepStrictEqual(report.violations, [])
    const outcomes = Object.keys(report.outcomes)
    for (const name of ["attest", "signature", "public", "credential", "event log"]) {
      assert.includeMembers(outcomes, [`${name} read`, `${name} truncated`, `${name} size`])
    }
    assert.includeMembers(outcomes, [
      "IMA line read",
      "IMA line value",
      "accepted",
      "refused for bad_signature",
      "refused for malformed_sig",
      "refused for pcr_digest_mismatch",
      "refused for eventlog_replay",
      "refused for ima_replay",
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
