/**
 * The frame that a station heard, put together again from its fields: what `Uplink.decode` took apart. It is as it was
 * heard, whether or not its MAC and CRC were right.
 */
import * as Bytes from "../kernel/Bytes.ts"
import type { Rank } from "./FrameType.ts"
import * as Replica from "./Replica.ts"

export interface Heard {
  /** 13 bits. */
  readonly frameType: number
  readonly rank: Rank
  /** LI1 LI0 BF REP. */
  readonly flags: number
  readonly seq: number
  /** Number of the device. */
  readonly device: number
  readonly payload: Uint8Array
  readonly mac: Uint8Array
  readonly crc: number
}

/** Type and body; with its preamble where the type has 13 bits, which no other form can tell. */
export const heardHex = ({
  crc,
  device,
  flags,
  frameType,
  mac,
  payload,
  rank,
  seq,
}: Heard): string => {
  const body = Uint8Array.from([
    (flags << 4) | (seq >> 8),
    seq & 0xff,
    device & 0xff,
    (device >>> 8) & 0xff,
    (device >>> 16) & 0xff,
    device >>> 24,
    ...payload,
    ...mac,
    crc >> 8,
    crc & 0xff,
  ])
  const bodyHex = Bytes.toHex(Replica.encode(body, rank))
  return frameType < 0x1000
    ? Bytes.hexOf(frameType, 3) + bodyHex
    : `aaaa${Bytes.hexOf(0xa000 | frameType, 4)}${bodyHex}`
}
