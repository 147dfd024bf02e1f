/**
 * Downlink frames: what the network answers to an uplink that asked (Sigfox facts, part 2).
 *
 * On air a 91-bit preamble and 13-bit sync (`2aaa…b227`), then fifteen bytes, scrambled by device and
 * number of the asking uplink. Plain they are `ECC(4) | payload(8) | MAC(2) | CRC-8(1)`. Reading
 * corrects one bit in each bit plane, and never throws; the MAC is not checked here.
 */
import * as Bytes from "../kernel/Bytes.ts"
import { invariant } from "../kernel/invariant.ts"
import * as Bch from "./Bch.ts"
import * as Crc8 from "./Crc8.ts"
import * as Whitening from "./Whitening.ts"

/** 91 bits of preamble and 13 of sync. */
const airPreambleHex = "2aaaaaaaaaaaaaaaaaaaaab227"

/** The uplink that asked for a downlink: without it the downlink cannot be read. */
export interface Asked {
  /** 0 .. 2^32-1. */
  readonly device: number
  /** 0..4095. */
  readonly seq: number
}

/** The fifteen bytes, unscrambled and corrected, by field. */
export interface Content {
  readonly plain: Uint8Array
  readonly ecc: Uint8Array
  readonly payload: Uint8Array
  readonly mac: Uint8Array
  readonly crc: number
  /** Bits the code turned, 0..8. */
  readonly correctedBits: number
}

export interface Downlink extends Content {
  readonly _tag: "Downlink"
}

export interface DownlinkRefused {
  readonly _tag: "DownlinkRefused"
  /** `crc` also means another device or number than those given. */
  readonly reason: "not-hex" | "length" | "preamble" | "crc"
  readonly field: "text" | "preamble" | "CRC"
  /** In nibbles from the start of what was given. */
  readonly offset: number
  readonly detail: string
  /** Present for `crc`. */
  readonly claimed?: Content
}

/** Reads fifteen bytes, or their hex with or without preamble. */
export const decode = (input: string | Uint8Array, asked: Asked): Downlink | DownlinkRefused => {
  const found = typeof input === "string" ? scrambledOf(input) : ofLength(input)
  if ("_tag" in found) return found
  const plain = xor(found, Whitening.bytesOf(asked.device, asked.seq))
  const correctedBits = Bch.correct(plain)
  const content: Content = {
    plain,
    ecc: plain.slice(0, 4),
    payload: plain.slice(4, 12),
    mac: plain.slice(12, 14),
    crc: plain[14],
    correctedBits,
  }
  return content.crc === Crc8.of(plain, 4, 14)
    ? { _tag: "Downlink", ...content }
    : {
        ...refused("crc", "CRC", (typeof input === "string" ? input.length : 30) - 2),
        claimed: content,
      }
}

export interface Encoded {
  /** Thirty digits, scrambled. */
  readonly frameHex: string
  /** With preamble and sync. */
  readonly airHex: string
  readonly plain: Uint8Array
}

/** Writes a downlink of eight bytes; `mac` gives the MAC's two bytes over `macInput`. */
export const encode = (
  sent: Asked & { readonly payload: Uint8Array },
  mac: (macInput16: Uint8Array) => Uint8Array,
): Encoded => {
  const code = mac(macInput(sent))
  invariant(code.length === 2, "a downlink's MAC has two bytes")
  const plain = new Uint8Array(15)
  plain.set(sent.payload, 4)
  plain.set(code, 12)
  plain[14] = Crc8.of(plain, 4, 14)
  Bch.setParity(plain)
  const frameHex = Bytes.toHex(xor(plain, Whitening.bytesOf(sent.device, sent.seq)))
  return { frameHex, airHex: airPreambleHex + frameHex, plain }
}

/** The block that a downlink's MAC covers: `id LE(4) | seq LE(2) | payload(8) | id LE[0..1]`. */
export const macInput = (sent: Asked & { readonly payload: Uint8Array }): Uint8Array => {
  const { device, seq, payload } = sent
  invariant(device >>> 0 === device, "a device number has 32 bits")
  invariant(Number.isInteger(seq) && seq >= 0 && seq < 4096, "a sequence number has 12 bits")
  invariant(payload.length === 8, "a downlink carries eight bytes")
  const input = new Uint8Array(16)
  for (let i = 0; i < 4; i++) input[i] = device >>> (8 * i)
  input[4] = seq
  input[5] = seq >> 8
  input.set(payload, 6)
  input[14] = input[0]
  input[15] = input[1]
  return input
}

const details = {
  "not-hex": "this character is no hexadecimal digit",
  length: "a downlink has 30 digits, or 56 with its preamble",
  preamble: `the first 104 bits are not ${airPreambleHex}`,
  crc: "the CRC-8 is not that of payload and MAC: too many bits changed, or another device or number",
} as const

const refused = (
  reason: DownlinkRefused["reason"],
  field: DownlinkRefused["field"],
  offset: number,
): DownlinkRefused => ({
  _tag: "DownlinkRefused",
  reason,
  field,
  offset,
  detail: details[reason],
})

const ofLength = (bytes: Uint8Array): Uint8Array | DownlinkRefused =>
  bytes.length === 15 ? bytes : refused("length", "text", 2 * bytes.length)

const scrambledOf = (hex: string): Uint8Array | DownlinkRefused => {
  const bad = Bytes.firstNonHex(hex)
  if (bad >= 0) return refused("not-hex", "text", bad)
  const lead = hex.length - 30
  if (lead !== 0 && lead !== airPreambleHex.length) return refused("length", "text", hex.length)
  if (lead > 0 && hex.slice(0, lead).toLowerCase() !== airPreambleHex) {
    return refused("preamble", "preamble", 0)
  }
  const bytes = Bytes.fromHex(hex.slice(lead))
  invariant(bytes !== undefined, "thirty hexadecimal digits are fifteen bytes")
  return bytes
}

const xor = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((byte, i) => byte ^ b[i])
