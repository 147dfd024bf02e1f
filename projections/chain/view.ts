/**
 * What the page shows of a state: bounded, worst first where not everything fits, and everything in its own place.
 */
import {
  customersShownMax,
  dataCentresShownMax,
  devicesShownMax,
  edgesShownMax,
  groupsShownMax,
  incidentsShownMax,
  stationsShownMax,
  type ChainView,
  type CustomerView,
  type DataCentreView,
  type DeviceView,
  type EdgeView,
  type GroupView,
  type Incident,
  type PendingView,
  type StationView,
  type Totals,
  type Grouping,
  type Verdict,
} from "./ChainView.ts"
import { byEnds } from "./byEnds.ts"
import { type Gathering, type GroupsBy, groupsBy } from "./groupsBy.ts"
import { isNotable, isOver } from "./happenings.ts"
import * as Pulse from "./Pulse.ts"
import {
  flowStride,
  groupsMax,
  type Customer,
  type DataCentre,
  type Device,
  type Happening,
  type State,
  type Station,
} from "./State.ts"
import { severity, verdictOf } from "./verdictOf.ts"

/** `found` are findings of another projection, as incidents; those that go on make their devices suspicious. */
export const viewOf = (
  state: State,
  found: ReadonlyArray<Incident> = [],
  by: Grouping = "customer",
): ChainView => {
  const gathering = groupsBy(state, by)
  const groups = groupsOf(state, gathering, suspectsIn(found))
  const stations = stationsOf(state)
  const centres = [...state.dataCentres.values()].slice(0, dataCentresShownMax)
  const customers = customersOf(state)
  return {
    position: state.position,
    occurredMs: state.nowMs,
    recordedMs: state.recordedMs,
    totals: totalsOf(state, stations.length, customers.length),
    groups,
    stations: stations.map((station) => stationView(station, state.nowMs)),
    dataCentres: centres.map((centre) => dataCentreView(centre, state.nowMs)),
    customers: customers.map((customer) => customerView(customer, state.nowMs)),
    heard: heardOf(state, gathering, groups, stations),
    carried: carriedOf(state, centres, customers),
    incidents: incidentsOf(state, found),
    oldestPending: oldestPending(state),
  }
}

/** Takes the worst `most` of them, then puts those in their own order. */
const worst = <Thing extends { readonly n: number }>(
  things: Array<Thing>,
  most: number,
  badness: (thing: Thing) => number,
): ReadonlyArray<Thing> => {
  if (things.length > most) {
    things.sort((a, b) => badness(b) - badness(a) || a.n - b.n)
    things.length = most
  }
  return things.toSorted((a, b) => a.n - b.n)
}

interface Gathered {
  readonly group: Gathering
  readonly devices: Array<DeviceView>
  count: number
  suspicious: number
  refused: number
}

type Suspects = ReadonlyMap<string, string>

/** Devices that something going on is said of, and what. */
const suspectsIn = (found: ReadonlyArray<Incident>): Suspects =>
  new Map(
    found.flatMap(({ device, end, label }) =>
      device === undefined || end !== undefined ? [] : [[device, label.split(" · ")[0]] as const],
    ),
  )

const groupsOf = (
  state: State,
  { ofDevice }: GroupsBy,
  suspects: Suspects,
): ReadonlyArray<GroupView> => {
  const gathered = new Map<string, Gathered>()
  for (const device of state.devices.values()) {
    const suspicion = suspects.get(device.id)
    const verdict = suspectedOr(verdictOf(device, state.nowMs), suspicion)
    const group = ofDevice(device)
    if (group === undefined) continue
    const into = gathered.get(group.key) ?? gather(gathered, group)
    if (verdict === "suspicious") into.suspicious++
    if (verdict === "refused") into.refused++
    into.count++
    into.devices.push(deviceView(device, verdict, suspicion))
  }
  const shown = worst(
    [...gathered.values()].map((value) => ({ n: value.group.n, value })),
    groupsShownMax,
    ({ value }) => value.refused * 1e9 + value.suspicious * 1e6 + value.devices.length,
  )
  const all = shown.reduce((sum, { value }) => sum + value.devices.length, 0)
  // What a group may show is its part of the whole, so that a great group does not push out a small one.
  const part = Math.min(1, devicesShownMax / Math.max(1, all))
  return shown.map(({ value }) => groupView(value, part))
}

const groupView = (gathered: Gathered, part: number): GroupView => {
  const { group, devices, suspicious, refused } = gathered
  const most = Math.max(1, Math.floor(devices.length * part))
  const shown = worst(devices, most, (device) => severity(device.verdict))
  return {
    key: group.key,
    n: group.n,
    ...(group.customer === "" ? {} : { customer: group.customer }),
    label: group.label,
    devices: gathered.count,
    suspicious,
    refused,
    hidden: gathered.count - shown.length,
    shown,
  }
}

