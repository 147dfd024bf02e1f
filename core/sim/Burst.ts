/**
 * One message on the air: up to three transmissions, when, on which frequencies, and who can hear
 * them. True devices and attackers send the same thing.
 */
import type { Encoded } from "../frame/encodeUplink.ts"
import type * as Links from "./Links.ts"
import * as Noise from "./Noise.ts"

export interface Burst {
  /** Tells bursts of one instant apart, so that their order is the same in every run. */
  readonly order: number
  /** The sending device's number; -1 where the sender is no registered device. */
  readonly device: number
  /** Its own noise (see Noise). */
  readonly salt: number
  readonly links: Links.Links
  readonly transmissions: ReadonlyArray<Transmission>
}

interface Transmission {
  /** As stations hand it on: from the frame type on, or the bitstream where only that exists. */
  readonly frame: string
  readonly endMs: number
  readonly frequencyHz: number
}

/** A device's uplink in RC1: 100 bit/s (Sigfox facts, part 3). */
const msPerBit = 10
/** Gap between transmissions when a downlink is asked, and the longest otherwise (part 3). */
const gapAskedMs = 500
export const gapMaxMs = 2000

/** Gaps between the three transmissions of a message. */
export const gapsOf = (salt: number, downlinkAsked: boolean): readonly [number, number] =>
  downlinkAsked
    ? [gapAskedMs, gapAskedMs]
    : [Noise.mix(salt, 11) % (gapMaxMs + 1), Noise.mix(salt, 12) % (gapMaxMs + 1)]

/** Airtime of a bitstream of so many hex digits. */
const airtimeMs = (digits: number): number => digits * 4 * msPerBit

export const make = (given: {
  readonly order: number
  readonly device: number
  readonly salt: number
  readonly links: Links.Links
  /** When the first transmission begins. */
  readonly atMs: number
  readonly encoded: ReadonlyArray<Encoded>
  /** Between the first and second, second and third. */
  readonly gapsMs: ReadonlyArray<number>
  readonly frequenciesHz: ReadonlyArray<number>
}): Burst => {
  const { order, device, salt, links, encoded, gapsMs, frequenciesHz } = given
  let atMs = given.atMs
  const transmissions = encoded.map((rank, i): Transmission => {
    if (i > 0) atMs += gapsMs[i - 1]
    atMs += airtimeMs(rank.bitstreamHex.length)
    return {
      frame: rank.frameHex ?? rank.bitstreamHex,
      endMs: atMs,
      frequencyHz: frequenciesHz[i],
    }
  })
  return { order, device, salt, links, transmissions }
}
