import { assert, describe, it } from "@effect/vitest"
import { policyDefault } from "../../../core/event/policy.ts"
import * as Adopted from "../../../projections/policy/Adopted.ts"
import { fold } from "../../../projections/Projection.ts"
import { because, historyOf } from "../../laws/histories.ts"

const adopted = (version: number) =>
  because({
    _tag: "PolicyAdopted",
    version,
    policy: { ...policyDefault, contractPerDay: 100 + version },
    note: `the ${version}.`,
  })

const { projection } = Adopted

describe("policies", () => {
  it("begin with the default, version 0", () => {
    const { policy, version } = Adopted.current(projection.initial())
    assert.deepStrictEqual([version, policy], [0, policyDefault])
  })

  it("hold from their adoption on, and earlier ones stay to be read", () => {
    const state = fold(projection, projection.initial(), historyOf([adopted(1), adopted(2)]))
    assert.strictEqual(Adopted.current(state).version, 2)
    assert.strictEqual(Adopted.ofVersion(state, 1)?.policy.contractPerDay, 101)
    assert.isUndefined(Adopted.ofVersion(state, 3))
  })
})
