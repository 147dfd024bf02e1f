/**
 * One message as stations hear it: the receptions of one packet within the tally window, as in
 * `core/decide/Attempts.ts`, with what was decided about it.
 *
 * Sightings are owned by the scene and change in place: they are made at the rate of messages and
 * filled at the rate of receptions. A copy of the scene copies those that are still open.
 */
import type { Position } from "../../core/event/Envelope.ts"
import type { AcceptWarning, RefusalReason } from "../../core/event/decision.ts"
import type { FrameSign } from "../../core/event/reception.ts"
import * as Profile from "./Profile.ts"

/** Stations known by number; receptions of others are not looked at. */
export const stationsMax = 65_536

/** Receptions kept of one message: 22 stations x 3 ranks is a city; more are only counted. */
export const cellsMax = 96

/** Numbers of one reception, in this order; absent measurements are `nothing`. */
export const cellSize = 6
export const atStation = 0
export const atRank = 1
export const atMs = 2
export const atHz = 3
export const atDbm = 4
export const atPosition = 5
/** No frequency and no strength is this low. */
export const nothing = -1_000_000

export type Sighting = {
  readonly device: string
  readonly seq: number
  readonly control: boolean
  /** Keyed digest of the packet: equal means the same bytes. */
  readonly digest: string
  readonly payloadLength: number
  readonly macLength: number
  readonly downlinkAsked: boolean
  readonly signs: ReadonlyArray<FrameSign>
  /** Its first reception. */
  readonly firstAt: Position
  readonly firstMs: number
  /** The log's clock then. */
  readonly openedMs: number
  /** How far its first reception was behind that clock. */
  readonly lagMs: number
  lastAt: Position
  /** Flat: `cellSize` numbers a reception. Times are after `firstMs`. */
  readonly cells: Array<number>
  over: number
  verdict: "open" | "accepted" | "refused"
  verdictAt: Position
  reason: RefusalReason | null
  epoch: number
  missing: number
  warning: AcceptWarning | null
}

export const copy = (sighting: Sighting): Sighting => ({
  ...sighting,
  cells: sighting.cells.slice(),
})

/** Its receivers as links (`Profile.linkOf`), each once with its best strength, in the order they were recorded. */
export const linksOf = ({ cells }: Sighting): ReadonlyArray<number> => {
  const links: Array<number> = []
  for (let i = 0; i < cells.length; i += cellSize) {
    const link = Profile.linkOf(cells[i + atStation], cells[i + atDbm])
    let at = 0
    while (at < links.length && links[at] >> 8 !== link >> 8) at++
    if (at === links.length) links.push(link)
    else if (link < links[at]) links[at] = link
  }
  return links
}

/** Its stations' numbers, each once. */
export const stationsOf = (sighting: Sighting): ReadonlyArray<number> =>
  linksOf(sighting).map(Profile.stationOf)

/** The station that heard it best. */
export const strongest = (sighting: Sighting): number => {
  const { cells } = sighting
  let at = 0
  for (let i = cellSize; i < cells.length; i += cellSize)
    if (cells[i + atDbm] > cells[at + atDbm]) at = i
  return cells[at + atStation]
}

/** The frequency of a rank: the middle one of what stations say where they do not agree, so that one liar does not count. */
export const frequencyOf = ({ cells }: Sighting, rank: number): number | undefined => {
  let first = nothing
  let isAgreed = true
  for (let i = 0; i < cells.length && isAgreed; i += cellSize) {
    const hz = cells[i + atHz]
    if (cells[i + atRank] !== rank || hz === nothing) continue
    if (first === nothing) first = hz
    else isAgreed = Math.abs(hz - first) <= agreementHz
  }
  if (first === nothing) return undefined
  return isAgreed ? first : middleOf(cells, rank)
}

/** Two stations hear one transmission within this, Hz: their references differ by less. */
export const agreementHz = 200

const middleOf = (cells: ReadonlyArray<number>, rank: number): number => {
  const heard: Array<number> = []
  for (let i = 0; i < cells.length; i += cellSize)
    if (cells[i + atRank] === rank && cells[i + atHz] !== nothing) heard.push(cells[i + atHz])
  heard.sort((a, b) => a - b)
  return heard[heard.length >> 1]
}
