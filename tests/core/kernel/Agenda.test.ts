import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Agenda from "../../../core/kernel/Agenda.ts"

describe("an agenda", () => {
  it("gives back by instant and tie whatever the order of adding", () => {
    const entry = fc.record({
      atMs: fc.integer({ min: 0, max: 9 }),
      tie: fc.integer({ min: 0, max: 9 }),
    })
    fc.assert(
      fc.property(fc.array(entry), (entries) => {
        const agenda = Agenda.make<string>()
        for (const { atMs, tie } of entries) agenda.add(atMs, tie, `${atMs} ${tie}`)
        const taken: Array<Agenda.Due<string>> = []
        while (agenda.size() > 0) {
          assert.isAtLeast(agenda.nextMs(), taken.at(-1)?.atMs ?? 0)
          taken.push(agenda.take())
        }
        const expected = entries.toSorted((a, b) => a.atMs - b.atMs || a.tie - b.tie)
        assert.deepStrictEqual(
          taken,
          expected.map(({ atMs, tie }) => ({ atMs, tie, thing: `${atMs} ${tie}` })),
        )
      }),
    )
  })
})
