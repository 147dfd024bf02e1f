/**
 * What all rules look at: the log's clock, the stations, the messages being heard, what is usual for each
 * device. Kept once, so that a rule keeps only what is its own.
 *
 * - The log's clock is the latest time any source named, no later than ours: it goes with live traffic as with
 *   the import of an old file, and never back.
 * - A message is *settled* when the tally window has passed on that clock since it was opened: then all
 *   rules see it at once.
 */
import { isControl } from "../../core/decide/Attempts.ts"
import type { Position, Recorded } from "../../core/event/Envelope.ts"
import type { MessageAccepted, MessageRefused } from "../../core/event/decision.ts"
import type { FrameHeard, FrameSign } from "../../core/event/reception.ts"
import type { StationEnrolled } from "../../core/event/registration.ts"
import { policyDefault } from "../../core/event/policy.ts"
import * as FifoMap from "../../core/kernel/FifoMap.ts"
import { sortedPairs } from "../Projection.ts"
import type { Evidence } from "./Evidence.ts"
import * as Profile from "./Profile.ts"
import * as Sighting from "./Sighting.ts"

/** Messages being heard; the oldest is settled early. 926/s, the published peak, fill it in 35 s. */
export const openMax = 32_768
/** Messages of one device that may take in more receptions: the newest. */
export const openPerDeviceMax = 8
/** Devices heard somewhere else than usual. */
export const elsewhereMax = 4_096
/** So many messages in a row from elsewhere, and none from where it was: the device moved. */
export const movedAfter = 5

export type Station = {
  readonly index: number
  readonly id: string
  readonly lat: number | null
  readonly lng: number | null
  /** Its city; its own id where none is known. */
  readonly area: string
}

type Elsewhere = { readonly count: number; readonly links: ReadonlyArray<number> }

export interface Scene {
  nowMs: number
  windowMs: number
  readonly stations: Map<string, Station>
  readonly byIndex: Array<Station>
  readonly profiles: Map<string, Profile.Packed>
  readonly elsewhere: FifoMap.FifoMap<Elsewhere>
  /** By device, the newest last. */
  readonly open: Map<string, Array<Sighting.Sighting>>
  /** All open ones from `head` on, the oldest first. */
  readonly queue: Array<Sighting.Sighting>
  head: number
}

export const make = (): Scene => ({
  nowMs: 0,
  windowMs: policyDefault.tallyWindowMs,
  stations: new Map(),
  byIndex: [],
  profiles: new Map(),
  elsewhere: FifoMap.make(elsewhereMax),
  open: new Map(),
  queue: [],
  head: 0,
})

export const profileOf = (scene: Scene, device: string): Profile.Profile => {
  const packed = scene.profiles.get(device)
  return packed === undefined ? Profile.initial : Profile.unpack(packed)
}

const keep = (scene: Scene, device: string, profile: Profile.Profile): void => {
  scene.profiles.set(device, Profile.pack(profile))
}

/** Takes the time of an event in: the clock stands at the latest, and never beyond our own. */
export const advance = (scene: Scene, { occurredMs, recordedMs }: Recorded): void => {
  const atMs = occurredMs < recordedMs ? occurredMs : recordedMs
  if (atMs > scene.nowMs) scene.nowMs = atMs
}

/** The next message that is over, taken out; undefined when none is. */
export const nextSettled = (scene: Scene): Sighting.Sighting | undefined => {
  if (scene.head >= scene.queue.length) return undefined
  const oldest = scene.queue[scene.head]
  const isOver = scene.nowMs - oldest.openedMs > scene.windowMs
  const waiting = scene.queue.length - scene.head
  if (!isOver && waiting <= openMax) return undefined
  scene.head++
  if (scene.head > 1024 && scene.head * 2 > scene.queue.length) {
    scene.queue.splice(0, scene.head)
    scene.head = 0
  }
  // It is its device's oldest too, unless newer ones pushed it out already.
  const own = scene.open.get(oldest.device)
  if (own?.[0] === oldest) {
    if (own.length === 1) scene.open.delete(oldest.device)
    else own.shift()
  }
  return oldest
}

