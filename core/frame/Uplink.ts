/**
 * Reads uplink frames, bit for bit and strictly: what is not exactly a frame is refused, and no
 * input makes it throw.
 *
 * Two forms go in, told apart by their length alone:
 * - a frame, hex only: 12-bit type and body, 23/25/31/39/47 digits (always odd);
 * - a bitstream, hex or bytes: 19 bits of preamble, 13-bit type and body, 14/15/18/22/26 bytes. The
 *   control frame of rank 3 exists only so: its type does not fit 12 bits.
 *
 * The body is `flags(4) | seq(12) | device(32, little-endian) | payload | MAC(2..5) | CRC(16)`, coded
 * by rank. The MAC is not checked here. Source: Sigfox facts, part 1.
 */
import * as Bytes from "../kernel/Bytes.ts"
import * as Crc16 from "./Crc16.ts"
import {
  type Claimed,
  deviceHexOf,
  type Field,
  type Frame,
  type FrameRefused,
  type RefusalReason,
} from "./Frame.ts"
import { control, formOf, headerLength, rankOf } from "./FrameType.ts"
import * as Replica from "./Replica.ts"
import * as Slot from "./Slot.ts"

export { encode, encodeRanks, type Encoded, type Sent } from "./encodeUplink.ts"

/** Reads one frame; a value in every case. */
export const decode = (input: string | Uint8Array): Frame | FrameRefused => {
  const outcome = decodeInto(shared, input)
  return outcome === "ok" ? frameOf(shared) : refusalOf(outcome, shared, input)
}

/**
 * The same reading without making an object: fills `slot` and tells "ok" or why not.
 *
 * For the hot path; `decode` is this and a copy.
 */
export const decodeInto = (slot: Slot.Slot, input: string | Uint8Array): "ok" | RefusalReason => {
  const isText = typeof input === "string"
  const nibbles = isText ? input.length : 2 * input.length
  const packetLength = packetLengthOf[nibbles] ?? 0
  if (packetLength === 0) {
    return isText && Bytes.firstNonHex(input) >= 0 ? "not-hex" : "length"
  }
  const { body } = slot
  const bodyLength = packetLength + 2
  let start: number
  if (isText) {
    const lead = nibbles - 2 * bodyLength
    if (!readHex(body, bodyLength, input, lead)) return "not-hex"
    start = leadOf(input, lead)
    if (start < 0) return "not-hex"
    if (lead === 8) {
      if (!isPreamble(start)) return "preamble"
      start &= 0x1fff
    }
  } else {
    start = ((input[0] << 24) | (input[1] << 16) | (input[2] << 8) | input[3]) >>> 0
    if (!isPreamble(start)) return "preamble"
    start &= 0x1fff
    for (let i = 0; i < bodyLength; i++) body[i] = input[4 + i]
  }
  const form = formOf(start)
  if (form === undefined) return "frame-type"
  if (form.packetLength !== packetLength) return "type-length"
  const rank = rankOf(start)
  Replica.decodeInPlace(body, bodyLength, rank)
  return readBody(slot, start, rank, packetLength, form === control, form.macLengths)
}

/** The good frame in a slot as a value of its own, sharing nothing with the slot. */
export const frameOf = (slot: Slot.Slot): Frame => {
  const { packetLength, payloadLength, flags } = slot
  const { body } = slot
  const macAt = headerLength + payloadLength
  const li = flags >> 2
  const isShort = payloadLength === 0
  const frame: Frame = {
    _tag: "Frame",
    frameType: slot.frameType,
    rank: slot.rank,
    kind: slot.control ? "control" : isShort ? (li === 0 ? "empty" : "bit") : "data",
    flags,
    li,
    downlinkAsked: (flags & 2) !== 0,
    seq: slot.seq,
    device: slot.device,
    deviceHex: deviceHexOf(slot.device),
    packet: body.slice(0, packetLength),
    // Copies: a view of a small new array makes V8 move its bytes out of line (measured: 1 us).
    payload: body.slice(headerLength, macAt),
    mac: body.slice(macAt, packetLength),
    crc: slot.crc,
  }
  return isShort && li >= 2 ? { ...frame, bit: li === 3 ? 1 : 0 } : frame
}

/** Why `decodeInto` refused `input`, in full. */
export const refusalOf = (
  reason: RefusalReason,
  slot: Slot.Slot,
  input: string | Uint8Array,
): FrameRefused => {
  const nibbles = typeof input === "string" ? input.length : 2 * input.length
  const at = placeOf(reason, nibbles, input)
  const refused = { _tag: "FrameRefused", reason, ...at } as const
  return reason === "crc" || reason === "reserved-flag" || reason === "length-indicator"
    ? { ...refused, claimed: claimedOf(slot) }
    : refused
}

