/**
 * Derived facts from the events named for them, and from nothing else. What `why` names is right when this gives the
 * same as the whole log did.
 */
import * as CounterWindow from "../../../core/decide/CounterWindow.ts"
import { decideAgain } from "../../../core/decide/decideFrame.ts"
import * as Network from "../../../core/decide/Network.ts"
import type { Recorded } from "../../../core/event/Envelope.ts"
import type { MessageAccepted, MessageRefused } from "../../../core/event/decision.ts"
import * as Delivery from "../../delivery/Delivery.ts"
import * as Ledger from "../../delivery/Ledger.ts"

export type Verdict = MessageAccepted | MessageRefused

export interface Judged {
  readonly verdict: Verdict | undefined
  /** What was known when the deciding reception came. */
  readonly window: CounterWindow.CounterWindow
  readonly device: Network.Device | undefined
  readonly policy: Network.State["policy"]
}

/** Decides again on a message from what it rests on. */
export const verdictOf = (
  facts: ReadonlyArray<Recorded>,
  message: { readonly device: string; readonly seq: number },
): Judged => {
  const state = Network.initial()
  let verdict: Verdict | undefined
  let window = CounterWindow.initial
  for (const recorded of inOrder(facts)) {
    const { event, position } = recorded
    if (event._tag !== "FrameHeard" || event.device !== message.device) {
      take(state, recorded)
      continue
    }
    window = state.devices.get(message.device)?.window ?? CounterWindow.initial
    decideAgain(state, recorded, event, (made, occurredMs, causes) => {
      const isAbout = made._tag === "MessageAccepted" || made._tag === "MessageRefused"
      if (isAbout && made.seq === message.seq) verdict = made
      // What is decided stands where its reception stands: no other place is known here.
      Network.apply(state, { ...recorded, position, occurredMs, causes, event: made })
      return position
    })
  }
  return { verdict, window, device: state.devices.get(message.device), policy: state.policy }
}

/** A device's window from the numbers taken last. */
export const windowOf = (
  facts: ReadonlyArray<Recorded>,
  device: string,
): CounterWindow.CounterWindow => {
  const state = Network.initial()
  for (const recorded of inOrder(facts)) take(state, recorded)
  return state.devices.get(device)?.window ?? CounterWindow.initial
}

export const stationOf = (facts: ReadonlyArray<Recorded>, station: string): Network.Station => {
  const state = Network.initial()
  for (const recorded of inOrder(facts)) take(state, recorded)
  return state.stations.get(station) ?? Network.unknownStation
}

export type DeliveryState = "delivered" | "pending" | "abandoned" | "not owed"

/** How one obligation stands. */
export const deliveryOf = (
  facts: ReadonlyArray<Recorded>,
  of: {
    readonly customer: string
    readonly destination: string
    readonly message: string
  },
): { readonly state: DeliveryState; readonly attempts: number; readonly error: string | null } => {
  const state = Delivery.projection.initial()
  for (const recorded of inOrder(facts)) Delivery.projection.apply(state, recorded)
  const ledger = Delivery.findLedger(state, of.customer, of.destination)
  const none = { attempts: 0, error: null }
  if (ledger === undefined || ledger.counters.owed === 0) return { state: "not owed", ...none }
  const pending = ledger.pending.get(of.message)
  if (pending !== undefined)
    return { state: "pending", attempts: pending.attempts, error: pending.error }
  const given = ledger.abandoned.values.get(of.message)
  if (given !== undefined || Ledger.abandonedCount(ledger) > 0)
    return {
      state: "abandoned",
      attempts: ledger.counters.failedAttempts,
      error: lastError(ledger),
    }
  return { state: "delivered", attempts: ledger.counters.failedAttempts + 1, error: null }
}

const lastError = ({ counters }: Ledger.Ledger): string | null => counters.lastError

/** Takes an event in; the first number taken brings its turn along. */
const take = (state: Network.State, recorded: Recorded): void => {
  const { event } = recorded
  if (event._tag !== "MessageAccepted") return Network.apply(state, recorded)
  const isFirst = (state.devices.get(event.device)?.window.last ?? -1) < 0
  Network.apply(state, recorded)
  const device = state.devices.get(event.device)
  if (isFirst && device !== undefined) device.window = { ...device.window, epoch: event.epoch }
}

const inOrder = (facts: ReadonlyArray<Recorded>): ReadonlyArray<Recorded> =>
  [...new Map(facts.map((recorded) => [recorded.position, recorded])).values()].toSorted(
    (a, b) => a.position - b.position,
  )
