import { assert, describe, it } from "@effect/vitest"
import { tableFromIPC } from "apache-arrow"
import * as fc from "fast-check"
import { toArrow, toCsv, toGeoJson } from "../../../projections/analytics/encode.ts"
import type { Value } from "../../../projections/analytics/Result.ts"
import { partOf, partsOf, stepPositions } from "../../../twin-ui/cli/exportParts.ts"

const columns = [
  { name: "station", type: "VARCHAR" },
  { name: "heard", type: "BIGINT" },
  { name: "lat", type: "DOUBLE" },
  { name: "lng", type: "DOUBLE" },
  { name: "at", type: "TIMESTAMP" },
  { name: "ok", type: "BOOLEAN" },
]
const maybe = <A>(of: fc.Arbitrary<A>) => fc.option(of, { nil: null })
const row = fc.tuple(
  maybe(fc.constantFrom("S1", 'S"2', "S,3", "a\nb", "é")),
  maybe(fc.integer()),
  maybe(fc.integer({ min: -90, max: 90 })),
  maybe(fc.integer({ min: -180, max: 180 })),
  maybe(fc.constantFrom("2026-03-01T12:00:00.000Z", "2016-05-18T04:38:49.000Z")),
  maybe(fc.boolean()),
)
const pages = fc.array(fc.array(row, { minLength: 1, maxLength: 4 }), {
  minLength: 1,
  maxLength: 4,
})
const answer = (rows: ReadonlyArray<ReadonlyArray<Value>>) => ({ columns, rows })
const joined = (
  format: "csv" | "arrow" | "geojson",
  files: ReadonlyArray<Uint8Array>,
): Uint8Array =>
  Buffer.concat(
    files.map((bytes, i) =>
      partOf[format](bytes, { isFirst: i === 0, isLast: i === files.length - 1 }),
    ),
  )
const bytesOf = (text: string) => new TextEncoder().encode(text)

describe("the parts of an export", () => {
  it("hold every position once, and about as many rows as wanted", () => {
    const steps = fc
      .uniqueArray(fc.nat({ max: 50 }), { maxLength: 20 })
      .chain((names) =>
        fc.tuple(
          ...names
            .toSorted((a, b) => a - b)
            .map((step) => fc.tuple(fc.constant(step), fc.integer({ min: 1, max: 30 }))),
        ),
      )
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 60 }), (given, wanted) => {
        const parts = partsOf(given, wanted)
        const bounds = parts.map(({ range }) => /^key >= (\d+)(?: AND key < (\d+))?$/.exec(range))
        assert.strictEqual(bounds[0]?.[1], "0")
        for (const [i, bound] of bounds.entries())
          assert.strictEqual(
            bound?.[2],
            bounds[i + 1]?.[1],
            "each begins where the one before ends",
          )
        for (const [i, { rows }] of parts.entries()) {
          const low = Number(bounds[i]?.[1]) / stepPositions
          const high =
            bounds[i]?.[2] === undefined ? Infinity : Number(bounds[i]?.[2]) / stepPositions
          const own = given.filter(([step]) => step >= low && step < high)
          assert.strictEqual(
            rows,
            own.reduce((sum, [, count]) => sum + count, 0),
          )
          if (own.length > 1) assert.isAtMost(rows, wanted)
        }
      }),
    )
  })

  it("joined are the file of all rows: CSV and GeoJSON to the byte", () => {
    fc.assert(
      fc.property(pages, (given) => {
        const all = answer(given.flat())
        assert.strictEqual(
          joined(
            "csv",
            given.map((rows) => bytesOf(toCsv(answer(rows)))),
          ).toString(),
          toCsv(all),
        )
        assert.strictEqual(
          joined(
            "geojson",
            given.map((rows) => bytesOf(toGeoJson(answer(rows)) ?? "")),
          ).toString(),
          toGeoJson(all),
        )
      }),
    )
  })

  it("joined are one Arrow stream with all rows in it", async () => {
    await fc.assert(
      fc.asyncProperty(pages, async (given) => {
        const files = await Promise.all(given.map((rows) => toArrow(answer(rows))))
        const table = tableFromIPC(joined("arrow", files))
        const all = given.flat()
        assert.strictEqual(table.numRows, all.length)
        for (const [i, wanted] of all.entries()) {
          const found = table.get(i)?.toJSON() ?? {}
          assert.deepStrictEqual(
            [found["station"], found["lat"], found["lng"], found["ok"]],
            [wanted[0], wanted[2], wanted[3], wanted[5]],
          )
          assert.strictEqual(found["heard"] === null ? null : Number(found["heard"]), wanted[1])
          assert.strictEqual(
            found["at"] === null ? null : new Date(Number(found["at"])).toISOString(),
            wanted[4],
          )
        }
      }),
      { numRuns: 40 },
    )
  })
})
