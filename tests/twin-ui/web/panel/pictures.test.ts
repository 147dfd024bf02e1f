import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import type { EventRow } from "../../../../projections/chain/EventRow.ts"
import type { CounterAnswer, CounterPoint } from "../../../../twin-ui/api/Counter.ts"
import type { PathStep, Receptions } from "../../../../twin-ui/api/EntityState.ts"
import { counterMarks, edge, valuesOf } from "../../../../twin-ui/web/panel/counterMarks.ts"
import { itemsOf, kindsIn, soughtIn, window } from "../../../../twin-ui/web/panel/eventItems.ts"
import { matrixRows } from "../../../../twin-ui/web/panel/receptionsMatrix.ts"
import { waterfallOf } from "../../../../twin-ui/web/panel/waterfall.ts"

const point = (seq: number, ms: number, part: Partial<CounterPoint> = {}): CounterPoint => ({
  position: ms,
  ms,
  seq,
  epoch: 0,
  accepted: true,
  reason: null,
  warning: null,
  window: null,
  ...part,
})
const refused = (seq: number, ms: number, from: number): CounterPoint =>
  point(seq, ms, {
    epoch: null,
    accepted: false,
    reason: "out-of-sequence",
    window: { from, to: from + 299, gapMax: 300 },
  })
const size = { width: 300, height: 100 }
const answer = (points: ReadonlyArray<CounterPoint>, occurredMs: number): CounterAnswer => ({
  device: "4D33DB",
  position: 99,
  occurredMs,
  rollover: 4096,
  points,
  isCut: false,
  window: { from: 1, to: 300, gapMax: 300 },
})

describe("the counter's picture", () => {
  it("goes on over a wrap, and puts a refused number where it is nearest to the window", () => {
    const points = [point(4094, 0), point(3, 60, { epoch: 1 }), refused(4000, 120, 4)]
    assert.deepStrictEqual(valuesOf(points, 4096), [4094, 4099, 4000])
    // Before any acceptance that is shown, the next one says in which turn it was.
    assert.deepStrictEqual(valuesOf([refused(9, 0, 6), point(7, 60, { epoch: 2 })], 4096), [
      2 * 4096 + 9,
      2 * 4096 + 7,
    ])
  })

  it("draws each number once, inside of its frame, and nothing of a long silence", () => {
    const points = fc.array(
      fc.tuple(fc.nat(4095), fc.nat(3), fc.boolean(), fc.integer({ min: 1, max: 1e6 })),
      { minLength: 1, maxLength: 30 },
    )
    fc.assert(
      fc.property(points, fc.nat(1e9), (given, silence) => {
        let ms = 0
        const all = given.map(([seq, epoch, isAccepted, later]) => {
          ms += later
          return isAccepted ? point(seq, ms, { epoch }) : refused(seq, ms, 0)
        })
        const marks = counterMarks(answer(all, ms + silence), size)
        assert.strictEqual(marks.accepted.length + marks.refused.length, all.length)
        for (const { x, y } of [...marks.accepted, ...marks.refused]) {
          assert.isAtLeast(x, edge.left)
          assert.isAtMost(x, size.width - edge.right)
          assert.isAtLeast(y, edge.top)
          assert.isAtMost(y, size.height - edge.bottom)
        }
        for (const { height, width, x } of marks.bands) {
          assert.isAbove(height, 0)
          assert.isAbove(width, 0)
          assert.isAtMost(x + width, size.width - edge.right + 1e-6)
        }
        assert.isAtMost(marks.up.length, 4)
      }),
    )
  })
})

const step = (fromMs: number, toMs = fromMs): PathStep => ({
  stage: "delivery",
  label: "delivered",
  fromMs,
  toMs,
  tone: "ok",
  position: fromMs,
  detail: "",
})

