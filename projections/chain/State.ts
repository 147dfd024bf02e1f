/**
 * The state of the whole picture: what each thing is at this position, and how fast it goes.
 *
 * Entities are immutable and made of JSON values ("" and 0 stand for absent, so that all of a kind have
 * one shape); the maps belong to the fold. Each map has a named bound; what is beyond is counted.
 * "Now" is the newest event time (see `advance`): the picture has no clock of its own.
 */
import type { Json } from "../Projection.ts"
import { sortedPairs } from "../Projection.ts"
import * as Pulse from "./Pulse.ts"
import type { IncidentKind } from "./ChainView.ts"
import type { Tone } from "./EventRow.ts"

export const devicesMax = 65_536
export const stationsMax = 4_096
export const groupsMax = 256
export const customersMax = 1_024
export const dataCentresMax = 64
export const linksMax = 16
export const flowsMax = 16_384
/** Obligations remembered one by one, to know the oldest; all are counted. */
export const pendingMax = 65_536
export const happeningsOpenMax = 256
export const happeningsClosedMax = 256
/** Deliveries a percentile is taken over. */
export const durationsMax = 64

export type Device = {
  readonly id: string
  readonly n: number
  /** Key of its group. */
  readonly group: string
  readonly heardMs: number
  /** The station that heard it last. */
  readonly station: string
  /** Of its last message that was not refused. Warnings and refusals are kept beside it: they stay visible for a while. */
  readonly verdict: "none" | "ok" | "reported"
  readonly warning: string
  readonly warnedMs: number
  readonly refusal: string
  readonly refusedMs: number
}

export type Group = {
  readonly key: string
  readonly n: number
  readonly customer: string
  readonly label: string
  readonly devices: number
}

export type Station = {
  readonly id: string
  readonly n: number
  readonly name: string
  readonly city: string
  /** Degrees; null where its place is not known. */
  readonly lat: number | null
  readonly lng: number | null
  readonly dataCentre: string
  readonly trust: "attested" | "unattested" | "lost"
  readonly trustMs: number
  readonly trustAt: number
  readonly heardMs: number
  readonly pulse: Pulse.Pulse
}

type Link = {
  readonly name: string
  readonly up: boolean
  readonly sinceMs: number
  readonly at: number
}

export type DataCentre = {
  readonly id: string
  readonly n: number
  readonly name: string
  readonly links: ReadonlyArray<Link>
  readonly pulse: Pulse.Pulse
}

export type Customer = {
  readonly id: string
  readonly n: number
  readonly name: string
  readonly delivered: number
  readonly pending: number
  readonly failing: number
  readonly abandoned: number
  readonly error: string
  /** Since when no attempt succeeded; 0 while they do. */
  readonly failingMs: number
  readonly pulse: Pulse.Pulse
  /** Of its last answered deliveries, ms. */
  readonly durations: ReadonlyArray<number>
}

export type Pending = { readonly customer: string; readonly ms: number; readonly at: number }

/** Attempts at one destination that failed one after another. */
export type Streak = { readonly count: number; readonly ms: number; readonly at: number }

export type Happening = {
  readonly id: string
  readonly kind: IncidentKind
  readonly label: string
  readonly tone: Tone
  readonly startMs: number
  readonly startAt: number
  readonly lastMs: number
  readonly lastAt: number
  readonly count: number
  readonly device: string
  readonly station: string
  readonly customer: string
  readonly dataCentre: string
}

