/**
 * A picture's state as somebody sees it who may see a part of the twin: their devices and customers as they are, and of
 * what carried their messages no more than these messages show.
 *
 * - A station that heard their devices is there with its id and trust, which their messages' receptions tell too; its name, place
 *   and traffic are not. Data centres are one place, `hiddenCore`.
 * - Flows of a group are counted over all of its devices: they are left out where some of these are somebody else's.
 * - What is counted over the whole twin is counted anew from their own devices, or stands in `hiddenTotals`.
 * - Nothing of what is hidden can be told from the outcome: law in tests/projections/chain.
 */
import type { Counts } from "../../core/kernel/countUp.ts"
import type { Totals } from "./ChainView.ts"
import * as Pulse from "./Pulse.ts"
import { flowStride, type Customer, type Happening, type State, type Station } from "./State.ts"

export interface Sight {
  readonly device: (id: string) => boolean
  readonly customer: (id: string) => boolean
  readonly station: (id: string) => boolean
  /** What belongs to nobody: data centres, policies. */
  readonly network: boolean
}

/** Stands for the data centres of who may not see them. */
export const hiddenCore = { id: "core", n: 0, name: "hidden" } as const

/** Totals that nothing of one's own tells. */
export const hiddenTotals: ReadonlyArray<keyof Totals> = [
  "refusedPerMinute",
  "devicesBeyond",
  "stations",
  "stationsAttested",
  "stationsLost",
]

/** What is counted of each device, as its own projection does. */
export interface Counted {
  readonly devices: ReadonlyMap<
    string,
    {
      readonly receptions: number
      readonly accepted: number
      readonly refused: number
      readonly refusedFor: Counts
      readonly reported: number
    }
  >
}

/** `counted` is of the same position. */
export const narrowed = (state: State, counted: Counted, sight: Sight): State => {
  const devices = new Map([...state.devices].filter(([id]) => sight.device(id)))
  const customers = new Map([...state.customers].filter(([id]) => sight.customer(id)))
  const { heard, stations } = heardOf(state, devices, sight)
  const { accepted, byReason, receptions, refused, reported } = totalsOf(counted, sight)
  const { nowMs } = state
  const core = sight.network
    ? { dataCentres: state.dataCentres, carried: ofCustomers(state.carried, customers) }
    : throughHidden(state, customers)
  return {
    ...state,
    ...core,
    receptions,
    accepted,
    refused,
    reported,
    byReason,
    leaping: 0,
    received: Pulse.steady(perMinute(heard, nowMs), nowMs),
    accepting: Pulse.steady(rateOf(customers, nowMs), nowMs),
    refusing: Pulse.still,
    devicesSeen: devices.size,
    stationsSeen: stations.size,
    devicesBeyond: 0,
    stationsAttested: 0,
    stationsLost: 0,
    devices,
    stations,
    customers,
    heard,
    pending: new Map([...state.pending].filter(([, { customer }]) => customers.has(customer))),
    open: new Map([...state.open].filter(([, happening]) => seesHappening(sight, happening))),
    closed: state.closed.filter((happening) => seesHappening(sight, happening)),
  }
}

/** What a mark of the picture is about. */
export const seesHappening = (
  sight: Sight,
  about: Partial<Pick<Happening, "device" | "station" | "customer">>,
): boolean => {
  if (isNamed(about.device)) return sight.device(about.device)
  if (isNamed(about.customer)) return sight.customer(about.customer)
  return isNamed(about.station) ? sight.station(about.station) : sight.network
}

const isNamed = (id: string | undefined): id is string => id !== undefined && id !== ""

/** Flows of the groups that they see all of, and the stations that these and their devices lead to. */
const heardOf = (state: State, devices: State["devices"], sight: Sight) => {
  const counts = new Map<string, number>()
  const lastMs = new Map<string, number>()
  for (const { group, heardMs, station } of devices.values()) {
    counts.set(group, (counts.get(group) ?? 0) + 1)
    if (station !== "") lastMs.set(station, Math.max(lastMs.get(station) ?? 0, heardMs))
  }
  const own = new Set<number>()
  const all = new Map<string, number>()
  for (const { group } of state.devices.values()) all.set(group, (all.get(group) ?? 0) + 1)
  for (const [key, count] of counts) {
    const group = state.groups.get(key)
    if (group !== undefined && all.get(key) === count) own.add(group.n)
  }
  const heard = new Map([...state.heard].filter(([key]) => own.has(Math.floor(key / flowStride))))
  const amounts = new Map<number, number>()
  for (const [key, flow] of heard) {
    const n = key % flowStride
    amounts.set(n, (amounts.get(n) ?? 0) + Pulse.amountOf(flow, state.nowMs))
  }
  const stations = new Map<string, Station>()
  for (const [id, station] of state.stations) {
    if (sight.station(id)) stations.set(id, station)
    else if (lastMs.has(id) || amounts.has(station.n))
      stations.set(id, {
        ...station,
        name: "",
        city: "",
        lat: null,
        lng: null,
        dataCentre: sight.network ? station.dataCentre : hiddenCore.id,
        trustMs: 0,
        trustAt: -1,
        heardMs: lastMs.get(id) ?? 0,
        pulse: Pulse.steady(
          Math.round((amounts.get(station.n) ?? 0) / Pulse.rateMinutes),
          state.nowMs,
        ),
      })
  }
  return { heard, stations }
}

const perMinute = (flows: ReadonlyMap<number, Pulse.Flow>, nowMs: number): number => {
  let sum = 0
  for (const flow of flows.values()) sum += Pulse.amountOf(flow, nowMs)
  return Math.round(sum / Pulse.rateMinutes)
}

const rateOf = (customers: ReadonlyMap<string, Customer>, nowMs: number): number => {
  let sum = 0
  for (const { pulse } of customers.values()) sum += Pulse.rateOf(pulse, nowMs)
  return sum
}

const ofCustomers = (
  flows: ReadonlyMap<number, Pulse.Flow>,
  customers: ReadonlyMap<string, Customer>,
): Map<number, Pulse.Flow> => {
  const own = new Set([...customers.values()].map(({ n }) => n))
  return new Map([...flows].filter(([key]) => own.has(key % flowStride)))
}

/** One place instead of all data centres; each customer's flows through them as one. */
const throughHidden = (state: State, customers: ReadonlyMap<string, Customer>) => {
  const carried = new Map<number, Pulse.Flow>()
  for (const [key, flow] of ofCustomers(state.carried, customers)) {
    const to = hiddenCore.n * flowStride + (key % flowStride)
    carried.set(to, Pulse.joined(carried.get(to) ?? Pulse.dry, flow))
  }
  const pulse = Pulse.steady(rateOf(customers, state.nowMs), state.nowMs)
  return {
    dataCentres: new Map([[hiddenCore.id, { ...hiddenCore, links: [], pulse }]]),
    carried,
  }
}

/** Of their own devices, since the beginning. */
export const totalsOf = ({ devices }: Counted, sight: Pick<Sight, "device">) => {
  const totals = { receptions: 0, accepted: 0, refused: 0, reported: 0, devices: 0 }
  const byReason = new Map<string, number>()
  for (const [id, device] of devices) {
    if (!sight.device(id)) continue
    totals.devices++
    totals.receptions += device.receptions
    totals.accepted += device.accepted
    totals.refused += device.refused
    totals.reported += device.reported
    for (const [reason, count] of Object.entries(device.refusedFor))
      byReason.set(reason, (byReason.get(reason) ?? 0) + count)
  }
  return { ...totals, byReason }
}