describe("the waterfall", () => {
  it("keeps the order of time, says it to the millisecond, and fits", () => {
    const { bars, ticks } = waterfallOf([step(1_000), step(4_259), step(64_000, 65_000)])
    assert.deepStrictEqual(
      bars.map(({ after }) => after),
      ["+0.000 s", "+3.259 s", "+1.05 min"],
    )
    for (const { from, length } of bars) {
      assert.isAtLeast(from, 0)
      assert.isAtMost(from + length, 1 + 1e-9)
    }
    assert.isBelow(bars[0].from, bars[1].from)
    assert.isBelow(bars[1].from, bars[2].from)
    assert.deepStrictEqual(
      ticks.map(({ text }) => text),
      ["0", "1 s", "10 s", "1 min"],
    )
  })

  it("stands where all happened at once", () => {
    const { bars } = waterfallOf([step(5), step(5)])
    assert.isTrue(bars.every(({ from, length }) => from >= 0 && from + length <= 1))
  })
})

type Cell = Receptions["cells"][number]
const cell = (station: string, rank: number | null, rssiDbm: number | null): Cell => ({
  position: 1,
  station,
  rank,
  repetitions: null,
  rssiDbm,
  snrDb: null,
  frequencyHz: null,
  delayMs: 0,
  counts: true,
  standing: null,
})

describe("the receptions' matrix", () => {
  it("has a row a station, the strongest first, and a column a rank", () => {
    const { ranks, rows } = matrixRows([
      cell("BS-1", 1, -130),
      cell("BS-2", 1, -120),
      cell("BS-1", 3, -110),
    ])
    assert.deepStrictEqual(ranks, [1, 2, 3])
    assert.deepStrictEqual(
      rows.map(({ cells, station }) => [station, cells.map((one) => one?.rssiDbm ?? null)]),
      [
        ["BS-1", [-130, null, -110]],
        ["BS-2", [-120, null, null]],
      ],
    )
  })

  it("has one column where a report tells no ranks", () => {
    const { ranks, rows } = matrixRows([cell("1E6A", null, -120)])
    assert.deepStrictEqual(ranks, [null])
    assert.strictEqual(rows[0].cells[0]?.rssiDbm, -120)
  })
})

const row = (position: number, part: Partial<EventRow> = {}): EventRow => ({
  position,
  occurredMs: position * 1000,
  recordedMs: position * 1000,
  kind: "FrameHeard",
  tone: "plain",
  text: "frame heard",
  detail: "",
  ...part,
})

describe("raw events", () => {
  const rows = [
    row(9, { device: "4D33DB", seq: 7, text: "accepted" }),
    row(8, { station: "BS-1", text: "challenge issued", kind: "ChallengeIssued" }),
    row(7, { device: "4D33DB", seq: 7 }),
    row(6, { device: "4D33DB", seq: 6 }),
  ]

  it("are grouped by message, which opens", () => {
    const items = itemsOf(rows, new Set())
    assert.deepStrictEqual(
      items.map((item) => (item._tag === "event" ? item.row.position : item.rows.length)),
      [2, 8, 6],
    )
    const [first] = items
    const open = itemsOf(rows, new Set([first._tag === "message" ? first.key : ""]))
    assert.deepStrictEqual(
      open.map((item) => (item._tag === "event" ? item.row.position : "message")),
      ["message", 9, 7, 8, 6],
    )
  })

  it("keep a later attempt of the same message apart", () => {
    const later = row(900, { device: "4D33DB", seq: 7, text: "delivered" })
    assert.strictEqual(itemsOf([later, ...rows], new Set()).length, 4)
  })

  it("are narrowed by words that all occur; kinds are asked of the server", () => {
    assert.deepStrictEqual(
      soughtIn(rows, "4d33 ACCEPTED").map(({ position }) => position),
      [9],
    )
    assert.strictEqual(soughtIn(rows, " ").length, 4)
    assert.deepStrictEqual(kindsIn("BS-1 kind:MessageRefused,FrameHeard kind:<x>"), [
      "MessageRefused",
      "FrameHeard",
    ])
    assert.strictEqual(soughtIn(rows, "kind:FrameHeard").length, 4)
  })

  it("are drawn only where they are in sight", () => {
    fc.assert(
      fc.property(fc.nat(1e5), fc.nat(1e7), (lines, top) => {
        const { from, to } = window(lines, { height: 560, lineHeight: 22, top })
        assert.isAtLeast(from, 0)
        assert.isAtMost(to, lines)
        assert.isAtMost(to - from, 60)
        const firstInSight = Math.floor(top / 22)
        if (firstInSight < lines) assert.isTrue(from <= firstInSight && firstInSight < to)
      }),
    )
  })
})
