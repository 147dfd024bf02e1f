/**
 * Each station: who it is, whether its configuration is the one it should have, and which accepted
 * messages would fall with it.
 *
 * A message *rests alone* on a station when no other trusted station heard it and the reception
 * carried no digest that matched. Such messages are counted from the moment trust was last good: that
 * is the blast radius if the station turns out to have been tampered with. Of a station whose TPM is enrolled only
 * accepted evidence makes it good: a digest in a reception is its own word. The count can be too
 * high, never too low: a copy that comes after its message has aged out of `hearings` does not take it back.
 */
import * as Attested from "../../core/decide/Attested.ts"
import * as Endorsements from "../../core/decide/Endorsements.ts"
import type { Position, Recorded } from "../../core/event/Envelope.ts"
import { policyDefault } from "../../core/event/policy.ts"
import type { StationEnrolled } from "../../core/event/registration.ts"
import { outside } from "../../core/event/subjects.ts"
import * as FifoMap from "../../core/kernel/FifoMap.ts"
import { sortedPairs, type Json, type Projection } from "../Projection.ts"
import { accepted, frameHeard } from "./alone.ts"
import {
  type Enrolment,
  fresh,
  good,
  type Hearing,
  hearingsMax,
  own,
  reachable,
  type State,
  type Station,
} from "./Station.ts"

export type { State, Station } from "./Station.ts"

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
      change(draft, event.station, { retired: true })
      return attest(draft, event.station, recorded)
    case "ReferenceValuesAdopted":
      return change(draft, event.station, {
        reference: event.configDigest,
        referenceAt: position,
        ...trusted(recorded),
      })
    case "StationTrustLost":
      change(draft, event.station, { trust: "lost", trustAt: position, trustMs: occurredMs })
      return attest(draft, event.station, recorded)
    case "EvidenceAppraised": {
      attest(draft, event.station, recorded)
      const { result } = event
      if (result._tag === "QuoteRefused") return
      const reference =
        result.configDigest === null
          ? {}
          : { reference: result.configDigest, referenceAt: position }
      return change(draft, event.station, { ...reference, ...good(position) })
    }
    case "ChallengeIssued":
    case "StationFellSilent":
    case "StationBootRefused":
    case "ForeignReceptionsRefused":
    case "EndorsementKeyPinned":
    case "EnrolmentOffered":
    case "StationTpmEnrolled":
    case "StationCertified":
      return attest(draft, event.station, recorded)
    case "EndorsementRootTrusted":
    case "EndorsementRootDistrusted":
    case "ReferenceValuesPublished":
    case "ReferenceValuesSuperseded":
      return referencesChanged(draft, recorded)
    case "StationTrustRestored":
      return change(draft, event.station, trusted(recorded))
    case "PolicyAdopted":
      draft.tallyWindowMs = event.policy.tallyWindowMs
      draft.evidenceStaleMs = event.policy.evidenceStaleMs
      draft.challengeEveryMs = event.policy.challengeEveryMs
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
    case "ReceptionsRepeated":
    case "EarlierTwinFound":
    case "EvidencePresented":
    case "CredentialIssued":
    case "EnrolmentRefused":
      return
    default:
      return outside<
        | "attestation"
        | "decision"
        | "endorsement"
        | "policy"
        | "reception"
        | "referenceValues"
        | "registration"
        | "report"
      >(event)
  }
}

export const projection: Projection<State> = {
  name: "integrity",
  version: 2,
  initial: () => ({
    owner: {},
    stations: new Map(),
    hearings: FifoMap.make(hearingsMax),
    endorsements: Endorsements.make(),
    tallyWindowMs: policyDefault.tallyWindowMs,
    evidenceStaleMs: policyDefault.evidenceStaleMs,
    challengeEveryMs: policyDefault.challengeEveryMs,
    unenrolled: 0,
    overflow: 0,
  }),
  apply,
  copy: (state) => {
    state.owner = {}
    const { watch: _, ...kept } = state
    return {
      ...kept,
      owner: {},
      stations: new Map(state.stations),
      hearings: FifoMap.copy(state.hearings),
      endorsements: Endorsements.copy(state.endorsements),
    }
  },
  encode: (state) => ({
    stations: sortedPairs(state.stations).map(([, station]) => station),
    hearings: FifoMap.pairsOldestFirst(state.hearings),
    roots: sortedPairs(state.endorsements.roots),
    // In the order in which they were published: the latest holds.
    published: [...state.endorsements.published],
    superseded: [...state.endorsements.superseded],
    tallyWindowMs: state.tallyWindowMs,
    evidenceStaleMs: state.evidenceStaleMs,
    challengeEveryMs: state.challengeEveryMs,
    unenrolled: state.unenrolled,
    overflow: state.overflow,
  }),
  decode: (json: Json): State => {
    // Written by `encode` of the same version; snapshots carry a digest that was checked.
    const { published, roots, superseded, ...from } = json as unknown as Encoded
    const hearings = FifoMap.make<Hearing>(hearingsMax)
    for (const [device, hearing] of from.hearings) FifoMap.set(hearings, device, hearing)
    return {
      ...from,
      owner: {},
      stations: new Map(from.stations.map((station) => [station.station, station])),
      hearings,
      endorsements: {
        roots: new Map(roots),
        published: new Map(published),
        superseded: new Map(superseded),
      },
    }
  },
}

type Pairs<Key extends keyof Endorsements.Endorsements> = ReadonlyArray<
  Endorsements.Endorsements[Key] extends Map<infer Name, infer Value>
    ? readonly [Name, Value]
    : never
>

type Encoded = Omit<State, "owner" | "stations" | "hearings" | "endorsements" | "watch"> & {
  readonly roots: Pairs<"roots">
  readonly published: Pairs<"published">
  readonly superseded: Pairs<"superseded">
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

const trusted = ({ occurredMs, position }: Recorded): Partial<Station> => ({
  trust: "attested",
  trustAt: position,
  trustMs: occurredMs,
  ...good(position),
})

const change = (draft: State, id: string, by: Partial<Station>): void => {
  const station = reachable(draft, id)
  if (station !== undefined) Object.assign(station, by)
}

const attest = (draft: State, id: string, recorded: Recorded): void => {
  const station = reachable(draft, id)
  if (station !== undefined)
    station.attested = Attested.evolve(station.attested ?? Attested.initial, recorded)
}

const referencesChanged = (draft: State, recorded: Recorded): void => {
  const changed = Endorsements.apply(draft.endorsements, recorded)
  if (changed === undefined) return
  for (const id of changed.stations ?? draft.stations.keys()) {
    const known = draft.stations.get(id)
    if (known !== undefined && known.attested !== null)
      own(draft, known).attested = Attested.wantReference(known.attested)
  }
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

const enrolmentOf = (position: Position, event: StationEnrolled): Enrolment => ({
  position,
  name: event.name ?? null,
  city: event.city ?? null,
  lat: event.lat ?? null,
  lng: event.lng ?? null,
  dataCentre: event.dataCentre ?? null,
})