const gather = (into: Map<string, Gathered>, group: Gathering): Gathered => {
  const made: Gathered = { group, devices: [], count: 0, suspicious: 0, refused: 0 }
  into.set(group.key, made)
  return made
}

const suspectedOr = (verdict: Verdict, suspicion: string | undefined): Verdict =>
  suspicion !== undefined && severity(verdict) === 0 ? "suspicious" : verdict

const deviceView = (
  device: Device,
  verdict: Verdict,
  suspicion: string | undefined,
): DeviceView => {
  const { id, n, heardMs } = device
  if (verdict === "refused") return { id, n, verdict, heardMs, reason: device.refusal }
  if (verdict === "suspicious")
    return { id, n, verdict, heardMs, reason: suspicion ?? device.warning }
  return { id, n, verdict, heardMs }
}

const stationsOf = (state: State) =>
  worst([...state.stations.values()], stationsShownMax, (station) =>
    station.trust === "lost" ? 2 : station.trust === "unattested" ? 1 : 0,
  )

const stationView = (station: Station, nowMs: number): StationView => ({
  id: station.id,
  n: station.n,
  ...(station.name === "" ? {} : { name: station.name }),
  ...(station.city === "" ? {} : { city: station.city }),
  ...(station.lat === null || station.lng === null ? {} : { lat: station.lat, lng: station.lng }),
  ...(station.dataCentre === "" ? {} : { dataCentre: station.dataCentre }),
  trust: station.trust,
  ...(station.trustAt < 0 ? {} : { trustMs: station.trustMs, trustAt: station.trustAt }),
  heardMs: station.heardMs,
  rate: Pulse.rateOf(station.pulse, nowMs),
  spark: Pulse.pastAt(station.pulse, Math.floor(nowMs / Pulse.minuteMs)),
})

const dataCentreView = (centre: DataCentre, nowMs: number): DataCentreView => ({
  id: centre.id,
  name: centre.name,
  links: centre.links.map(({ name, up, sinceMs, at }) =>
    at < 0 ? { name, up } : { name, up, sinceMs, at },
  ),
  rate: Pulse.rateOf(centre.pulse, nowMs),
})

const customersOf = (state: State) =>
  worst(
    [...state.customers.values()],
    customersShownMax,
    (customer) => customer.failing * 1e6 + customer.pending * 1e3 + customer.delivered,
  )

const customerView = (customer: Customer, nowMs: number): CustomerView => {
  const sorted = customer.durations.toSorted((a, b) => a - b)
  return {
    id: customer.id,
    n: customer.n,
    ...(customer.name === "" ? {} : { name: customer.name }),
    delivered: customer.delivered,
    pending: customer.pending,
    failing: customer.failing,
    abandoned: customer.abandoned,
    rate: Pulse.rateOf(customer.pulse, nowMs),
    ...(sorted.length === 0 ? {} : { p95Ms: sorted[Math.ceil(sorted.length * 0.95) - 1] }),
    ...(customer.failingMs === 0 ? {} : { failingMs: customer.failingMs, error: customer.error }),
  }
}

const heardOf = (
  state: State,
  { ofFlow }: GroupsBy,
  groups: ReadonlyArray<GroupView>,
  stations: ReadonlyArray<Station>,
): ReadonlyArray<EdgeView> => {
  const shown = new Set(groups.map(({ key }) => key))
  const from = (group: number, station: number): string | undefined => {
    const key = ofFlow(group, station)
    return key !== undefined && shown.has(key) ? key : undefined
  }
  return edgesOf(state.heard, from, stations, state.nowMs)
}

const carriedOf = (
  state: State,
  centres: ReadonlyArray<DataCentre>,
  customers: ReadonlyArray<Customer>,
): ReadonlyArray<EdgeView> => {
  const names = new Map(centres.map(({ n, id }) => [n, id]))
  return edgesOf(state.carried, (centre) => names.get(centre), customers, state.nowMs)
}

interface Bundle {
  /** Of both ends: what is left out of equal ones is spread over all beginnings. */
  readonly n: number
  readonly from: string
  readonly to: string
  amount: number
}

