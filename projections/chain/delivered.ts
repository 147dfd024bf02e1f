/**
 * The ledger of each customer. Counts need no memory of single obligations: a first failed attempt makes one
 * failing, and success or giving up after more than one attempt ends that.
 */
import type { Recorded } from "../../core/event/Envelope.ts"
import type {
  DeliveryAbandoned,
  DeliveryFailed,
  DeliveryOwed,
  DeliverySucceeded,
  RedeliveryAsked,
} from "../../core/event/delivery.ts"
import { at, begin, finish, goOn, outageAfter, outageKey } from "./happenings.ts"
import { customerOf } from "./registered.ts"
import { durationsMax, pendingMax, type Customer, type State } from "./State.ts"

export const deliveryOwed = (draft: State, event: DeliveryOwed, recorded: Recorded): void => {
  change(draft, event.customer, (customer) => ({ pending: customer.pending + 1 }))
  wait(draft, event, recorded)
}

const wait = (draft: State, event: DeliveryOwed | RedeliveryAsked, recorded: Recorded): void => {
  if (draft.pending.size >= pendingMax) return
  const { customer } = event
  draft.pending.set(keyOf(event), { customer, ms: draft.nowMs, at: recorded.position })
}

export const deliverySucceeded = (
  draft: State,
  event: DeliverySucceeded,
  recorded: Recorded,
): void => {
  draft.pending.delete(keyOf(event))
  change(draft, event.customer, (customer) => ({
    delivered: customer.delivered + 1,
    pending: Math.max(0, customer.pending - 1),
    failing: Math.max(0, customer.failing - (event.attempt > 1 ? 1 : 0)),
    failingMs: 0,
    error: "",
    durations: [...customer.durations.slice(1 - durationsMax), Math.round(event.durationMs)],
  }))
  if (draft.streaks.size === 0) return
  const key = outageKey(event.customer, event.destination)
  if (draft.streaks.delete(key)) finish(draft, key, recorded)
}

export const deliveryFailed = (draft: State, event: DeliveryFailed, recorded: Recorded): void => {
  change(draft, event.customer, (customer) => ({
    failing: customer.failing + (event.attempt === 1 ? 1 : 0),
    failingMs: customer.failingMs === 0 ? draft.nowMs : customer.failingMs,
    error: event.error,
  }))
  const key = outageKey(event.customer, event.destination)
  const before = draft.streaks.get(key)
  const streak = {
    count: (before?.count ?? 0) + 1,
    ms: before?.ms ?? draft.nowMs,
    at: before?.at ?? recorded.position,
  }
  if (before === undefined && draft.streaks.size >= pendingMax) return
  draft.streaks.set(key, streak)
  if (goOn(draft, key, recorded) || streak.count < outageAfter) return
  const label = `${event.customer} · callback fails (${event.error})`
  const { customer } = event
  const about = {
    kind: "outage",
    label,
    tone: "suspicious",
    customer,
    count: streak.count,
  } as const
  begin(draft, key, about, { ms: streak.ms, position: streak.at })
  // From its first failure on, though it is only now known to be one.
  const begun = draft.open.get(key)
  if (begun !== undefined) draft.open.set(key, { ...begun, ...lastOf(draft, recorded) })
}

export const deliveryAbandoned = (draft: State, event: DeliveryAbandoned): void => {
  draft.pending.delete(keyOf(event))
  change(draft, event.customer, (customer) => ({
    abandoned: customer.abandoned + 1,
    pending: Math.max(0, customer.pending - 1),
    failing: Math.max(0, customer.failing - 1),
  }))
}

export const redeliveryAsked = (draft: State, event: RedeliveryAsked, recorded: Recorded): void => {
  const isGivenUp = event.was === "given-up"
  change(draft, event.customer, (customer) => ({
    abandoned: Math.max(0, customer.abandoned - (isGivenUp ? 1 : 0)),
    delivered: Math.max(0, customer.delivered - (isGivenUp ? 0 : 1)),
    pending: customer.pending + 1,
  }))
  wait(draft, event, recorded)
}

const lastOf = (draft: State, recorded: Recorded) => {
  const { ms, position } = at(draft, recorded)
  return { lastMs: ms, lastAt: position }
}

const change = (
  draft: State,
  id: string,
  changeOf: (customer: Customer) => Partial<Customer>,
): void => {
  const customer = customerOf(draft, id)
  if (customer !== undefined) draft.customers.set(id, { ...customer, ...changeOf(customer) })
}

const keyOf = (
  event: DeliveryOwed | DeliverySucceeded | DeliveryAbandoned | RedeliveryAsked,
): string =>
  `${event.device}:${event.seq}@${event.epoch} ${event.destination}${event.notice === undefined ? "" : ` ${event.notice}`}`
