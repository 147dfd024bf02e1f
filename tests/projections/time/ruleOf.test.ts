import { assert, describe, it } from "@effect/vitest"
import { StationId } from "../../../core/event/ids.ts"
import { ruleOf } from "../../../projections/time/why/ruleOf.ts"

const station = StationId.make("BS-0001")

const lost = (more: { readonly seen?: string; readonly reasons?: ReadonlyArray<string> }) => {
  const { compared, rule } = ruleOf({
    position: 7,
    stream: "station-BS-0001",
    revision: 3,
    occurredMs: 0,
    recordedMs: 0,
    causes: [6],
    event: { _tag: "StationTrustLost", station, expected: "aa", seen: "", policy: 2, ...more },
  })
  return [rule?.name, rule?.version, ...compared]
}

describe("the rule by which a station lost its trust", () => {
  it("compares configuration digests where a reception showed another", () => {
    assert.deepStrictEqual(lost({ seen: "bb" }), [
      "configuration digest",
      "policy 2",
      { what: "configuration digest", expected: "aa", seen: "bb", holds: false },
    ])
  })

  it("names what evidence was refused for, and no digest that nobody saw", () => {
    assert.deepStrictEqual(lost({ reasons: ["pcr_reference", "sha256:4"] }), [
      "appraisal of evidence",
      "policy 2",
      { what: "evidence", expected: "accepted", seen: "pcr_reference, sha256:4", holds: false },
    ])
  })

  it("says of a refused boot that its secret stayed sealed", () => {
    assert.deepStrictEqual(lost({ reasons: ["boot_refused"] }), [
      "sealed boot",
      "policy 2",
      { what: "sealed secret", expected: "unsealed", seen: "not unsealed", holds: false },
    ])
  })
})
