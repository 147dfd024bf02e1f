import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Delivery from "../../projections/delivery/Delivery.ts"
import * as Ledger from "../../projections/delivery/Ledger.ts"
import { type History, plausible } from "./histories.ts"

const ledgersAfter = (events: History): ReadonlyArray<Ledger.Ledger> => {
  const state = Delivery.projection.initial()
  for (const recorded of events) Delivery.projection.apply(state, recorded)
  return [...state.ledgers.values()]
}

const isDelivery = (tag: string): boolean => tag.startsWith("Delivery")

/** The plainest account: one word for each obligation. */
const recount = (
  events: History,
): { owed: number; delivered: number; pending: number; abandoned: number } => {
  const states = new Map<string, "pending" | "delivered" | "abandoned">()
  const deliveredAt = new Map<string, number>()
  let [owed, delivered] = [0, 0]
  for (const { event } of events) {
    if (
      event._tag !== "DeliveryOwed" &&
      event._tag !== "DeliverySucceeded" &&
      event._tag !== "DeliveryAbandoned" &&
      event._tag !== "RedeliveryAsked"
    )
      continue
    const { customer, destination, device, epoch, notice, seq } = event
    const key = [customer, destination, device, seq, epoch, notice].join(" ")
    const now = states.get(key)
    if (event._tag === "DeliveryOwed") {
      if (now === undefined || now === "delivered") owed++
      states.set(key, "pending")
    } else if (event._tag === "DeliverySucceeded") {
      if (now !== "pending" && now !== "abandoned") continue
      delivered++
      const at = [customer, destination].join(" ")
      deliveredAt.set(at, (deliveredAt.get(at) ?? 0) + 1)
      states.set(key, "delivered")
    } else if (event._tag === "RedeliveryAsked") {
      // What says it was delivered is believed as far as this destination had that many.
      if (now === "abandoned") states.set(key, "pending")
      else if (now !== "pending" && event.was === "delivered") {
        const at = [customer, destination].join(" ")
        const done = deliveredAt.get(at) ?? 0
        if (done === 0) continue
        deliveredAt.set(at, done - 1)
        delivered--
        states.set(key, "pending")
      }
    } else if (now === "pending") states.set(key, "abandoned")
  }
  const count = (word: string): number =>
    [...states.values()].filter((each) => each === word).length
  return { owed, delivered, pending: count("pending"), abandoned: count("abandoned") }
}

describe("the ledger", () => {
  it("reconciles after every event: owed = delivered + pending + abandoned", () => {
    let outcomes = 0
    fc.assert(
      fc.property(plausible(), (events) => {
        const state = Delivery.projection.initial()
        for (const recorded of events) {
          Delivery.projection.apply(state, recorded)
          if (!isDelivery(recorded.event._tag)) continue
          outcomes++
          for (const ledger of state.ledgers.values()) {
            const { delivered, owed } = ledger.counters
            const pending = Ledger.pendingCount(ledger)
            const abandoned = Ledger.abandonedCount(ledger)
            assert.strictEqual(owed, delivered + pending + abandoned)
            assert.isAtLeast(Math.min(delivered, pending, abandoned), 0)
          }
        }
      }),
      { numRuns: 300 },
    )
    assert.isAbove(outcomes, 1000)
  })

  it("counts what an account with a word for each obligation counts", () => {
    fc.assert(
      fc.property(plausible(), (events) => {
        const { abandoned, delivered, owed, pending } = Delivery.sums(ledgersAfter(events))
        assert.deepStrictEqual({ abandoned, delivered, owed, pending }, { ...recount(events) })
      }),
      { numRuns: 300 },
    )
  })

  it("gives as the oldest what has been pending longest", () => {
    fc.assert(
      fc.property(plausible(), (events) => {
        for (const ledger of ledgersAfter(events)) {
          const positions = [...ledger.pending.values()].map(({ position }) => position)
          const oldest = Ledger.oldestPending(ledger)?.position
          assert.strictEqual(oldest, positions.length === 0 ? undefined : Math.min(...positions))
        }
      }),
    )
  })
})
