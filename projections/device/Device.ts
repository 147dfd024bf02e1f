/**
 * Each device as the twin knows it: registration, what was heard of it and where, its last verdict.
 *
 * - A device is known once it is registered or a network reported it. What claims another id is a
 *   stranger: anybody with a radio can invent ids, so strangers share one bounded table.
 * - Only frames that passed their checks move `lastHeardMs` and the stations: the rest prove nothing.
 */
import type { Position, Recorded } from "../../core/event/Envelope.ts"
import type { RefusalReason } from "../../core/event/decision.ts"
import type { FrameHeard } from "../../core/event/reception.ts"
import type { DeviceRegistered } from "../../core/event/registration.ts"
import type { MessageReported, ReceptionReported } from "../../core/event/report.ts"
import { countUp, type Counts } from "../../core/kernel/countUp.ts"
import * as FifoMap from "../../core/kernel/FifoMap.ts"
import { keepRecent } from "../../core/kernel/keepRecent.ts"
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
    case "DeviceRegistered":
      FifoMap.remove(draft.strangers, event.device)
      return change(draft, event.device, position, (device) => ({
        ...device,
        registration: registrationOf(position, event),
        retired: false,
      }))
    case "DeviceKeyReplaced":
      return changeKnown(draft, event.device, position, (device) =>
        device.registration === null
          ? device
          : { ...device, registration: { ...device.registration, keyVersion: event.keyVersion } },
      )
    case "DeviceRetired":
      return changeKnown(draft, event.device, position, (device) => ({ ...device, retired: true }))
    case "CounterDisengaged":
      return changeKnown(draft, event.device, position, (device) => device)
    case "MessageAccepted":
      return changeKnown(draft, event.device, position, (device) => ({
        ...device,
        accepted: device.accepted + 1,
        lastSeq: event.seq,
        lastEpoch: event.epoch,
        verdict: {
          position,
          accepted: true,
          reason: null,
          warning: event.warning ?? null,
          seq: event.seq,
          epoch: event.epoch,
          occurredMs: recorded.occurredMs,
          policy: event.policy,
        },
      }))
    case "MessageRefused":
      return changeKnown(draft, event.device, position, (device) => ({
        ...device,
        refused: device.refused + 1,
        refusedFor: countUp(device.refusedFor, event.reason),
        verdict: {
          position,
          accepted: false,
          reason: event.reason,
          warning: null,
          seq: event.seq,
          epoch: null,
          occurredMs: recorded.occurredMs,
          policy: event.policy,
        },
      }))
    case "MessageReported":
      return change(draft, event.device, position, (device) =>
        messageReported(device, recorded.occurredMs, event),
      )
    case "ReceptionReported":
      return change(draft, event.device, position, (device) =>
        receptionReported(device, recorded.occurredMs, event),
      )
    case "ServiceReported":
      return change(draft, event.device, position, (device) => ({
        ...device,
        services: device.services + 1,
        sources: withSource(device.sources, event.source),
      }))
    case "BytesHeard":
    case "StationEnrolled":
    case "StationRetired":
    case "DataCentreOpened":
    case "CustomerRegistered":
    case "CustomerRetired":
    case "DestinationAdded":
    case "DestinationRemoved":
    case "ReferenceValuesAdopted":
    case "StationTrustLost":
    case "StationTrustRestored":
    case "DeliveryOwed":
    case "DeliverySucceeded":
    case "DeliveryFailed":
    case "DeliveryAbandoned":
    case "PolicyAdopted":
    case "LinkReported":
    case "DemoBegan":
    case "Ticked":
    case "Unknown":
      return
  }
}

