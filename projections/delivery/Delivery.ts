/**
 * Customers, where they want their messages, and the ledger of what they are owed: a ledger for
 * each customer and destination (see `Ledger.ts`), which goes on when the destination is removed.
 */
import type { Channel, Told } from "../../core/event/registration.ts"
import type { Position, Recorded } from "../../core/event/Envelope.ts"
import { outside } from "../../core/event/subjects.ts"
import * as FifoMap from "../../core/kernel/FifoMap.ts"
import { sortedPairs, type Json, type Projection } from "../Projection.ts"
import * as Ledger from "./Ledger.ts"

export type Destination = {
  readonly destination: string
  readonly url: string
  readonly loopbackAllowed: boolean
  readonly channel: Channel
  readonly told: ReadonlyArray<Told>
  /** Only of devices in this group; null for all. */
  readonly group: string | null
  readonly added: Position
}

export type Customer = {
  readonly customer: string
  readonly name: string | null
  readonly registered: Position
  readonly retired: boolean
  readonly destinations: ReadonlyArray<Destination>
}

export interface State {
  readonly customers: Map<string, Customer>
  /** By `ledgerKey`. */
  readonly ledgers: Map<string, Ledger.Ledger>
}

/** Ids hold no spaces. */
export const ledgerKey = (customer: string, destination: string): string =>
  `${customer} ${destination}`

const apply = (draft: State, recorded: Recorded): void => {
  const { event, occurredMs, position, recordedMs } = recorded
  switch (event._tag) {
    case "DeliveryOwed":
      return Ledger.owe(ledgerOf(draft, event), event, position, recordedMs)
    case "DeliverySucceeded":
      return Ledger.succeed(ledgerOf(draft, event), event, { occurredMs, recordedMs })
    case "DeliveryFailed": {
      const { attempt, error, nextAttemptAtMs } = event
      const failure = { attempt, error, nextAttemptAtMs, status: event.status ?? null }
      return Ledger.fail(ledgerOf(draft, event), event, failure, occurredMs)
    }
    case "DeliveryAbandoned": {
      const { attempts, error } = event
      const given = { position, abandonedMs: recordedMs, attempts, error }
      return Ledger.abandon(ledgerOf(draft, event), event, given)
    }
    case "RedeliveryAsked":
      return Ledger.again(ledgerOf(draft, event), event, position, recordedMs)
    case "CircuitOpened":
      ledgerOf(draft, event).counters.circuitOpenSinceMs ??= occurredMs
      return
    case "CircuitClosed":
      ledgerOf(draft, event).counters.circuitOpenSinceMs = null
      return
    case "CustomerRegistered": {
      const known = draft.customers.get(event.customer)
      draft.customers.set(event.customer, {
        customer: event.customer,
        name: event.name ?? known?.name ?? null,
        registered: known?.registered ?? position,
        retired: false,
        destinations: known?.destinations ?? [],
      })
      return
    }
    case "CustomerRetired":
      return change(draft, event.customer, () => ({ retired: true }))
    case "DestinationAdded": {
      const { customer, destination, loopbackAllowed, url } = event
      const { channel = "url", group = null, told = ["bidir"] } = event
      return change(draft, customer, ({ destinations }) => ({
        destinations: [
          ...destinations.filter((known) => known.destination !== destination),
          { destination, url, loopbackAllowed, channel, told, group, added: position },
        ],
      }))
    }
    case "DestinationRemoved":
      return change(draft, event.customer, ({ destinations }) => ({
        destinations: destinations.filter((known) => known.destination !== event.destination),
      }))
    case "DeviceRegistered":
    case "DeviceKeyReplaced":
    case "DeviceRetired":
    case "CounterDisengaged":
    case "StationEnrolled":
    case "StationRetired":
    case "DataCentreOpened":
    case "DeliveriesBegan":
      return
    default:
      return outside<"delivery" | "registration">(event)
  }
}

