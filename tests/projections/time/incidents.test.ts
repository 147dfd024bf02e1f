import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import type { Incident } from "../../../projections/chain/ChainView.ts"
import { together } from "../../../projections/time/incidents.ts"

const minuteMs = 60_000

const incident = (
  id: string,
  fromMinute: number,
  toMinute: number | undefined,
  about: Partial<Incident>,
): Incident => ({
  id,
  kind: "refusals",
  label: id,
  tone: "refused",
  start: { position: fromMinute, ms: fromMinute * minuteMs },
  ...(toMinute === undefined ? {} : { end: { position: toMinute, ms: toMinute * minuteMs } }),
  count: 1,
  ...about,
})

const labels = (given: ReadonlyArray<Incident>) =>
  together(given).map(({ parts }) => parts.map(({ id }) => id))

describe("incidents", () => {
  it("of one device that overlap are one, the first cause first", () => {
    const refusals = incident("refusals", 20, 60, { device: "A" })
    const clone = incident("clone", 10, 50, { device: "A" })
    assert.deepStrictEqual(labels([refusals, clone]), [["clone", "refusals"]])
  })

  it("that have nothing in common, or lie far apart, stay apart; newest first", () => {
    const a = incident("a", 10, 20, { device: "A" })
    const b = incident("b", 12, 30, { device: "B" })
    const later = incident("later", 200, undefined, { device: "A" })
    assert.deepStrictEqual(labels([a, b, later]), [["later"], ["b"], ["a"]])
  })

  it("are joined through what concerns both", () => {
    const trust = incident("trust", 10, 100, { station: "S" })
    const customer = incident("outage", 20, 90, { customer: "C" })
    const both = incident("both", 30, 40, { station: "S", customer: "C" })
    assert.deepStrictEqual(labels([trust, customer, both]), [["trust", "outage", "both"]])
  })

  it("of many things under one new policy are one; of few they are not", () => {
    const all = ["A", "B", "C"].map((device, i) => incident(device, 10 * i, 10 * i + 5, { device }))
    const causes = new Map(all.map(({ id }) => [id, 7]))
    const [one] = together(all, causes)
    assert.deepStrictEqual([one.policyAt, one.parts.length], [7, 3])
    assert.strictEqual(together(all.slice(1), new Map([...causes].slice(1))).length, 2)
  })

  it("of a storm of wrong MACs are one with the guessing that makes it", () => {
    const guessing = incident("finding|mac-guessing|A", 10, 20, { device: "A" })
    const storm = incident("anomaly|mac-storm|station:S|9", 20, undefined, { station: "S" })
    const surge = incident("anomaly|traffic-surge|station:T|9", 20, undefined, { station: "T" })
    assert.deepStrictEqual(labels([storm, guessing, surge]), [[surge.id], [guessing.id, storm.id]])
    const other = incident("finding|clone|B", 10, 20, { device: "B" })
    assert.strictEqual(together([storm, other]).length, 2)
  })

  it("last as long as any part of them", () => {
    const [one] = together([
      incident("a", 10, 20, { device: "A" }),
      incident("b", 15, undefined, { device: "A" }),
    ])
    assert.isUndefined(one.end)
    assert.strictEqual(one.count, 2)
  })

  it("are none of them lost, whatever overlaps", () => {
    const some = fc.record({
      from: fc.nat(300),
      length: fc.nat(100),
      device: fc.constantFrom("A", "B", "C"),
      station: fc.constantFrom(undefined, "S", "T"),
    })
    fc.assert(
      fc.property(fc.array(some, { maxLength: 20 }), (drawn) => {
        const all = drawn.map(({ device, from, length, station }, i) =>
          incident(String(i), from, from + length, {
            device,
            ...(station === undefined ? {} : { station }),
          }),
        )
        const grouped = together(all).flatMap(({ parts }) => parts)
        assert.sameMembers([...grouped], all)
      }),
    )
  })
})
