/**
 * Each station: who it is, whether its configuration is the one it should have, and which accepted
 * messages would fall with it.
 *
 * A message *rests alone* on a station when no other trusted station heard it and the reception
 * carried no digest that matched. Such messages are counted from the moment trust was last good: that
 * is the blast radius if the station turns out to have been tampered with. The count can be too
 * high, never too low: a copy that comes after its message has aged out of `hearings` does not take it back.
 */
import type { Position, Recorded } from "../../core/event/Envelope.ts"
import type { MessageAccepted } from "../../core/event/decision.ts"
import { policyDefault } from "../../core/event/policy.ts"
import type { FrameHeard } from "../../core/event/reception.ts"
import type { StationEnrolled } from "../../core/event/registration.ts"
import * as FifoMap from "../../core/kernel/FifoMap.ts"
import { keepRecent } from "../../core/kernel/keepRecent.ts"
import { type Mutable, type Owned, owner, type Owner } from "../../core/kernel/owner.ts"
import { sortedPairs, type Json, type Projection } from "../Projection.ts"

/** Stations kept that nobody enrolled; receptions of further ones are only counted (`overflow`). */
export const unenrolledMax = 16_384
/** Messages resting on a station alone that are listed with it; all are counted. */
export const aloneMax = 16
/** Devices whose last message is remembered, to see whether another station hears it too. */
export const hearingsMax = 32_768

export type Trust = "not-attested" | "attested" | "lost"

export type Enrolment = {
  readonly position: Position
  readonly name: string | null
  readonly city: string | null
  readonly lat: number | null
  readonly lng: number | null
  readonly dataCentre: string | null
}

export type AloneMessage = {
  /** Of the acceptance. */
  readonly position: Position
  readonly device: string
  readonly seq: number
  readonly epoch: number
}

export type Station = {
  readonly station: string
  readonly enrolment: Enrolment | null
  readonly retired: boolean
  /** The configuration digest its receptions must carry, and where it was adopted. */
  readonly reference: string | null
  readonly referenceAt: Position | null
  /** The digest it sent last, and the reception that carried it. */
  readonly lastDigest: string | null
  readonly lastDigestAt: Position | null
  readonly trust: Trust
  /** The event that gave this trust, and when it occurred. */
  readonly trustAt: Position | null
  readonly trustMs: number | null
  readonly receptions: number
  readonly reportedReceptions: number
  /** By the source's clock. */
  readonly lastHeardMs: number | null
  /** Trust was last good here: `alone` counts from the next position on; -1 for never. */
  readonly goodAt: Position
  /** Accepted messages that rest on it alone. */
  readonly alone: number
  /** The latest of them, oldest first. */
  readonly aloneRecent: ReadonlyArray<AloneMessage>
}

/** The last message heard of a device. */
type Hearing = {
  readonly seq: number
  readonly digest: string
  readonly firstMs: number
  readonly firstAt: Position
  /** What it rests on while `several` is false. */
  readonly station: string
  readonly several: boolean
  /** The reception carried the station's reference digest. */
  readonly vouched: boolean
  /** Position of its acceptance where it was counted as resting alone; -1 else. */
  readonly countedAt: Position
}

export interface State {
  owner: Owner
  readonly stations: Map<string, Station>
  readonly hearings: FifoMap.FifoMap<Hearing>
  tallyWindowMs: number
  unenrolled: number
  overflow: number
}

