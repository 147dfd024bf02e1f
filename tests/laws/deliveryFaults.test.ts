/** `SIGTWIN_RUNS=1000 vitest run tests/laws/deliveryFaults.test.ts` tries a thousand seeds; otherwise a few. */
import { assert, describe, it } from "@effect/vitest"
import * as Delivery from "../../projections/delivery/Delivery.ts"
import * as Ledger from "../../projections/delivery/Ledger.ts"
import { run } from "./deliveryFaults.ts"

const runs = Number(process.env["SIGTWIN_RUNS"] ?? 60)

describe(`over ${runs} seeded runs with faults`, () => {
  it("nothing is lost, doubles are marked, order is kept and the ledger adds up", () => {
    let [crashes, doubles, opened] = [0, 0, 0]
    for (let seed = 1; seed <= runs; seed++) {
      const found = run(seed)
      crashes += found.crashes
      const state = Delivery.projection.initial()
      for (const recorded of found.events) {
        Delivery.projection.apply(state, recorded)
        if (recorded.event._tag === "CircuitOpened") opened++
        if (!recorded.event._tag.startsWith("Delivery")) continue
        for (const ledger of state.ledgers.values()) {
          const { delivered, owed } = ledger.counters
          const rest = Ledger.pendingCount(ledger) + Ledger.abandonedCount(ledger)
          assert.strictEqual(owed, delivered + rest, `seed ${seed}`)
        }
      }
      // A day is long enough for all to be delivered or listed as given up.
      assert.strictEqual(Delivery.sums(state.ledgers.values()).pending, 0, `seed ${seed}`)

      // Delivered says: a request was answered with success.
      const answered = new Set(found.requests.map(({ owedAt }) => owedAt))
      for (const { causes, event } of found.events)
        if (event._tag === "DeliverySucceeded") assert.isTrue(answered.has(causes[0]))

      // A request that may repeat another is marked, and no other is.
      const open = new Map<number, boolean>()
      for (const { isMarked, isSeen, owedAt } of found.requests) {
        const isUnseen = open.get(owedAt) === true
        if (isUnseen) doubles++
        if (isUnseen) assert.isTrue(isMarked, `seed ${seed}, ${owedAt}`)
        open.set(owedAt, isUnseen || !isSeen)
      }

      // Each device's messages first reach each destination in their order.
      const newest = new Map<string, number>()
      for (const { device, seq, to } of found.requests) {
        const line = `${device} ${to}`
        const last = newest.get(line) ?? -1
        assert.isAtLeast(seq, last, `seed ${seed}`)
        newest.set(line, Math.max(last, seq))
      }
    }
    assert.isAbove(crashes, 0)
    assert.isAbove(doubles, 0)
    assert.isAbove(opened, 0)
  })
})
