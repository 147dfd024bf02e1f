import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import * as Random from "../../../core/kernel/Random.ts"
import * as Association from "../../../projections/analytics/outlier/Association.ts"
import * as facts from "../../../projections/analytics/outlier/facts.ts"
import { rank } from "../../../projections/analytics/outlier/rank.ts"
import { ask, record, world } from "./kept.ts"
import { accepted, enrolled, heard, type Line, refused, registered, storyOf } from "./story.ts"

const choose = (n: number, k: number): bigint => {
  let ways = 1n
  for (let i = 0; i < k; i++) ways = (ways * BigInt(n - i)) / BigInt(i + 1)
  return k > n ? 0n : ways
}

describe("an association", () => {
  it("is that of the lady who tasted tea", () => {
    const found = Association.of({ inside: 3, insideAll: 4, outside: 1, outsideAll: 4 })
    // 1/70 + 16/70 for three or four right, on one side; Fisher, The Design of Experiments, 1935.
    assert.approximately(found.p, (2 * 17) / 70, 1e-12)
    assert.strictEqual(found.phi, 0.5)
    assert.approximately(found.times, 3, 1e-12)
    // exp(ln 3 -+ 1.96 * sqrt(1/3 - 1/4 + 1/1 - 1/4)).
    assert.approximately(found.timesLow, 0.501, 5e-4)
    assert.approximately(found.timesHigh, 17.955, 5e-3)
  })

  it("has the chance that counting every table gives", () => {
    const size = fc.integer({ min: 1, max: 60 })
    const counts = fc.tuple(size, size).chain(([insideAll, outsideAll]) =>
      fc.record({
        insideAll: fc.constant(insideAll),
        outsideAll: fc.constant(outsideAll),
        inside: fc.integer({ min: 0, max: insideAll }),
        outside: fc.integer({ min: 0, max: outsideAll }),
      }),
    )
    fc.assert(
      fc.property(counts, (of) => {
        const having = of.inside + of.outside
        const ways = (k: number) => choose(of.insideAll, k) * choose(of.outsideAll, having - k)
        const least = Math.max(0, having - of.outsideAll)
        const most = Math.min(having, of.insideAll)
        let below = 0n
        let above = 0n
        for (let k = least; k <= most; k++) {
          if (k <= of.inside) below += ways(k)
          if (k >= of.inside) above += ways(k)
        }
        const all = choose(of.insideAll + of.outsideAll, having)
        const tail = Number(((below < above ? below : above) * 10n ** 15n) / all) / 1e15
        // The side away from what is expected is the less likely one, or both are likely.
        assert.approximately(Association.of(of).p, Math.min(1, 2 * tail), 1e-9)
      }),
    )
  })

  it("stays finite where a cell is empty, and for millions of rows", () => {
    for (const counts of [
      { inside: 0, insideAll: 5, outside: 0, outsideAll: 7 },
      { inside: 5, insideAll: 5, outside: 0, outsideAll: 7 },
      { inside: 0, insideAll: 5, outside: 7, outsideAll: 7 },
      { inside: 900_000, insideAll: 1_000_000, outside: 10, outsideAll: 9_000_000 },
    ])
      for (const [name, value] of Object.entries(Association.of(counts)))
        assert.isTrue(Number.isFinite(value), `${name} of ${JSON.stringify(counts)}`)
  })

  it("allows for all that were tried, in steps", () => {
    assert.deepStrictEqual(Association.allowFor([0.02, 0.001, 0.5], 3), [0.04, 0.003, 0.5])
    assert.deepStrictEqual(Association.allowFor([0.001], 100), [0.1])
    assert.deepStrictEqual(Association.allowFor([0.3, 0.2], 2), [0.4, 0.4])
  })
})

const columns = { station: 12, hour: 24, customer: 5, firmware: 3, device: 150 }
type Case = Readonly<Record<keyof typeof columns, string>> & { readonly selected: boolean }

/** Rows whose columns have nothing to do with each other; `chosen` says how likely each is selected. */
const casesOf = (seed: number, count: number, chosen: (row: Omit<Case, "selected">) => number) => {
  const random = Random.make(seed)
  return Array.from({ length: count }, (): Case => {
    const value = (name: keyof typeof columns) => `${name}-${random.below(columns[name])}`
    const row = {
      station: value("station"),
      hour: value("hour"),
      customer: value("customer"),
      firmware: value("firmware"),
      device: value("device"),
    }
    return { ...row, selected: random.unit() < chosen(row) }
  })
}

/** As `facts.statement` counts them. */
const countsOf = (cases: ReadonlyArray<Case>) => {
  const counted = new Map<string, [inside: number, outside: number]>()
  const all: [number, number] = [0, 0]
  for (const row of cases) {
    all[row.selected ? 0 : 1]++
    for (const name of ["station", "hour", "customer", "firmware", "device"] as const) {
      const key = `${name} ${row[name]}`
      const cell = counted.get(key) ?? [0, 0]
      cell[row.selected ? 0 : 1]++
      counted.set(key, cell)
    }
  }
  return [...counted].map(([key, cell]) => [key.split(" "), cell, all, counted.size].flat())
}