/** The strongest edges between things that are shown, by their ends. */
const edgesOf = (
  flows: ReadonlyMap<number, Pulse.Flow>,
  fromOf: (from: number, to: number) => string | undefined,
  to: ReadonlyArray<{ readonly n: number; readonly id: string }>,
  nowMs: number,
): ReadonlyArray<EdgeView> => {
  const tos = new Map(to.map(({ n, id }) => [n, id]))
  const bundles = new Map<string, Bundle>()
  for (const [key, flow] of flows) {
    const amount = Pulse.amountOf(flow, nowMs)
    if (amount < 1) continue
    const [first, last] = [Math.floor(key / flowStride), key % flowStride]
    const [source, target] = [fromOf(first, last), tos.get(last)]
    if (source === undefined || target === undefined) continue
    const name = `${source}\n${target}`
    const known = bundles.get(name)
    if (known === undefined)
      bundles.set(name, { n: last * groupsMax + first, from: source, to: target, amount })
    else known.amount += amount
  }
  // Whole powers of two: widths then change seldom, and steps stay small.
  const edges = [...bundles.values()].map(({ n, from, to: target, amount }) => ({
    n,
    from,
    to: target,
    level: 32 - Math.clz32(amount),
  }))
  return worst(edges, edgesShownMax, (edge) => edge.level)
    .map(({ from: source, to: target, level }) => ({ from: source, to: target, level }))
    .toSorted(byEnds)
}

/** Those that go on, and of those that ended the latest, newest first. */
export const incidentsOf = (
  state: State,
  found: ReadonlyArray<Incident> = [],
  most = incidentsShownMax,
): ReadonlyArray<Incident> => {
  const ended = state.closed.map((happening) => incidentOf(happening, true))
  const going = [...state.open.values()]
    .filter(isNotable)
    .map((happening) => incidentOf(happening, isOver(happening, state.nowMs)))
  const own = [...ended, ...going].filter((incident) => !isExplained(incident, found))
  const newest = [...own, ...found].toSorted(
    (a, b) => b.start.position - a.start.position || (a.id < b.id ? -1 : 1),
  )
  if (newest.length <= most) return newest
  const open = newest.filter(({ end }) => end === undefined)
  const over = newest.filter(({ end }) => end !== undefined)
  const kept = new Set([...open, ...over].slice(0, most))
  return newest.filter((incident) => kept.has(incident))
}

/** Refusals of a device while a finding about it goes on are what that finding speaks of: one mark for both. */
const isExplained = (
  { device, end, kind, start }: Incident,
  found: ReadonlyArray<Incident>,
): boolean =>
  kind === "refusals" &&
  device !== undefined &&
  found.some(
    (finding) =>
      finding.device === device &&
      start.ms <= (finding.end?.ms ?? Number.POSITIVE_INFINITY) &&
      (end?.ms ?? Number.POSITIVE_INFINITY) >= finding.start.ms,
  )

const incidentOf = (happening: Happening, ended: boolean): Incident => ({
  id: happening.id,
  kind: happening.kind,
  label: happening.label,
  tone: happening.tone,
  start: { position: happening.startAt, ms: happening.startMs },
  ...(ended ? { end: { position: happening.lastAt, ms: happening.lastMs } } : {}),
  count: happening.count,
  ...(happening.device === "" ? {} : { device: happening.device }),
  ...(happening.station === "" ? {} : { station: happening.station }),
  ...(happening.customer === "" ? {} : { customer: happening.customer }),
  ...(happening.dataCentre === "" ? {} : { dataCentre: happening.dataCentre }),
})

const oldestPending = (state: State): PendingView | null => {
  for (const [key, { customer, ms, at }] of state.pending)
    return { message: key.split(" ")[0], customer, since: { position: at, ms } }
  return null
}

const totalsOf = (state: State, stationsShown: number, customersShown: number): Totals => {
  const ledger = { delivered: 0, pending: 0, failing: 0, abandoned: 0 }
  for (const customer of state.customers.values()) {
    ledger.delivered += customer.delivered
    ledger.pending += customer.pending
    ledger.failing += customer.failing
    ledger.abandoned += customer.abandoned
  }
  return {
    receptions: state.receptions,
    receptionsPerMinute: Pulse.rateOf(state.received, state.nowMs),
    accepted: state.accepted,
    acceptedPerMinute: Pulse.rateOf(state.accepting, state.nowMs),
    refused: state.refused,
    refusedPerMinute: Pulse.rateOf(state.refusing, state.nowMs),
    reported: state.reported,
    byReason: Object.fromEntries(state.byReason),
    devices: state.devices.size,
    devicesBeyond: state.devicesBeyond,
    stations: state.stations.size,
    stationsAttested: state.stationsAttested,
    stationsLost: state.stationsLost,
    stationsHidden: state.stations.size - stationsShown,
    customersHidden: state.customers.size - customersShown,
    ...ledger,
  }
}
