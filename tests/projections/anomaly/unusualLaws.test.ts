/** The list of what is unusual, whatever its detectors say and in whatever order. */
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import type { Recorded } from "../../../core/event/Envelope.ts"
import { hourMs } from "../../../core/sim/Span.ts"
import * as World from "../../../core/sim/World.ts"
import * as Anomaly from "../../../projections/anomaly/Anomaly.ts"
import * as Unusual from "../../../projections/anomaly/watch/Unusual.ts"
import { history } from "../../laws/histories.ts"
import { run } from "../../scenario/run.ts"

const kinds = ["traffic-surge", "mac-storm"] as const

/** Things whose names are alike. */
const whos = [
  Unusual.network,
  Unusual.onStation("X"),
  Unusual.onCustomer("X"),
  Unusual.onArea("X"),
  Unusual.onDestination("X", "X"),
  Unusual.onStation("network"),
  Unusual.onCustomer("network"),
]

type Step = {
  readonly what: "say" | "calm" | "clear" | "adapted" | "gone"
  readonly kind: (typeof kinds)[number]
  readonly who: Unusual.Who
  readonly afterMs: number
}

const step: fc.Arbitrary<Step> = fc.record({
  what: fc.constantFrom("say", "say", "calm", "clear", "adapted", "gone"),
  kind: fc.constantFrom(...kinds),
  who: fc.constantFrom(...whos),
  afterMs: fc.constantFrom(0, 600_000, 100_000_000),
})

const said = (ms: number, position: number): Unusual.Said => ({
  expected: { value: 1, unit: "messages" },
  seen: { value: 9, unit: "messages" },
  sinceMs: ms,
  causes: [position],
  severity: position,
})

const take = (list: Unusual.List, { kind, what, who }: Step, at: Unusual.Moment): void => {
  switch (what) {
    case "say":
      return Unusual.say(list, kind, who, said(at.ms, at.position), at)
    case "calm":
      return Unusual.calm(list, kind, who, () => "calm", at)
    case "clear":
      return Unusual.clear(list, kind, who, "cleared", at)
    case "adapted":
      Unusual.adapted(list, kind, who, at)
      return
    case "gone":
      return Unusual.clearAll(list, ({ station }) => station === who.station, "gone", at)
  }
}

const clearedOf = (list: Unusual.List): ReadonlyArray<Unusual.Unusual> =>
  Unusual.newestFirst(list).filter(({ clearedAt }) => clearedAt !== null)

const idsOf = (ones: ReadonlyArray<Unusual.Unusual>): ReadonlySet<string> =>
  new Set(ones.map(({ id }) => id))

/** Over and never before it began. */
const checkTimes = (one: Unusual.Unusual): void => {
  assert.isAtLeast(one.clearedAt ?? -1, one.openedAt)
  assert.isAtLeast(one.clearedMs ?? -1, one.openedMs)
  assert.isAtMost(one.sinceMs, one.openedMs)
  assert.isNotEmpty(one.clearedWhy)
}

describe("an anomaly", () => {
  it("is cleared only after it was opened, and once", () => {
    let cleared = 0
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: "max" }), (steps) => {
        const list = Unusual.make()
        let ms = 0
        for (const [position, one] of steps.entries()) {
          ms += one.afterMs
          const open = idsOf(Unusual.openOnes(list))
          const over = idsOf(clearedOf(list))
          take(list, one, { position, ms })
          for (const each of clearedOf(list)) {
            checkTimes(each)
            assert.isTrue(over.has(each.id) || open.has(each.id), each.id)
            assert.isFalse(over.has(each.id) && open.has(each.id), each.id)
          }
          assert.strictEqual(list.opened, list.open.size + clearedOf(list).length)
        }
        cleared += clearedOf(list).length
      }),
      { numRuns: 100 },
    )
    assert.isAbove(cleared, 100)
  })

  it("is opened and cleared for the one thing that was said, however others are named", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40, size: "max" }), (steps) => {
        const list = Unusual.make()
        for (const [position, one] of steps.entries()) {
          const others = Unusual.openOnes(list).filter((each) => !isSame(each, one))
          take(list, one, { position, ms: 0 })
          const isOpen = Unusual.isOpen(list, one.kind, one.who)
          if (one.what === "say") assert.isTrue(isOpen)
          if (one.what === "clear" || one.what === "gone") assert.isFalse(isOpen)
          if (one.what === "gone") continue
          const still = idsOf(Unusual.openOnes(list))
          for (const { id } of others) assert.isTrue(still.has(id), id)
        }
      }),
    )
  })
})

const isSame = (one: Unusual.Unusual, { kind, who }: Step): boolean =>
  one.kind === kind &&
  one.station === who.station &&
  one.customer === who.customer &&
  one.destination === who.destination &&
  one.area === who.area

/** Opened within the very event it is over at, or open before it. */
const checkLog = (events: ReadonlyArray<Recorded>): number => {
  const state = Anomaly.projection.initial()
  const { list } = state.watch
  let open: ReadonlySet<string> = new Set()
  const over = new Set<string>()
  let changes = 0
  for (const recorded of events) {
    Anomaly.projection.apply(state, recorded)
    if (list.changes === changes) continue
    changes = list.changes
    for (const one of clearedOf(list)) {
      if (over.has(one.id)) continue
      over.add(one.id)
      checkTimes(one)
      assert.isTrue(open.has(one.id) || one.openedAt === recorded.position, one.id)
    }
    open = idsOf(Unusual.openOnes(list))
    for (const id of open) assert.isFalse(over.has(id), id)
  }
  return over.size
}

describe("the anomalies of a log", () => {
  it("are cleared only after they were opened, in any history", () => {
    fc.assert(
      fc.property(history, (events) => {
        assert.isAtLeast(checkLog(events), 0)
      }),
    )
  })

  it("are cleared only after they were opened, in a network that customers' outages befall", () => {
    const log: Array<Recorded> = []
    const startMs = Date.UTC(2026, 5, 1)
    const world = World.make({
      seed: 2,
      startMs,
      devices: 200,
      stations: 24,
      scenario: "customer-outage",
    })
    run(world, 2, startMs + 8 * hourMs, (recorded) => log.push(recorded), true)
    assert.isAbove(checkLog(log), 0)
  })
})