export const projection: Projection<State> = {
  name: "device",
  version: 1,
  initial: () => ({ devices: new Map(), strangers: FifoMap.make(strangersMax), overflow: 0 }),
  apply,
  copy: (state) => ({
    devices: new Map(state.devices),
    strangers: FifoMap.copy(state.strangers),
    overflow: state.overflow,
  }),
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

/** Registered and not retired. */
export const isActive = (device: Device): boolean => device.registration !== null && !device.retired

/** Registered devices of a customer, in the order of registration. */
export const ofCustomer = (state: State, customer: string): ReadonlyArray<Device> =>
  [...state.devices.values()]
    .filter((device) => device.registration?.customer === customer)
    .toSorted((a, b) => (a.registration?.position ?? 0) - (b.registration?.position ?? 0))

const fresh = (device: string): Device => ({
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

const change = (
  draft: State,
  id: string,
  position: Position,
  next: (device: Device) => Device,
): void => {
  const changed = next(draft.devices.get(id) ?? fresh(id))
  draft.devices.set(id, { ...changed, recent: keepRecent(changed.recent, position, recentMax) })
}

/** Decisions about ids never registered nor reported leave no trace here: see `strangers`. */
const changeKnown = (
  draft: State,
  id: string,
  position: Position,
  next: (device: Device) => Device,
): void => {
  if (draft.devices.has(id)) change(draft, id, position, next)
}

/** The hot path: most events are receptions, so one object is made and no closure. */
const heard = (draft: State, recorded: Recorded, event: FrameHeard): void => {
  const device = draft.devices.get(event.device)
  if (device === undefined) return strangerHeard(draft, recorded, event)
  const { occurredMs, position } = recorded
  const recent = keepRecent(device.recent, position, recentMax)
  const sources = withSource(device.sources, event.source)
  const receptions = device.receptions + 1
  if (event.check !== "ok") {
    const unproved = device.unproved + 1
    draft.devices.set(event.device, { ...device, receptions, unproved, sources, recent })
    return
  }
  draft.devices.set(event.device, {
    ...device,
    receptions,
    sources,
    recent,
    lastHeardMs: latest(device.lastHeardMs, occurredMs),
    stations: withStation(device.stations, event.station, occurredMs, event.rssiDbm),
  })
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

const messageReported = (device: Device, occurredMs: number, event: MessageReported): Device => {
  let stations = device.stations
  for (const heardBy of event.stations)
    stations = withStation(stations, heardBy.station, occurredMs, heardBy.rssiDbm)
  return {
    ...device,
    reported: device.reported + 1,
    lastHeardMs: latest(device.lastHeardMs, occurredMs),
    lastSeq: event.seq ?? device.lastSeq,
    lastEpoch: event.seq === undefined ? device.lastEpoch : null,
    sources: withSource(device.sources, event.source),
    stations,
  }
}

const receptionReported = (
  device: Device,
  occurredMs: number,
  event: ReceptionReported,
): Device => ({
  ...device,
  reported: device.reported + 1,
  lastHeardMs: latest(device.lastHeardMs, occurredMs),
  sources: withSource(device.sources, event.source),
  stations: withStation(device.stations, event.station, occurredMs, event.rssiDbm),
})

const registrationOf = (position: Position, event: DeviceRegistered): Registration => ({
  position,
  customer: event.customer ?? null,
  group: event.group ?? null,
  radioZone: event.radioZone ?? null,
  contractPerDay: event.contractPerDay ?? null,
  rollover: event.rollover ?? null,
  keyVersion: event.keyVersion,
})

const latest = (before: number | null, now: number): number =>
  before === null || now > before ? now : before

const withSource = (sources: ReadonlyArray<string>, source: string): ReadonlyArray<string> =>
  sources.includes(source) || sources.length === sourcesMax ? sources : [...sources, source]

const withStation = (
  stations: ReadonlyArray<HeardBy>,
  station: string,
  lastMs: number,
  rssiDbm: number | undefined,
): ReadonlyArray<HeardBy> => {
  let at = 0
  while (at < stations.length && stations[at].station !== station) at++
  const before = at < stations.length ? stations[at] : undefined
  const kept: Array<HeardBy> = [
    {
      station,
      lastMs,
      receptions: (before?.receptions ?? 0) + 1,
      rssiDbm: rssiDbm ?? before?.rssiDbm ?? null,
    },
  ]
  for (let i = 0; i < stations.length && kept.length < stationsMax; i++)
    if (i !== at) kept.push(stations[i])
  return kept
}