/** Takes in a reception whose MAC held. Gives its message. */
export const heard = (
  scene: Scene,
  { occurredMs, position }: Recorded,
  frame: FrameHeard,
): Sighting.Sighting | undefined => {
  const station = scene.stations.get(frame.station) ?? metStation(scene, frame.station)
  if (station === undefined) return undefined
  const sighting = findOpen(scene, frame, occurredMs) ?? opened(scene, frame, occurredMs, position)
  const { cells } = sighting
  sighting.lastAt = position
  if (cells.length >= Sighting.cellsMax * Sighting.cellSize) sighting.over++
  else
    cells.push(
      station.index,
      frame.rank,
      occurredMs - sighting.firstMs,
      frame.frequencyHz ?? Sighting.nothing,
      frame.rssiDbm ?? Sighting.nothing,
      position,
    )
  return sighting
}

/** The first cause of a decision is the message's first reception. */
export const decided = (
  scene: Scene,
  { causes, position }: Recorded,
  event: MessageAccepted | MessageRefused,
): void => {
  const sighting = scene.open
    .get(event.device)
    ?.findLast((candidate) => candidate.firstAt === causes[0])
  if (sighting === undefined) return
  sighting.verdictAt = position
  if (event._tag === "MessageAccepted") {
    sighting.verdict = "accepted"
    sighting.reason = null
    sighting.epoch = event.epoch
    sighting.missing = event.missing
    sighting.warning = event.warning ?? null
  } else {
    sighting.verdict = "refused"
    sighting.reason = event.reason
  }
}

/** Takes a settled message into what is usual for its device; `known` is what was usual before. */
export const learn = (
  scene: Scene,
  sighting: Sighting.Sighting,
  evidence: Evidence,
  known: Profile.Profile,
): void => {
  const { device, seq, verdict } = sighting
  const marks = Profile.withMark(known.marks, Profile.markOf(sighting, evidence.isForeign))
  const lastSeq = verdict === "accepted" ? seq : known.lastSeq
  if (verdict !== "accepted" || sighting.signs.length > 0) {
    const refused = known.refused + (verdict === "refused" ? 1 : 0)
    if (marks !== known.marks || refused !== known.refused)
      keep(scene, device, { ...known, marks, refused })
    return
  }
  const { receivers } = evidence
  if (evidence.isForeign) {
    const links = moved(scene, device, receivers)
    keep(scene, device, { ...known, marks, lastSeq, links: links ?? known.links })
    return
  }
  if (FifoMap.get(scene.elsewhere, device) !== undefined)
    FifoMap.set(scene.elsewhere, device, { count: 0, links: [] })
  keep(scene, device, {
    seen: known.seen + 1,
    follows: known.follows + (evidence.generator === true ? 1 : 0),
    strays: known.strays + (evidence.generator === false ? 1 : 0),
    lastMs: Math.max(known.lastMs, sighting.firstMs),
    lastSeq,
    ...Profile.withGap(known, known.seen === 0 ? 0 : sighting.firstMs - known.lastMs),
    refused: known.refused,
    links: Profile.withHeard(known.links, receivers),
    marks,
  })
}

export const enrolled = (scene: Scene, event: StationEnrolled): void => {
  const known = scene.stations.get(event.station)
  const index = known?.index ?? scene.byIndex.length
  if (known === undefined && index >= Sighting.stationsMax) return
  put(scene, {
    index,
    id: event.station,
    lat: event.lat ?? null,
    lng: event.lng ?? null,
    area: event.city ?? event.station,
  })
}

/** How far a time lies behind the log's clock. */
export const lagOf = (scene: Scene, occurredMs: number): number =>
  Math.max(0, scene.nowMs - occurredMs)

export const copy = (scene: Scene): Scene => {
  const queue = scene.queue.slice(scene.head).map(Sighting.copy)
  return {
    ...scene,
    stations: new Map(scene.stations),
    byIndex: scene.byIndex.slice(),
    profiles: new Map(scene.profiles),
    elsewhere: FifoMap.copy(scene.elsewhere),
    open: openOf(queue),
    queue,
    head: 0,
  }
}

export type Encoded = {
  readonly nowMs: number
  readonly windowMs: number
  readonly stations: ReadonlyArray<Station>
  readonly profiles: ReadonlyArray<readonly [string, Profile.Packed]>
  readonly elsewhere: ReadonlyArray<readonly [string, Elsewhere]>
  readonly open: ReadonlyArray<Sighting.Sighting>
}

