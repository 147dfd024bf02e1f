/**
 * Each device as the twin knows it: registration, what was heard of it and where, its last verdict.
 *
 * - A device is known once it is registered or a network reported it. What claims another id is a
 *   stranger: anybody with a radio can invent ids, so strangers share one bounded table.
 * - Only frames that passed their checks move `lastHeardMs` and the stations: the rest prove nothing.
 * - A device is changed in place by the state that owns it (see `kernel/owner.ts`), since most events
 *   are receptions; all other states copy it first.
 */
import type { Position, Recorded } from "../../core/event/Envelope.ts"
import type { MessageAccepted, MessageRefused, RefusalReason } from "../../core/event/decision.ts"
import type { FrameHeard } from "../../core/event/reception.ts"
import type { DeviceRegistered } from "../../core/event/registration.ts"
import type { MessageReported, ReceptionReported } from "../../core/event/report.ts"
import { outside } from "../../core/event/subjects.ts"
import { countUp, type Counts } from "../../core/kernel/countUp.ts"
import * as FifoMap from "../../core/kernel/FifoMap.ts"
import { type Mutable, type Owned, owner, type Owner } from "../../core/kernel/owner.ts"
import { sortedPairs, type Json, type Projection } from "../Projection.ts"

/** Stations kept with a device, those that heard it last. */
export const stationsMax = 8
/** Positions kept with a device; older ones are found through the log's index. */
export const recentMax = 8
/** Sources kept with a device, those that spoke of it first. */
export const sourcesMax = 8
/** Strangers listed; the oldest make room. */
export const strangersMax = 1024

export type Registration = {
  readonly position: Position
  readonly customer: string | null
  readonly group: string | null
  readonly deviceType: string | null
  readonly radioZone: string | null
  readonly contractPerDay: number | null
  readonly rollover: number | null
  readonly keyVersion: number
}

/** A station that heard the device. */
export type HeardBy = {
  readonly station: string
  /** By the source's clock. */
  readonly lastMs: number
  readonly receptions: number
  readonly rssiDbm: number | null
}

/** What the twin decided about the device's last message. */
export type Verdict = {
  readonly position: Position
  readonly accepted: boolean
  readonly reason: RefusalReason | null
  readonly warning: string | null
  readonly seq: number
  readonly epoch: number | null
  readonly occurredMs: number
  readonly policy: number
}

export type Device = {
  readonly device: string
  readonly registration: Registration | null
  readonly retired: boolean
  /** By the source's clock. */
  readonly lastHeardMs: number | null
  /** Receptions that claim to be of this device. */
  readonly receptions: number
  /** Of those, the ones that did not pass their checks. */
  readonly unproved: number
  readonly accepted: number
  readonly refused: number
  readonly refusedFor: Counts
  /** Reports of messages and of receptions. */
  readonly reported: number
  readonly services: number
  /** Number of the last message that was accepted or reported, and its epoch where it was checked. */
  readonly lastSeq: number | null
  readonly lastEpoch: number | null
  readonly sources: ReadonlyArray<string>
  /** The one that heard it last comes first. */
  readonly stations: ReadonlyArray<HeardBy>
  readonly verdict: Verdict | null
  /** Oldest first. */
  readonly recent: ReadonlyArray<Position>
}

export type Stranger = {
  readonly receptions: number
  readonly lastPosition: Position
  readonly lastMs: number
  readonly lastStation: string | null
}

export interface State {
  owner: Owner
  readonly devices: Map<string, Device>
  readonly strangers: FifoMap.FifoMap<Stranger>
  /** Receptions of strangers that are no longer listed. */
  overflow: number
}