const level = 0.01

describe("what stands out", () => {
  it("is the planted difference first, whichever column it was planted in", () => {
    for (const [i, column] of (
      ["station", "hour", "customer", "firmware", "device"] as const
    ).entries()) {
      const planted = `${column}-1`
      const cases = casesOf(100 + i, 4_000, (row) => (row[column] === planted ? 0.6 : 0.05))
      const [first] = rank(countsOf(cases), level).found
      assert.strictEqual(first?.value, planted)
      assert.isAbove(first.timesLow, 1)
    }
  })

  it("is a value that is missing from the selection, too", () => {
    const cases = casesOf(7, 4_000, (row) => (row.customer === "customer-2" ? 0 : 0.4))
    const [first] = rank(countsOf(cases), level).found
    assert.strictEqual(first?.value, "customer-2")
    assert.isBelow(first.timesHigh, 1)
    assert.isBelow(first.phi, 0)
  })

  it("is nothing in a random selection, of any size", () => {
    for (const share of [0.01, 0.1, 0.5])
      for (let seed = 0; seed < 12; seed++) {
        const { found, tried } = rank(countsOf(casesOf(seed, 2_000, () => share)), level)
        assert.isAbove(tried, 150)
        assert.deepStrictEqual(found, [], `seed ${seed}, ${share}`)
      }
  })

  it("would be something in a random selection if nothing allowed for how many were tried", () => {
    const least = Array.from({ length: 12 }, (_, seed) => {
      const rows = countsOf(casesOf(seed, 2_000, () => 0.1))
      return rank(
        rows.map((row) => row.slice(0, 6).concat(1)),
        level,
      ).found.length
    })
    assert.isAbove(Math.max(...least), 0)
  })
})

/** Forty messages of two devices, heard by S1 and S2 in turn; all that S2 heard of A2 are refused. */
const lines: ReadonlyArray<Line> = [
  registered(0, "A1", "hydro"),
  registered(0, "A2", "solar"),
  enrolled(0, "S1", 1, 1),
  enrolled(0, "S2", 1, 1),
  ...Array.from({ length: 40 }, (_, i): ReadonlyArray<Line> => {
    const device = i % 4 < 2 ? "A1" : "A2"
    const station = i % 2 === 0 ? "S1" : "S2"
    const first = 4 + 2 * i
    return [
      heard(i + 1, device, i, station),
      i % 4 === 3
        ? refused(i + 1, device, i, first, "out-of-sequence")
        : accepted(i + 1, device, i, first),
    ]
  }).flat(),
]

const rankOf = (selection: Omit<facts.Selection, "of">) =>
  Effect.map(ask(facts.statement({ of: "messages", ...selection })), ({ rows }) => rank(rows, 0.05))

describe("a selection in SQL", () => {
  it.live("is counted in every column but those that it is made by", () =>
    Effect.gen(function* () {
      yield* record(storyOf(lines))
      const { found, insideAll, outsideAll } = yield* rankOf({ where: "verdict = 'refused'" })
      assert.deepStrictEqual([insideAll, outsideAll], [10, 30])
      assert.includeMembers(
        found.map(({ column, value }) => `${column} ${value}`),
        ["station S2", "station S1", "device A2", "customer solar"],
      )
      const station = found.find(({ column, value }) => column === "station" && value === "S2")
      assert.deepInclude(station, { inside: 10, outside: 10 })
      assert.isUndefined(found.find(({ column }) => column === "reason" || column === "verdict"))
    }).pipe(Effect.provide(world)),
  )

  it.live("may be compared with another selection", () =>
    Effect.gen(function* () {
      yield* record(storyOf(lines))
      const { found, insideAll, outsideAll } = yield* rankOf({
        where: "verdict = 'refused'",
        against: "device = 'A2' AND verdict <> 'refused'",
      })
      assert.deepStrictEqual([insideAll, outsideAll], [10, 10])
      // Of A2 alone S2 tells them apart, and the device is not compared any more.
      assert.deepStrictEqual(
        found.map(({ column, value }) => `${column} ${value}`),
        ["station S1", "station S2"],
      )
    }).pipe(Effect.provide(world)),
  )

  it.live("is checked as anybody's statement is", () =>
    Effect.gen(function* () {
      yield* record(storyOf(lines))
      for (const where of [
        "device IN (SELECT device FROM kept.messages)",
        "getenv('HOME') = 'x'",
        "true) AS inside, true AS outside FROM kept.messages --",
        "EXISTS (SELECT * FROM read_text('/etc/passwd'))",
        "true; DROP TABLE kept.messages",
      ]) {
        const error = yield* Effect.flip(rankOf({ where }))
        assert.strictEqual(error._tag, "StatementRefused", where)
      }
    }).pipe(Effect.provide(world)),
  )

  it.live("is made of messages, receptions or deliveries", () =>
    Effect.gen(function* () {
      yield* record(storyOf(lines))
      for (const of of facts.subjects) yield* ask(facts.statement({ of, where: "device = 'A1'" }))
    }).pipe(Effect.provide(world)),
  )
})
