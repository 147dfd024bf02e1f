/**
 * When and on which frequency a device that asked can be answered (Sigfox facts, part 3).
 *
 * The window is counted from the end of the device's first transmission. A station that heard only the second or
 * third knows its own end: the first ended one or two gaps and airtimes before. Where a zone has two bit
 * rates the airtime is not known, so the window is taken as narrow as both leave it.
 */
import type { Rank } from "./FrameType.ts"
import * as FrequencyPlan from "./FrequencyPlan.ts"
import { type RadioZone, type ZoneName, zones } from "./RadioZone.ts"

/** Between transmissions when a downlink is asked (part 3). */
export const rankGapMs = 500

/** 104 bits of preamble and sync and 120 of frame (part 2) at 600 Bd (part 3), rounded up. */
export const airtimeMs = Math.ceil(((104 + 120) * 1000) / 600)

/** A device confirms so long after it heard a downlink, at the latest (part 3). */
export const confirmsWithinMs = 4000

/** Preamble and type before the packet, CRC behind it (part 1). */
const bitsAround = 32 + 16

export interface Window {
  readonly opensAtMs: number
  readonly closesAtMs: number
}

/** The zone of that name; RC1 where there is none. */
export const zoneOf = (name: string | undefined): RadioZone =>
  name !== undefined && isZone(name) ? zones[name] : zones.RC1

const isZone = (name: string): name is ZoneName => Object.hasOwn(zones, name)

/** The window that a transmission opens, of which a station heard rank `rank` end at `endMs`. */
export const windowOf = (
  zone: RadioZone,
  heard: { readonly rank: Rank; readonly packetLength: number; readonly endMs: number },
): Window => {
  const bits = bitsAround + 8 * heard.packetLength
  const backMs = (bitRate: number): number =>
    (heard.rank - 1) * (rankGapMs + Math.ceil((bits * 1000) / bitRate))
  const earliest = heard.endMs - backMs(Math.min(...zone.bitRates))
  const latest = heard.endMs - backMs(Math.max(...zone.bitRates))
  return {
    opensAtMs: Math.ceil(latest + zone.windowOpensMs),
    closesAtMs: Math.floor(earliest + zone.windowOpensMs + zone.windowMs),
  }
}

/** Where the network answers a transmission of that rank heard at `heardHz`. */
export const answerHz = (zone: RadioZone, rank: Rank, heardHz: number): number => {
  const offset = rank === 1 ? 0 : rank === 2 ? zone.rankOffsetHz : -zone.rankOffsetHz
  return FrequencyPlan.downlinkHz(zone, heardHz - offset)
}