export interface State {
  position: number
  nowMs: number
  recordedMs: number
  /** Events in a row whose time lay further ahead than is believed of one. */
  leaping: number
  receptions: number
  accepted: number
  refused: number
  reported: number
  received: Pulse.Pulse
  accepting: Pulse.Pulse
  refusing: Pulse.Pulse
  /** Numbers given so far: a thing keeps its own when others go. */
  devicesSeen: number
  stationsSeen: number
  devicesBeyond: number
  stationsAttested: number
  stationsLost: number
  readonly byReason: Map<string, number>
  readonly devices: Map<string, Device>
  readonly groups: Map<string, Group>
  readonly stations: Map<string, Station>
  readonly dataCentres: Map<string, DataCentre>
  readonly customers: Map<string, Customer>
  /** Group n * `flowStride` + station n. */
  readonly heard: Map<number, Pulse.Flow>
  /** Data centre n * `flowStride` + customer n. */
  readonly carried: Map<number, Pulse.Flow>
  readonly pending: Map<string, Pending>
  readonly streaks: Map<string, Streak>
  readonly open: Map<string, Happening>
  /** In the order in which they ended. */
  closed: ReadonlyArray<Happening>
}

export const flowStride = 2 ** 24

const maps = () => ({
  byReason: new Map<string, number>(),
  devices: new Map<string, Device>(),
  groups: new Map<string, Group>(),
  stations: new Map<string, Station>(),
  dataCentres: new Map<string, DataCentre>(),
  customers: new Map<string, Customer>(),
  heard: new Map<number, Pulse.Flow>(),
  carried: new Map<number, Pulse.Flow>(),
  pending: new Map<string, Pending>(),
  streaks: new Map<string, Streak>(),
  open: new Map<string, Happening>(),
})

const scalars = {
  position: -1,
  nowMs: 0,
  recordedMs: 0,
  leaping: 0,
  receptions: 0,
  accepted: 0,
  refused: 0,
  reported: 0,
  received: Pulse.still,
  accepting: Pulse.still,
  refusing: Pulse.still,
  devicesSeen: 0,
  stationsSeen: 0,
  devicesBeyond: 0,
  stationsAttested: 0,
  stationsLost: 0,
  closed: [],
}

export const initial = (): State => ({ ...scalars, ...maps() })

export const copy = (state: State): State => ({
  ...state,
  byReason: new Map(state.byReason),
  devices: new Map(state.devices),
  groups: new Map(state.groups),
  stations: new Map(state.stations),
  dataCentres: new Map(state.dataCentres),
  customers: new Map(state.customers),
  heard: new Map(state.heard),
  carried: new Map(state.carried),
  pending: new Map(state.pending),
  streaks: new Map(state.streaks),
  open: new Map(state.open),
})

export const encode = (state: State): Json => {
  const pairs = {
    byReason: sortedPairs(state.byReason),
    devices: sortedPairs(state.devices),
    groups: sortedPairs(state.groups),
    stations: sortedPairs(state.stations),
    dataCentres: sortedPairs(state.dataCentres),
    customers: sortedPairs(state.customers),
    heard: numberedPairs(state.heard),
    carried: numberedPairs(state.carried),
    // Insertion order is the order in which they fell due: it is part of the state.
    pending: [...state.pending],
    streaks: sortedPairs(state.streaks),
    open: [...state.open],
  }
  return { ...state, ...pairs }
}

type Encoded = {
  readonly [Name in keyof State]: State[Name] extends Map<infer Key, infer Value>
    ? ReadonlyArray<readonly [Key, Value]>
    : State[Name]
}

export const decode = (json: Json): State => {
  // `encode` wrote it, and a snapshot's digest was checked before it came here.
  const from = json as unknown as Encoded
  return {
    ...from,
    byReason: new Map(from.byReason),
    devices: new Map(from.devices),
    groups: new Map(from.groups),
    stations: new Map(from.stations),
    dataCentres: new Map(from.dataCentres),
    customers: new Map(from.customers),
    heard: new Map(from.heard),
    carried: new Map(from.carried),
    pending: new Map(from.pending),
    streaks: new Map(from.streaks),
    open: new Map(from.open),
  }
}

const numberedPairs = <Value>(map: ReadonlyMap<number, Value>) =>
  [...map].toSorted(([a], [b]) => a - b)
