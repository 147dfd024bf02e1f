/** What the projection keeps of a station, and its state as a whole. */
import type * as Attested from "../../core/decide/Attested.ts"
import type * as Endorsements from "../../core/decide/Endorsements.ts"
import type { Position } from "../../core/event/Envelope.ts"
import type * as FifoMap from "../../core/kernel/FifoMap.ts"
import { type Mutable, type Owned, owner, type Owner } from "../../core/kernel/owner.ts"

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
  /** What its TPM proved; null for a station without one. */
  readonly attested: Attested.Attested | null
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
export type Hearing = {
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
  readonly endorsements: Endorsements.Endorsements
  /** Of the policy that holds. */
  tallyWindowMs: number
  evidenceStaleMs: number
  challengeEveryMs: number
  unenrolled: number
  overflow: number
  /** Who asks for every message that rests on one station alone. No part of the state: it is in no snapshot. */
  watch?: Watch
}

export interface Watch {
  readonly station: string
  /** By the position of its acceptance. */
  readonly messages: Map<Position, AloneMessage>
}

/** As the state that owns it sees it. */
export type Kept = Mutable<Station> & Owned

export const fresh = (station: string, by: Owner): Kept => ({
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
  attested: null,
  receptions: 0,
  reportedReceptions: 0,
  lastHeardMs: null,
  goodAt: -1,
  alone: 0,
  aloneRecent: [],
})

/** The station, to be changed in place, put into the state if it was not there. */
export const own = (draft: State, station: Station): Kept => {
  const kept = station as Kept // made by `fresh` or here, or not owned
  if (kept[owner] === draft.owner && draft.stations.has(kept.station)) return kept
  const owned = { ...kept, [owner]: draft.owner }
  draft.stations.set(owned.station, owned)
  return owned
}

/** The station, to be changed in place; made known if there is room. */
export const reachable = (draft: State, id: string): Kept | undefined => {
  const known = draft.stations.get(id) as Kept | undefined // as in `own`
  if (known !== undefined) return known[owner] === draft.owner ? known : own(draft, known)
  if (draft.unenrolled >= unenrolledMax) {
    draft.overflow++
    return undefined
  }
  draft.unenrolled++
  return own(draft, fresh(id, draft.owner))
}

export const good = (position: Position): Pick<Station, "goodAt" | "alone" | "aloneRecent"> => ({
  goodAt: position,
  alone: 0,
  aloneRecent: [],
})