const apply = (draft: State, recorded: Recorded): void => {
  const { event, position, occurredMs } = recorded
  switch (event._tag) {
    case "FrameHeard":
      return frameHeard(draft, recorded, event)
    case "BytesHeard":
      return receptionAt(draft, event.station, occurredMs, "receptions")
    case "ReceptionReported":
      return receptionAt(draft, event.station, occurredMs, "reportedReceptions")
    case "MessageReported":
      for (const { station } of event.stations)
        receptionAt(draft, station, occurredMs, "reportedReceptions")
      return
    case "MessageAccepted":
      return accepted(draft, recorded, event)
    case "StationEnrolled": {
      const known = draft.stations.get(event.station)
      if (known !== undefined && known.enrolment === null) draft.unenrolled--
      const station = own(draft, known ?? fresh(event.station, draft.owner))
      station.enrolment = enrolmentOf(position, event)
      station.retired = false
      return
    }
    case "StationRetired":
      return change(draft, event.station, { retired: true })
    case "ReferenceValuesAdopted":
      return change(draft, event.station, {
        reference: event.configDigest,
        referenceAt: position,
        ...trusted(recorded),
      })
    case "StationTrustLost":
      return change(draft, event.station, {
        trust: "lost",
        trustAt: position,
        trustMs: occurredMs,
      })
    case "StationTrustRestored":
      return change(draft, event.station, trusted(recorded))
    case "PolicyAdopted":
      draft.tallyWindowMs = event.policy.tallyWindowMs
      return
    case "ServiceReported":
    case "DeviceRegistered":
    case "DeviceKeyReplaced":
    case "DeviceRetired":
    case "CounterDisengaged":
    case "DataCentreOpened":
    case "CustomerRegistered":
    case "CustomerRetired":
    case "DestinationAdded":
    case "DestinationRemoved":
    case "MessageRefused":
    case "DeliveryOwed":
    case "DeliverySucceeded":
    case "DeliveryFailed":
    case "DeliveryAbandoned":
    case "LinkReported":
    case "DeliveriesBegan":
    case "RedeliveryAsked":
    case "CircuitOpened":
    case "CircuitClosed":
    case "CorePartAdded":
    case "CorePartRemoved":
    case "CorePartReported":
    case "CoreServiceDeclared":
    case "SourceAdded":
    case "SourceRemoved":
    case "SourcePolled":
    case "DemoBegan":
    case "Ticked":
    case "ReceptionsRepeated":
    case "EarlierTwinFound":
    case "DownlinkDefaultSet":
    case "DownlinkAsked":
    case "DownlinkScheduled":
    case "DownlinkRefused":
    case "DownlinkTransmitted":
    case "DownlinkNotTransmitted":
    case "DownlinkConfirmed":
    case "DownlinkUnconfirmed":
    case "StrayConfirmationHeard":
    case "PayloadSchemeAdopted":
    case "PayloadsErased":
    case "ChallengeIssued":
    case "EvidencePresented":
    case "EvidenceAppraised":
    case "StationFellSilent":
    case "StationBootRefused":
    case "ForeignReceptionsRefused":
    case "EndorsementRootTrusted":
    case "EndorsementRootDistrusted":
    case "EndorsementKeyPinned":
    case "EnrolmentOffered":
    case "CredentialIssued":
    case "EnrolmentRefused":
    case "StationTpmEnrolled":
    case "StationCertified":
    case "ReferenceValuesPublished":
    case "ReferenceValuesSuperseded":
    case "TrafficBlocked":
    case "TrafficUnblocked":
    case "AccountAdded":
    case "PasswordSet":
    case "AccountDisabled":
    case "AccountEnabled":
    case "GroupPlaced":
    case "RoleGranted":
    case "RoleRevoked":
    case "CredentialCreated":
    case "CredentialRevoked":
    case "SessionOpened":
    case "SessionClosed":
    case "AccessRefused":
    case "CommandGiven":
    case "Unknown":
      return
  }
}

export const projection: Projection<State> = {
  name: "integrity",
  version: 1,
  initial: () => ({
    owner: {},
    stations: new Map(),
    hearings: FifoMap.make(hearingsMax),
    tallyWindowMs: policyDefault.tallyWindowMs,
    unenrolled: 0,
    overflow: 0,
  }),
  apply,
  copy: (state) => {
    state.owner = {}
    return {
      ...state,
      owner: {},
      stations: new Map(state.stations),
      hearings: FifoMap.copy(state.hearings),
    }
  },
  encode: (state) => ({
    stations: sortedPairs(state.stations).map(([, station]) => station),
    hearings: FifoMap.pairsOldestFirst(state.hearings),
    tallyWindowMs: state.tallyWindowMs,
    unenrolled: state.unenrolled,
    overflow: state.overflow,
  }),
  decode: (json: Json): State => {
    // Written by `encode` of the same version; snapshots carry a digest that was checked.
    const from = json as unknown as Encoded
    const hearings = FifoMap.make<Hearing>(hearingsMax)
    for (const [device, hearing] of from.hearings) FifoMap.set(hearings, device, hearing)
    return {
      ...from,
      owner: {},
      stations: new Map(from.stations.map((station) => [station.station, station])),
      hearings,
    }
  },
}

type Encoded = Omit<State, "owner" | "stations" | "hearings"> & {
  readonly stations: ReadonlyArray<Station>
  readonly hearings: ReadonlyArray<readonly [string, Hearing]>
}

/** The station, or undefined for one neither enrolled nor heard of. */
export const find = (state: State, station: string): Station | undefined =>
  state.stations.get(station)

/** Stations whose trust is lost now, the latest loss first. */
export const lost = (state: State): ReadonlyArray<Station> =>
  [...state.stations.values()]
    .filter((station) => station.trust === "lost")
    .toSorted((a, b) => (b.trustAt ?? -1) - (a.trustAt ?? -1))

/** As the state that owns it sees it. */
type Kept = Mutable<Station> & Owned

const fresh = (station: string, by: Owner): Kept => ({
  [owner]: by,
  station,
  enrolment: null,
  retired: false,
  reference: null,
  referenceAt: null,
  lastDigest: null,
  lastDigestAt: null,
  trust: "not-attested",
  trustAt: null,
  trustMs: null,
  receptions: 0,
  reportedReceptions: 0,
  lastHeardMs: null,
  goodAt: -1,
  alone: 0,
  aloneRecent: [],
})

/** The station, to be changed in place, put into the state if it was not there. */
const own = (draft: State, station: Station): Kept => {
  const kept = station as Kept // made by `fresh` or here, or not owned
  if (kept[owner] === draft.owner && draft.stations.has(kept.station)) return kept
  const owned = { ...kept, [owner]: draft.owner }
  draft.stations.set(owned.station, owned)
  return owned
}

