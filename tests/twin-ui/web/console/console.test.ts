/** The pure parts of the console: what it asks, remembers, offers, draws. */
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { type Asking, fromQuery, titleOf, toQuery } from "../../../../twin-ui/web/console/Asking.ts"
import { chartFor } from "../../../../twin-ui/web/console/chartFor.ts"
import { complete, type Known, offersMax } from "../../../../twin-ui/web/console/complete.ts"
import * as History from "../../../../twin-ui/web/console/History.ts"
import { barsMax, marksOf, seriesMax } from "../../../../twin-ui/web/console/Marks.ts"
import { rowHeight, windowOf } from "../../../../twin-ui/web/console/Rows.ts"

const named = (name: string, given: Readonly<Record<string, string>> = {}, at = ""): Asking => ({
  kind: "named",
  name,
  given,
  at,
})
const sql = (text: string): Asking => ({ kind: "sql", sql: text, at: "" })

describe("the address", () => {
  it("says the same to who opens it", () => {
    const text = fc.string({ minLength: 1, maxLength: 30 })
    const given = fc.dictionary(fc.constantFrom("by", "from", "top", "cell"), text)
    const askings = fc.oneof(
      fc.record({ kind: fc.constant("named" as const), name: text, given, at: fc.string() }),
      fc.record({ kind: fc.constant("sql" as const), sql: fc.string(), at: fc.string() }),
    )
    fc.assert(
      fc.property(askings, (asking) => {
        assert.deepStrictEqual(fromQuery(toQuery(asking)), asking)
      }),
    )
    assert.isUndefined(fromQuery("?view=chain"))
  })

  it("has a title of a few words", () => {
    assert.strictEqual(
      titleOf(named("callbacks", { by: "hour", from: "" }, "7")),
      "callbacks, by hour as of 7",
    )
    assert.strictEqual(titleOf(sql("SELECT 1\n  FROM x")), "SELECT 1 FROM x")
  })
})

describe("what was asked before", () => {
  it("is remembered once each, the newest first, up to a bound", () => {
    const all = [named("a"), sql("SELECT 1"), named("a")]
    assert.deepStrictEqual(all.reduce(History.add, []), [named("a"), sql("SELECT 1")])
    const many = Array.from({ length: 40 }, (_, i) => sql(`SELECT ${i}`)).reduce(History.add, [])
    assert.strictEqual(many.length, History.entriesMax)
    assert.deepStrictEqual(many[0], sql("SELECT 39"))
    assert.deepStrictEqual(History.read(History.write(many)), many)
  })

  it("is forgotten where it cannot be read", () => {
    for (const text of [null, "", "nonsense", "{}", '[{"kind":"other"}]'])
      assert.deepStrictEqual(History.read(text), [])
  })
})

const known: Known = {
  tables: [
    {
      name: "receptions",
      about: "Copies.",
      columns: [
        { name: "station", type: "VARCHAR", about: "Who heard it." },
        { name: "seq", type: "SMALLINT", about: "Number." },
      ],
    },
    {
      name: "stations",
      about: "Stations.",
      columns: [{ name: "city", type: "VARCHAR", about: "Where." }],
    },
  ],
  functions: ["count", "sum", "sqrt"],
}

/** Offers where `|` stands. */
const offered = (text: string) =>
  complete(text.replace("|", ""), text.indexOf("|"), known).offers.map((offer) => offer.text)

describe("completion", () => {
  it("offers tables after FROM and JOIN", () => {
    assert.deepStrictEqual(offered("SELECT * FROM |"), ["receptions", "stations"])
    assert.deepStrictEqual(offered("SELECT * FROM receptions JOIN sta|"), ["stations"])
  })

  it("offers the columns of what a qualifier stands for", () => {
    assert.deepStrictEqual(offered("SELECT r.| FROM receptions r"), ["station", "seq"])
    assert.deepStrictEqual(offered("SELECT stations.| FROM stations"), ["city"])
    assert.deepStrictEqual(offered("SELECT r.| FROM receptions AS r WHERE"), ["station", "seq"])
    assert.deepStrictEqual(offered("SELECT x.| FROM receptions r"), [])
  })

  it("offers first the columns of the tables that are asked, then functions and words", () => {
    assert.deepStrictEqual(offered("SELECT s| FROM receptions"), [
      "station",
      "seq",
      "SELECT",
      "sum(",
      "sqrt(",
      "stations",
    ])
    assert.deepStrictEqual(offered("SELECT ci| FROM receptions"), [])
    assert.isAtMost(offered("|").length, offersMax)
  })

  it("takes the place of what was begun, wherever the cursor stands", () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), (text, n) => {
        const cursor = n % (text.length + 1)
        const { from, offers } = complete(text, cursor, known)
        assert.isAtLeast(cursor, from)
        const begun = text.slice(from, cursor).toLowerCase()
        for (const offer of offers) assert.isTrue(offer.text.toLowerCase().startsWith(begun))
      }),
    )
  })
})