const apply = (draft: State, recorded: Recorded): void => {
  const { event, position } = recorded
  switch (event._tag) {
    case "FrameHeard":
      return heard(draft, recorded, event)
    case "DeviceRegistered": {
      FifoMap.remove(draft.strangers, event.device)
      const device = touch(draft, event.device, position)
      device.registration = registrationOf(position, event)
      device.retired = false
      return
    }
    case "DeviceKeyReplaced": {
      const device = touchKnown(draft, event.device, position)
      if (device?.registration != null)
        device.registration = { ...device.registration, keyVersion: event.keyVersion }
      return
    }
    case "DeviceRetired": {
      const device = touchKnown(draft, event.device, position)
      if (device !== undefined) device.retired = true
      return
    }
    case "CounterDisengaged":
    case "PayloadsErased":
      touchKnown(draft, event.device, position)
      return
    case "MessageAccepted":
      return accepted(touchKnown(draft, event.device, position), recorded, event)
    case "MessageRefused":
      return refused(touchKnown(draft, event.device, position), recorded, event)
    case "MessageReported":
      return messageReported(touch(draft, event.device, position), recorded.occurredMs, event)
    case "ReceptionReported":
      return receptionReported(touch(draft, event.device, position), recorded.occurredMs, event)
    case "ServiceReported": {
      const device = touch(draft, event.device, position)
      device.services++
      device.sources = withSource(device.sources, event.source)
      return
    }
    case "BytesHeard":
    case "StationEnrolled":
    case "StationRetired":
    case "DataCentreOpened":
    case "CustomerRegistered":
    case "CustomerRetired":
    case "DestinationAdded":
    case "DestinationRemoved":
    case "RetentionSet":
    case "PayloadsExpired":
    case "ReceptionsRepeated":
    case "EarlierTwinFound":
      return
    default:
      return outside<"decision" | "erasure" | "reception" | "registration" | "report">(event)
  }
}

export const projection: Projection<State> = {
  name: "device",
  version: 2,
  initial: () => ({
    owner: {},
    devices: new Map(),
    strangers: FifoMap.make(strangersMax),
    overflow: 0,
  }),
  apply,
  copy: (state) => {
    state.owner = {}
    return {
      owner: {},
      devices: new Map(state.devices),
      strangers: FifoMap.copy(state.strangers),
      overflow: state.overflow,
    }
  },
  encode: (state) => ({
    devices: sortedPairs(state.devices).map(([, device]) => device),
    strangers: FifoMap.pairsOldestFirst(state.strangers),
    overflow: state.overflow,
  }),
  decode: (json: Json): State => {
    // Written by `encode` of the same version; snapshots carry a digest that was checked.
    const from = json as unknown as Encoded
    const strangers = FifoMap.make<Stranger>(strangersMax)
    for (const [id, stranger] of from.strangers) FifoMap.set(strangers, id, stranger)
    return {
      owner: {},
      devices: new Map(from.devices.map((device) => [device.device, device])),
      strangers,
      overflow: from.overflow,
    }
  },
}

interface Encoded {
  readonly devices: ReadonlyArray<Device>
  readonly strangers: ReadonlyArray<readonly [string, Stranger]>
  readonly overflow: number
}

/** The device, or undefined for one never registered nor reported. */
export const find = (state: State, device: string): Device | undefined => state.devices.get(device)

/** Registered devices of a customer, in the order of registration. */
export const ofCustomer = (state: State, customer: string): ReadonlyArray<Device> =>
  [...state.devices.values()]
    .filter((device) => device.registration?.customer === customer)
    .toSorted((a, b) => (a.registration?.position ?? 0) - (b.registration?.position ?? 0))

/** As the state that owns it sees it. */
type Kept = Mutable<Omit<Device, "stations" | "recent">> &
  Owned & { readonly stations: Array<Mutable<HeardBy>>; readonly recent: Array<Position> }

const fresh = (device: string, by: Owner): Kept => ({
  [owner]: by,
  device,
  registration: null,
  retired: false,
  lastHeardMs: null,
  receptions: 0,
  unproved: 0,
  accepted: 0,
  refused: 0,
  refusedFor: {},
  reported: 0,
  services: 0,
  lastSeq: null,
  lastEpoch: null,
  sources: [],
  stations: [],
  verdict: null,
  recent: [],
})

/** The device, known from now on, to be changed in place; the event's position is noted. */
const touch = (draft: State, id: string, position: Position): Kept => {
  const known = touchKnown(draft, id, position)
  if (known !== undefined) return known
  const device = fresh(id, draft.owner)
  draft.devices.set(id, device)
  device.recent.push(position)
  return device
}

/** Decisions about ids never registered nor reported leave no trace here: see `strangers`. */
const touchKnown = (draft: State, id: string, position: Position): Kept | undefined => {
  let device = draft.devices.get(id) as Kept | undefined // made by `fresh` or here, or not owned
  if (device === undefined) return undefined
  if (device[owner] !== draft.owner) {
    device = ownCopy(device, draft.owner)
    draft.devices.set(id, device)
  }
  const { recent } = device
  if (recent.length === recentMax) recent.shift()
  recent.push(position)
  return device
}

const ownCopy = (device: Device, by: Owner): Kept => {
  const { recent, stations, ...rest } = device
  return {
    ...rest,
    [owner]: by,
    stations: stations.map(copyOf),
    recent: recent.slice(),
  }
}