export const encode = (scene: Scene): Encoded => ({
  nowMs: scene.nowMs,
  windowMs: scene.windowMs,
  stations: scene.byIndex.slice(),
  profiles: sortedPairs(scene.profiles),
  elsewhere: FifoMap.pairsOldestFirst(scene.elsewhere),
  open: scene.queue.slice(scene.head).map(Sighting.copy),
})

export const decode = (from: Encoded): Scene => {
  const scene = make()
  const queue = from.open.map(Sighting.copy)
  const decodedScene: Scene = { ...scene, queue, open: openOf(queue) }
  decodedScene.nowMs = from.nowMs
  decodedScene.windowMs = from.windowMs
  for (const station of from.stations) put(decodedScene, station)
  for (const [device, profile] of from.profiles) decodedScene.profiles.set(device, profile)
  for (const [device, one] of from.elsewhere) FifoMap.set(decodedScene.elsewhere, device, one)
  return decodedScene
}

const noSigns: ReadonlyArray<FrameSign> = []

const findOpen = (
  scene: Scene,
  frame: FrameHeard,
  occurredMs: number,
): Sighting.Sighting | undefined => {
  const known = scene.open.get(frame.device)
  if (known === undefined) return undefined
  for (let i = known.length - 1; i >= 0; i--) {
    const sighting = known[i]
    if (
      sighting.seq === frame.seq &&
      sighting.digest === frame.payload.digest &&
      Math.abs(occurredMs - sighting.firstMs) <= scene.windowMs &&
      sighting.control === isControl(frame.frameType)
    )
      return sighting
  }
  return undefined
}

const opened = (
  scene: Scene,
  frame: FrameHeard,
  occurredMs: number,
  position: Position,
): Sighting.Sighting => {
  const sighting: Sighting.Sighting = {
    device: frame.device,
    seq: frame.seq,
    control: isControl(frame.frameType),
    digest: frame.payload.digest,
    payloadLength: frame.payload.length,
    macLength: frame.mac.length / 2,
    downlinkAsked: (frame.flags & 2) !== 0,
    signs: frame.signs ?? noSigns,
    firstAt: position,
    firstMs: occurredMs,
    openedMs: scene.nowMs,
    lagMs: lagOf(scene, occurredMs),
    lastAt: position,
    cells: [],
    over: 0,
    verdict: "open",
    verdictAt: -1,
    reason: null,
    epoch: -1,
    missing: 0,
    warning: null,
  }
  scene.queue.push(sighting)
  putOpen(scene.open, sighting)
  return sighting
}

const putOpen = (
  open: Map<string, Array<Sighting.Sighting>>,
  sighting: Sighting.Sighting,
): void => {
  const own = open.get(sighting.device)
  if (own === undefined) open.set(sighting.device, [sighting])
  else {
    own.push(sighting)
    if (own.length > openPerDeviceMax) own.shift()
  }
}

const metStation = (scene: Scene, id: string): Station | undefined => {
  if (scene.byIndex.length >= Sighting.stationsMax) return undefined
  return put(scene, { index: scene.byIndex.length, id, lat: null, lng: null, area: id })
}

const put = (scene: Scene, station: Station): Station => {
  scene.stations.set(station.id, station)
  scene.byIndex[station.index] = station
  return station
}

/** The new links once a device was heard elsewhere for long enough. */
const moved = (
  scene: Scene,
  device: string,
  receivers: ReadonlyArray<number>,
): ReadonlyArray<number> | undefined => {
  const before = FifoMap.get(scene.elsewhere, device) ?? { count: 0, links: [] }
  const next = { count: before.count + 1, links: Profile.withHeard(before.links, receivers) }
  const isMoved = next.count >= movedAfter
  FifoMap.set(scene.elsewhere, device, isMoved ? { count: 0, links: [] } : next)
  return isMoved ? next.links : undefined
}

const openOf = (queue: ReadonlyArray<Sighting.Sighting>): Map<string, Array<Sighting.Sighting>> => {
  const open = new Map<string, Array<Sighting.Sighting>>()
  for (const sighting of queue) putOpen(open, sighting)
  return open
}