/** What a slot refused for its CRC, flag or length indicator says of itself. */
export const claimedOf = (slot: Slot.Slot): Claimed => ({
  frameType: slot.frameType,
  rank: slot.rank,
  flags: slot.flags,
  seq: slot.seq,
  device: slot.device,
  deviceHex: deviceHexOf(slot.device),
  packet: slot.body.slice(0, slot.packetLength),
  crc: slot.crc,
})

const shared = Slot.make()

/** Packet length by the number of nibbles given, 0 where none has that many. */
const packetLengthOf = new Uint8Array(64)
for (const packetLength of [8, 9, 12, 16, 20]) {
  packetLengthOf[3 + 2 * (packetLength + 2)] = packetLength
  packetLengthOf[8 + 2 * (packetLength + 2)] = packetLength
}

/** Whether the first 19 of these 32 bits are 1010…101. */
const isPreamble = (lead: number): boolean => lead >>> 13 === 0b1010101010101010101

/** The value of the first `count` (3 or 8) digits, or -1 where one is no digit. */
const leadOf = (text: string, count: number): number => {
  let value = 0
  for (let i = 0; i < count; i++) {
    const nibble = Bytes.nibbleAt(text, i)
    if (nibble === 255) return -1
    value = value * 16 + nibble
  }
  return value
}

/** Reads `length` bytes from the digit at `from`; false where one is no digit. */
const readHex = (target: Uint8Array, length: number, text: string, from: number): boolean => {
  let seen = 0
  let at = from
  for (let i = 0; i < length; i++) {
    const high = text.charCodeAt(at)
    const low = text.charCodeAt(at + 1)
    // A code beyond the table reads as 0, so its own high bits are kept too.
    const byte = (digitOf[high] << 4) | digitOf[low]
    seen |= byte | ((high | low) & 0xff00)
    target[i] = byte
    at += 2
  }
  return seen < 256
}

/** Value of each character code as a hex digit, 0x1000 (over a byte, also when shifted) for none. */
const digitOf = Uint16Array.from({ length: 256 }, (_, code) => {
  const value = Bytes.nibbleAt(String.fromCharCode(code), 0)
  return value === 255 ? 0x1000 : value
})

const readBody = (
  slot: Slot.Slot,
  frameType: number,
  rank: Slot.Slot["rank"],
  packetLength: number,
  isControl: boolean,
  macLengths: readonly [number, number, number, number],
): "ok" | RefusalReason => {
  const { body } = slot
  const flags = body[0] >> 4
  slot.frameType = frameType
  slot.rank = rank
  slot.control = isControl
  slot.packetLength = packetLength
  slot.flags = flags
  slot.seq = ((body[0] & 15) << 8) | body[1]
  slot.device = (body[2] | (body[3] << 8) | (body[4] << 16) | (body[5] << 24)) >>> 0
  slot.crc = (body[packetLength] << 8) | body[packetLength + 1]
  if (slot.crc !== Crc16.of(body, packetLength)) return "crc"
  if ((flags & 1) !== 0) return "reserved-flag"
  const macLength = macLengths[flags >> 2]
  if (macLength === 0) return "length-indicator"
  slot.macLength = macLength
  slot.payloadLength = packetLength - headerLength - macLength
  return "ok"
}

interface Place {
  readonly field: Field
  readonly offset: number
  readonly detail: string
}

const placeOf = (reason: RefusalReason, nibbles: number, input: string | Uint8Array): Place => {
  const isBitstream = nibbles % 2 === 0
  const body = isBitstream ? 8 : 3
  // The 13th bit of a type is the last of nibble 4.
  const type = isBitstream ? 4 : 0
  switch (reason) {
    case "not-hex": {
      const offset = typeof input === "string" ? Bytes.firstNonHex(input) : 0
      return { field: "text", offset, detail: "this character is no hexadecimal digit" }
    }
    case "length":
      return {
        field: "text",
        offset: nibbles,
        detail: `${nibbles} digits: a frame has 23, 25, 31, 39 or 47, a bitstream 28, 30, 36, 44 or 52`,
      }
    case "preamble":
      return { field: "preamble", offset: 0, detail: "the first 19 bits are not 1010…101" }
    case "frame-type":
      return { field: "frame type", offset: type, detail: "no uplink frame has this type" }
    case "type-length":
      return {
        field: "frame type",
        offset: type,
        detail: `a frame of this type does not have ${nibbles} digits`,
      }
    case "crc":
      return {
        field: "CRC",
        offset: nibbles - 4,
        detail: "the CRC-16 is not that of the packet: bits were changed, or the rank is another",
      }
    case "reserved-flag":
      return { field: "flags", offset: body, detail: "the flag REP is 1: the network rejects it" }
    case "length-indicator":
      return {
        field: "flags",
        offset: body,
        detail: "no sender uses this length indicator with this type",
      }
  }
}
