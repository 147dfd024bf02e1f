import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Availability from "../../../projections/coreNetwork/Availability.ts"
import * as Ways from "../../../projections/coreNetwork/Ways.ts"

const parts = ["a", "b", "c", "d", "e", "f", "g"]

const graphs = fc.record({
  joins: fc.uniqueArray(fc.tuple(fc.constantFrom(...parts), fc.constantFrom(...parts)), {
    maxLength: 14,
    selector: ([a, b]) => [a, b].toSorted().join(" "),
  }),
  from: fc.subarray(parts, { minLength: 1, maxLength: 3 }),
  to: fc.subarray(parts, { minLength: 1, maxLength: 3 }),
})

/** Whether one end reaches the other without these parts: plainly, by walking. */
const reaches = (
  { from, joins, to }: { from: Array<string>; joins: Array<[string, string]>; to: Array<string> },
  without: ReadonlySet<string>,
): boolean => {
  const reached = new Set(from.filter((part) => !without.has(part)))
  for (const at of reached)
    for (const [a, b] of joins)
      for (const [x, y] of [
        [a, b],
        [b, a],
      ])
        if (x === at && !without.has(y)) reached.add(y)
  return to.some((part) => reached.has(part))
}

const subsets = (of: ReadonlyArray<string>): ReadonlyArray<ReadonlySet<string>> =>
  Array.from(
    { length: 2 ** of.length },
    (_, bits) => new Set(of.filter((__, i) => bits & (2 ** i))),
  )

describe("ways through the core", () => {
  it("are as many as the fewest parts that cut all of them (Menger)", () => {
    const all = subsets(parts)
    fc.assert(
      fc.property(graphs, (graph) => {
        const fewest = Math.min(...all.filter((cut) => !reaches(graph, cut)).map((cut) => cut.size))
        const { count } = Ways.waysOf({ parts, joins: graph.joins }, graph.from, graph.to)
        assert.strictEqual(count, fewest)
      }),
    )
  })

  it("name exactly the single parts that would stop all", () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const expected = reaches(graph, new Set())
          ? parts.filter((part) => !reaches(graph, new Set([part])))
          : []
        const { cuts } = Ways.waysOf({ parts, joins: graph.joins }, graph.from, graph.to)
        assert.deepStrictEqual([...cuts], expected)
      }),
    )
  })
})

describe("availability", () => {
  it("is the part of a period in which the service stood", () => {
    const turns = fc.array(fc.tuple(fc.integer({ min: 1, max: 50 }), fc.boolean()), {
      maxLength: 20,
    })
    fc.assert(
      fc.property(turns, fc.nat(500), fc.nat(500), (steps, a, b) => {
        let known = Availability.begin(0)
        let ms = 0
        let stands = true
        /** Of each millisecond. */
        const stood: Array<boolean> = []
        for (const [length, next] of steps) {
          for (let i = 0; i < length; i++) stood[ms++] = stands
          stands = next
          known = Availability.turn(known, stands, { ms, position: ms })
        }
        const [from, to] = [Math.min(a, b), Math.max(a, b)]
        const share = Availability.shareOf(known, from, to)
        let downMs = 0
        for (let at = from; at < to; at++) if (!(stood[at] ?? stands)) downMs++
        assert.strictEqual(share.downMs, downMs)
        if (to > from) assert.closeTo(share.share ?? -1, 1 - downMs / (to - from), 1e-9)
      }),
    )
  })
})