export const projection: Projection<State> = {
  name: "delivery",
  version: 2,
  passesReceptions: true,
  initial: () => ({ customers: new Map(), ledgers: new Map() }),
  apply,
  copy: (state) => ({
    customers: new Map(state.customers),
    ledgers: new Map([...state.ledgers].map(([key, ledger]) => [key, Ledger.copy(ledger)])),
  }),
  encode: (state) => ({
    customers: sortedPairs(state.customers).map(([, customer]) => customer),
    ledgers: sortedPairs(state.ledgers).map(([, ledger]) => ({
      customer: ledger.customer,
      destination: ledger.destination,
      counters: ledger.counters,
      // In the order in which they became owed, which is that of their positions.
      pending: [...ledger.pending.values()],
      abandoned: FifoMap.pairsOldestFirst(ledger.abandoned).map(([, abandoned]) => abandoned),
    })),
  }),
  decode: (json: Json): State => {
    // Written by `encode` of the same version; snapshots carry a digest that was checked.
    const from = json as unknown as Encoded
    return {
      customers: new Map(from.customers.map((customer) => [customer.customer, customer])),
      ledgers: new Map(
        from.ledgers.map((ledger) => [
          ledgerKey(ledger.customer, ledger.destination),
          ledgerFrom(ledger),
        ]),
      ),
    }
  },
}

interface EncodedLedger {
  readonly customer: string
  readonly destination: string
  readonly counters: Ledger.Counters
  readonly pending: ReadonlyArray<Ledger.Pending>
  readonly abandoned: ReadonlyArray<Ledger.Abandoned>
}

interface Encoded {
  readonly customers: ReadonlyArray<Customer>
  readonly ledgers: ReadonlyArray<EncodedLedger>
}

export const findCustomer = (state: State, customer: string): Customer | undefined =>
  state.customers.get(customer)

export const findLedger = (
  state: State,
  customer: string,
  destination: string,
): Ledger.Ledger | undefined => state.ledgers.get(ledgerKey(customer, destination))

/** Ledgers of a customer, also of destinations that were removed, by destination. */
export const ledgersOf = (state: State, customer: string): ReadonlyArray<Ledger.Ledger> =>
  [...state.ledgers.values()]
    .filter((ledger) => ledger.customer === customer)
    .toSorted((a, b) => (a.destination < b.destination ? -1 : 1))

export interface Sums {
  readonly owed: number
  readonly delivered: number
  readonly pending: number
  readonly abandoned: number
  readonly failedAttempts: number
  /** Delivered, perhaps twice. */
  readonly doubles: number
}

/** All ledgers together. */
export const sums = (ledgers: Iterable<Ledger.Ledger>): Sums => {
  let [owed, delivered, pending, abandoned, failedAttempts, doubles] = [0, 0, 0, 0, 0, 0]
  for (const ledger of ledgers) {
    owed += ledger.counters.owed
    delivered += ledger.counters.delivered
    failedAttempts += ledger.counters.failedAttempts
    doubles += ledger.counters.doubles
    pending += Ledger.pendingCount(ledger)
    abandoned += Ledger.abandonedCount(ledger)
  }
  return { owed, delivered, pending, abandoned, failedAttempts, doubles }
}

const ledgerOf = (
  draft: State,
  owed: { readonly customer: string; readonly destination: string },
): Ledger.Ledger => {
  const key = ledgerKey(owed.customer, owed.destination)
  const known = draft.ledgers.get(key)
  if (known !== undefined) return known
  const opened = Ledger.make(owed.customer, owed.destination)
  draft.ledgers.set(key, opened)
  return opened
}

const change = (
  draft: State,
  id: string,
  next: (customer: Customer) => Partial<Customer>,
): void => {
  const customer = draft.customers.get(id)
  if (customer !== undefined) draft.customers.set(id, { ...customer, ...next(customer) })
}

const ledgerFrom = (from: EncodedLedger): Ledger.Ledger => {
  const { abandoned, counters, customer, destination, pending } = from
  const ledger = Ledger.copy({ ...Ledger.make(customer, destination), counters })
  for (const each of pending) ledger.pending.set(Ledger.obligationName(each), each)
  for (const each of abandoned) FifoMap.set(ledger.abandoned, Ledger.obligationName(each), each)
  return ledger
}