describe("the rows in sight", () => {
  it("are all that can be seen, and few others", () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.nat(3_000_000), fc.nat(2_000), (count, top, height) => {
        const [from, to] = windowOf(count, top, height)
        assert.isAtLeast(from, 0)
        assert.isAtMost(to, count)
        assert.isAtMost(to - from, height / rowHeight + 26)
        for (const y of [top, top + height])
          if (y < count * rowHeight) {
            assert.isAtMost(from, Math.floor(y / rowHeight))
            assert.isAbove(to, Math.floor(y / rowHeight))
          }
      }),
    )
  })
})

const columns = (...types: ReadonlyArray<readonly [string, string]>) =>
  types.map(([name, type]) => ({ name, type }))

describe("the picture", () => {
  const size = { width: 800, height: 280 }

  it("suits the columns of an answer that nobody chose one for", () => {
    assert.deepStrictEqual(chartFor(columns(["station", "VARCHAR"], ["n", "BIGINT"])), {
      kind: "bars",
      x: "station",
      y: "n",
    })
    assert.deepStrictEqual(
      chartFor(columns(["day", "DATE"], ["device", "VARCHAR"], ["n", "BIGINT"])),
      { kind: "lines", x: "day", y: "n", series: "device" },
    )
    assert.deepStrictEqual(
      chartFor(columns(["lat", "DOUBLE"], ["lng", "DOUBLE"], ["n", "BIGINT"])),
      { kind: "map", size: "n", shade: "n" },
    )
    assert.isUndefined(chartFor(columns(["station", "VARCHAR"])))
  })

  it("draws so many bars and says how many are left out", () => {
    const rows = Array.from({ length: barsMax + 3 }, (_, i) => [`S${i}`, i])
    const chart = { kind: "bars", x: "station", y: "n" } as const
    const marks = marksOf(chart, columns(["station", "VARCHAR"], ["n", "BIGINT"]), rows, size)
    assert.isDefined(marks)
    assert.strictEqual(marks?.kind === "bars" ? marks.bars.length : 0, barsMax)
    assert.include(marks?.caption, "3 more bars")
  })

  it("draws a line for each of the largest series, their names apart", () => {
    const rows = Array.from({ length: 12 * 5 }, (_, i) => [
      `2026-03-0${(i % 5) + 1}`,
      `D${Math.floor(i / 5)}`,
      1,
    ])
    const chart = { kind: "lines", x: "day", y: "n", series: "device" } as const
    const of = columns(["day", "DATE"], ["device", "VARCHAR"], ["n", "BIGINT"])
    const marks = marksOf(chart, of, rows, size)
    assert(marks?.kind === "lines")
    assert.strictEqual(marks.lines.length, seriesMax)
    const heights = marks.lines.map(({ labelY }) => labelY).toSorted((a, b) => a - b)
    for (const [i, y] of heights.slice(1).entries()) assert.isAtLeast(y - heights[i], 14 - 1e-9)
  })

  it("keeps every place within its frame, in proportion", () => {
    const place = fc.tuple(
      fc.double({ min: -80, max: 80, noNaN: true }),
      fc.double({ min: -179, max: 179, noNaN: true }),
      fc.nat(1000),
    )
    const of = columns(["lat", "DOUBLE"], ["lng", "DOUBLE"], ["n", "BIGINT"])
    fc.assert(
      fc.property(fc.array(place, { minLength: 1, maxLength: 30 }), (rows) => {
        const marks = marksOf({ kind: "map", size: "n", shade: "n" }, of, rows, size)
        assert(marks?.kind === "map")
        for (const { r, x, y } of marks.dots) {
          assert.isTrue(x >= 0 && x <= size.width && y >= 0 && y <= size.height, `${x} ${y}`)
          assert.isAbove(r, 0)
        }
      }),
    )
  })

  it("is none where nothing can be drawn", () => {
    const of = columns(["station", "VARCHAR"], ["n", "BIGINT"])
    assert.isUndefined(marksOf({ kind: "bars", x: "station", y: "n" }, of, [["S1", null]], size))
    assert.isUndefined(marksOf({ kind: "bars", x: "gone", y: "n" }, of, [["S1", 1]], size))
    assert.isUndefined(marksOf({ kind: "map", size: "n", shade: "n" }, of, [["S1", 1]], size))
  })
})
