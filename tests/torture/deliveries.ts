/**
 * Runs a day of deliveries on a virtual clock from a seed, through endpoints that fail and hang and through crashes
 * (`deliveryRun.ts`), and holds what came of it to the laws of delivery.
 */
import * as Delivery from "../../projections/delivery/Delivery.ts"
import * as Ledger from "../../projections/delivery/Ledger.ts"
import { type Run, run as runOf } from "./deliveryRun.ts"
import { counter, type Torture } from "./Torture.ts"

export const torture: Torture = {
  name: "deliveries",
  about: "endpoints fail, hang and go down, and the deliverer crashes",
  countDefault: 1_000,
  run: ({ count, progress, seed }) => {
    const { add, outcomes, violate, violations } = counter()
    for (let stroke = 0; stroke < count; stroke++) {
      const run = runOf(seed + stroke)
      add("crashes", run.crashes)
      for (const { event } of run.events) {
        const what = counted[event._tag]
        if (what !== undefined) add(what)
      }
      const { doubles, what } = check(run)
      add("requests that may repeat another", doubles)
      for (const each of what) violate(`${each}, seed ${seed + stroke}`)
      progress(stroke + 1)
    }
    return Promise.resolve({ strokes: count, outcomes, violations })
  },
}

const counted: Readonly<Record<string, string>> = {
  DeliveryOwed: "owed",
  DeliverySucceeded: "delivered",
  DeliveryFailed: "failed attempts",
  DeliveryAbandoned: "given up",
  RedeliveryAsked: "asked for again",
  CircuitOpened: "circuits opened",
  CircuitClosed: "circuits closed",
}

/** What does not hold of a run: nothing lost, doubles marked, order kept, and the ledger adds up at every position. */
export const check = (
  run: Run,
): { readonly what: ReadonlyArray<string>; readonly doubles: number } => {
  const marks = unmarked(run)
  return {
    what: [...notAddingUp(run), ...madeUp(run), ...marks.what, ...outOfOrder(run)],
    doubles: marks.doubles,
  }
}

const notAddingUp = ({ events }: Run): ReadonlyArray<string> => {
  const what: Array<string> = []
  const state = Delivery.projection.initial()
  for (const recorded of events) {
    Delivery.projection.apply(state, recorded)
    if (!recorded.event._tag.startsWith("Delivery")) continue
    for (const ledger of state.ledgers.values()) {
      const { delivered, owed } = ledger.counters
      const rest = Ledger.pendingCount(ledger) + Ledger.abandonedCount(ledger)
      if (owed !== delivered + rest)
        what.push(`${ledger.customer} does not add up at ${recorded.position}`)
    }
  }
  // A day is long enough for all to be delivered or listed as given up.
  const { pending } = Delivery.sums(state.ledgers.values())
  return pending === 0 ? what : [...what, `${pending} are still pending after a day`]
}

/** Delivered says: a request was answered with success. */
const madeUp = ({ events, requests }: Run): ReadonlyArray<string> => {
  const good = new Set(requests.filter(({ isGood }) => isGood).map(({ owedAt }) => owedAt))
  return events.flatMap(({ causes, event, position }) =>
    event._tag === "DeliverySucceeded" && !good.has(causes[0])
      ? [`${position} says delivered, and nothing was answered`]
      : [],
  )
}

/** A request that may repeat another is marked, but for one that somebody asked for. */
const unmarked = ({ requests }: Run) => {
  const what: Array<string> = []
  let doubles = 0
  const open = new Map<number, boolean>()
  for (const { isAgain, isMarked, isSeen, owedAt } of requests) {
    if (isAgain) continue
    const isUnseen = open.get(owedAt) === true
    if (isUnseen) doubles++
    if (isUnseen && !isMarked) what.push(`a repeat of ${owedAt} is not marked`)
    open.set(owedAt, isUnseen || !isSeen)
  }
  return { what, doubles }
}

/** Each device's messages first reach each destination in their order. */
const outOfOrder = ({ requests }: Run): ReadonlyArray<string> => {
  const what: Array<string> = []
  const newest = new Map<string, number>()
  for (const { device, isAgain, seq, to } of requests) {
    if (isAgain) continue
    const line = `${device} ${to}`
    const last = newest.get(line) ?? -1
    if (seq < last) what.push(`${seq} of ${device} reached ${to} after ${last}`)
    newest.set(line, Math.max(last, seq))
  }
  return what
}
