/**
 * A place to read one uplink frame into, again and again, without making garbage.
 *
 * Who owns a slot reads it before the next `Uplink.decodeInto`: its bytes are overwritten then.
 * `packet` and `crc` of a refused frame are filled only where the reason says there was a packet
 * (`crc`, `reserved-flag`, `length-indicator`); lengths of MAC and payload only of a good one.
 */
import type { Rank } from "./FrameType.ts"

export interface Slot {
  /** Packet and CRC in the form of rank 1; only the first `packetLength` bytes are the packet. */
  readonly body: Uint8Array
  packetLength: number
  /** Payload begins at byte 6 of `body`; the MAC follows it. */
  payloadLength: number
  macLength: number
  /** 13 bits. */
  frameType: number
  rank: Rank
  control: boolean
  flags: number
  seq: number
  /** 0 .. 2^32-1. */
  device: number
  /** As sent. */
  crc: number
}

export const make = (): Slot => ({
  // 22: the longest packet (20) and its CRC.
  body: new Uint8Array(22),
  packetLength: 0,
  payloadLength: 0,
  macLength: 0,
  frameType: 0,
  rank: 1,
  control: false,
  flags: 0,
  seq: 0,
  device: 0,
  crc: 0,
})