const copyOf = (heardBy: HeardBy): HeardBy => ({ ...heardBy })

/** The hot path: most events are receptions. */
const heard = (draft: State, recorded: Recorded, event: FrameHeard): void => {
  const { occurredMs, position } = recorded
  const device = touchKnown(draft, event.device, position)
  if (device === undefined) return strangerHeard(draft, recorded, event)
  device.receptions++
  device.sources = withSource(device.sources, event.source)
  if (event.check !== "ok") {
    device.unproved++
    return
  }
  device.lastHeardMs = latest(device.lastHeardMs, occurredMs)
  noteStation(device.stations, event.station, occurredMs, event.rssiDbm)
}

const accepted = (device: Kept | undefined, recorded: Recorded, event: MessageAccepted): void => {
  if (device === undefined) return
  const { epoch, policy, seq, warning } = event
  const { occurredMs, position } = recorded
  device.accepted++
  device.lastSeq = seq
  device.lastEpoch = epoch
  device.verdict = {
    position,
    accepted: true,
    reason: null,
    warning: warning ?? null,
    seq,
    epoch,
    occurredMs,
    policy,
  }
}

const refused = (device: Kept | undefined, recorded: Recorded, event: MessageRefused): void => {
  if (device === undefined) return
  const { policy, reason, seq } = event
  const { occurredMs, position } = recorded
  device.refused++
  device.refusedFor = countUp(device.refusedFor, reason)
  device.verdict = {
    position,
    accepted: false,
    reason,
    warning: null,
    seq,
    epoch: null,
    occurredMs,
    policy,
  }
}

const strangerHeard = (draft: State, recorded: Recorded, event: FrameHeard): void => {
  const before = FifoMap.get(draft.strangers, event.device)
  const displaced = FifoMap.set(draft.strangers, event.device, {
    receptions: (before?.receptions ?? 0) + 1,
    lastPosition: recorded.position,
    lastMs: recorded.occurredMs,
    lastStation: event.station,
  })
  if (displaced !== undefined) draft.overflow += displaced.receptions
}

const messageReported = (device: Kept, occurredMs: number, event: MessageReported): void => {
  for (const heardBy of event.stations)
    noteStation(device.stations, heardBy.station, occurredMs, heardBy.rssiDbm)
  device.reported++
  device.lastHeardMs = latest(device.lastHeardMs, occurredMs)
  if (event.seq !== undefined) {
    device.lastSeq = event.seq
    device.lastEpoch = null
  }
  device.sources = withSource(device.sources, event.source)
}

const receptionReported = (device: Kept, occurredMs: number, event: ReceptionReported): void => {
  device.reported++
  device.lastHeardMs = latest(device.lastHeardMs, occurredMs)
  device.sources = withSource(device.sources, event.source)
  noteStation(device.stations, event.station, occurredMs, event.rssiDbm)
}

const registrationOf = (position: Position, event: DeviceRegistered): Registration => ({
  position,
  customer: event.customer ?? null,
  group: event.group ?? null,
  deviceType: event.deviceType ?? null,
  radioZone: event.radioZone ?? null,
  contractPerDay: event.contractPerDay ?? null,
  rollover: event.rollover ?? null,
  keyVersion: event.keyVersion,
})

const latest = (before: number | null, now: number): number =>
  before === null || now > before ? now : before

const withSource = (sources: ReadonlyArray<string>, source: string): ReadonlyArray<string> =>
  sources.includes(source) || sources.length === sourcesMax ? sources : [...sources, source]

/** Puts the station first, with one reception more; the one that heard it longest ago makes room. */
const noteStation = (
  stations: Array<Mutable<HeardBy>>,
  station: string,
  lastMs: number,
  rssiDbm: number | undefined,
): void => {
  let at = 0
  while (at < stations.length && stations[at].station !== station) at++
  let heardBy: Mutable<HeardBy>
  if (at < stations.length) {
    heardBy = stations[at]
    heardBy.lastMs = lastMs
    heardBy.receptions++
    if (rssiDbm !== undefined) heardBy.rssiDbm = rssiDbm
  } else {
    heardBy = { station, lastMs, receptions: 1, rssiDbm: rssiDbm ?? null }
    if (at < stationsMax) stations.push(heardBy)
    else at--
  }
  for (let i = at; i > 0; i--) stations[i] = stations[i - 1]
  stations[0] = heardBy
}
