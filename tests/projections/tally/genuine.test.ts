import { assert, it } from "@effect/vitest"
import * as fc from "fast-check"
import { genuineCells } from "../../../projections/tally/genuine.ts"
import type { Cell } from "../../../projections/tally/Tally.ts"

const cell = (station: string, rank: number | null, delayMs: number): Cell => ({
  position: 0,
  station,
  rank,
  repetitions: null,
  rssiDbm: null,
  snrDb: null,
  frequencyHz: null,
  delayMs,
})

const [a1, a2, a3] = [cell("A", 1, 0), cell("A", 2, 2500), cell("A", 3, 5000)]
const b1 = cell("B", 1, 3)

const stations = (some: ReadonlyArray<Cell>) => new Set(some.map(({ station }) => station))

it("counts each rank at each station once", () => {
  const copies = [a1, b1, cell("A", 1, 300), a2, cell("B", 2, 2503), a3]
  assert.deepStrictEqual(genuineCells(copies), [a1, b1, a2, cell("B", 2, 2503), a3])
})

it("does not count a rank that follows another without airtime", () => {
  assert.deepStrictEqual(genuineCells([a1, cell("A", 2, 40), cell("A", 3, 80), a2]), [a1, a2])
})

it("lets reports pass, which name no rank", () => {
  const reports = [cell("A", null, 0), cell("A", null, 0)]
  assert.deepStrictEqual(genuineCells(reports), reports)
})

it("never leaves a station out that heard the message", () => {
  const cells = fc.array(
    fc
      .tuple(fc.constantFrom("A", "B", "C"), fc.constantFrom(1, 2, 3), fc.nat(6000))
      .map(([station, rank, delayMs]) => cell(station, rank, delayMs)),
  )
  fc.assert(
    fc.property(cells, (copies) => {
      assert.deepStrictEqual(stations(genuineCells(copies)), stations(copies))
    }),
  )
})