const trusted = ({ occurredMs, position }: Recorded): Partial<Station> => ({
  trust: "attested",
  trustAt: position,
  trustMs: occurredMs,
  ...good(position),
})

const good = (position: Position): Pick<Station, "goodAt" | "alone" | "aloneRecent"> => ({
  goodAt: position,
  alone: 0,
  aloneRecent: [],
})

const change = (draft: State, id: string, by: Partial<Station>): void => {
  const station = reachable(draft, id)
  if (station !== undefined) Object.assign(station, by)
}

/** The station, to be changed in place; made known if there is room. */
const reachable = (draft: State, id: string): Kept | undefined => {
  const known = draft.stations.get(id) as Kept | undefined // as in `own`
  if (known !== undefined) return known[owner] === draft.owner ? known : own(draft, known)
  if (draft.unenrolled >= unenrolledMax) {
    draft.overflow++
    return undefined
  }
  draft.unenrolled++
  return own(draft, fresh(id, draft.owner))
}

const receptionAt = (
  draft: State,
  id: string,
  occurredMs: number,
  counter: "receptions" | "reportedReceptions",
): void => {
  const station = reachable(draft, id)
  if (station === undefined) return
  station[counter]++
  if (station.lastHeardMs === null || occurredMs > station.lastHeardMs)
    station.lastHeardMs = occurredMs
}

/** The hot path: most events are receptions. */
const frameHeard = (draft: State, recorded: Recorded, event: FrameHeard): void => {
  const station = reachable(draft, event.station)
  if (station === undefined) return
  const { occurredMs, position } = recorded
  station.receptions++
  if (station.lastHeardMs === null || occurredMs > station.lastHeardMs)
    station.lastHeardMs = occurredMs
  const seen = event.configDigest
  const vouched = seen !== undefined && seen === station.reference && station.trust !== "lost"
  if (seen !== undefined) {
    station.lastDigest = seen
    station.lastDigestAt = position
  }
  if (vouched) {
    station.goodAt = position
    station.alone = 0
    if (station.aloneRecent.length > 0) station.aloneRecent = []
  }
  if (event.check === "ok") hear(draft, recorded, event, station.trust, vouched)
}

const hear = (
  draft: State,
  recorded: Recorded,
  event: FrameHeard,
  trust: Trust,
  vouched: boolean,
): void => {
  const { occurredMs, position } = recorded
  const known = FifoMap.get(draft.hearings, event.device)
  if (
    known === undefined ||
    known.seq !== event.seq ||
    known.digest !== event.payload.digest ||
    Math.abs(occurredMs - known.firstMs) > draft.tallyWindowMs
  ) {
    FifoMap.set(draft.hearings, event.device, {
      seq: event.seq,
      digest: event.payload.digest,
      firstMs: occurredMs,
      firstAt: position,
      station: event.station,
      several: false,
      vouched,
      countedAt: -1,
    })
    return
  }
  if (known.several) return
  const isOther = known.station !== event.station
  // What a station without trust heard supports nothing.
  if (trust === "lost" || !(isOther || (vouched && !known.vouched))) return
  if (known.countedAt >= 0) uncount(draft, known)
  const isFirstSupport = isOther && draft.stations.get(known.station)?.trust === "lost"
  FifoMap.set(
    draft.hearings,
    event.device,
    isFirstSupport && known.countedAt < 0
      ? { ...known, station: event.station, vouched }
      : { ...known, several: isOther, vouched: known.vouched || vouched, countedAt: -1 },
  )
}

const accepted = (draft: State, recorded: Recorded, event: MessageAccepted): void => {
  const hearing = FifoMap.get(draft.hearings, event.device)
  if (hearing === undefined || hearing.firstAt !== recorded.causes[0]) return
  if (hearing.several || hearing.vouched || hearing.countedAt >= 0) return
  const known = draft.stations.get(hearing.station)
  if (known === undefined) return
  const { position } = recorded
  FifoMap.set(draft.hearings, event.device, { ...hearing, countedAt: position })
  const station = own(draft, known)
  station.alone++
  station.aloneRecent = keepRecent(
    station.aloneRecent,
    { position, device: event.device, seq: event.seq, epoch: event.epoch },
    aloneMax,
  )
}

const uncount = (draft: State, hearing: Hearing): void => {
  const known = draft.stations.get(hearing.station)
  // Counted before trust was last good: that count began anew since.
  if (known === undefined || hearing.countedAt <= known.goodAt) return
  const station = own(draft, known)
  station.alone--
  station.aloneRecent = station.aloneRecent.filter(({ position }) => position !== hearing.countedAt)
}

const enrolmentOf = (position: Position, event: StationEnrolled): Enrolment => ({
  position,
  name: event.name ?? null,
  city: event.city ?? null,
  lat: event.lat ?? null,
  lng: event.lng ?? null,
  dataCentre: event.dataCentre ?? null,
})
