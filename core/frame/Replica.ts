/**
 * The codes that make a message's second and third transmission differ from its first.
 *
 * With u the body (packet and CRC) bit by bit, most significant first, from a zero state:
 * rank 2 sends `v[n] = u[n]^u[n-1]^u[n-2]` (octal 7), rank 3 `v[n] = u[n]^u[n-2]` (octal 5).
 * Source: sigfox-ep-lib v4.3, librenard, and captures of hardware (Sigfox facts, part 1; the text of
 * renard-spec has the two the other way round).
 *
 * Both are linear, so decoding a byte is one table look-up plus the part its two preceding bits
 * bring: `u = table[v] ^ carry[last two bits of u before]`.
 */
import type { Rank } from "./FrameType.ts"

interface Inverse {
  readonly table: Uint8Array
  readonly carry: Uint8Array
}

/** Decodes one byte bit by bit; `state` holds the two bits before it, the later one in bit 0. */
const decodeByte = (coded: number, state: number, octal: 5 | 7): number => {
  let last = state & 1
  let lastButOne = (state >> 1) & 1
  let byte = 0
  for (let bit = 7; bit >= 0; bit--) {
    const u = ((coded >> bit) & 1) ^ (octal === 7 ? last : 0) ^ lastButOne
    byte = (byte << 1) | u
    lastButOne = last
    last = u
  }
  return byte
}

const inverseOf = (octal: 5 | 7): Inverse => ({
  table: Uint8Array.from({ length: 256 }, (_, coded) => decodeByte(coded, 0, octal)),
  carry: Uint8Array.from({ length: 4 }, (_, state) => decodeByte(0, state, octal)),
})

const inverse7 = inverseOf(7)
const inverse5 = inverseOf(5)

/** Turns `bytes[0..length)`, as heard at `rank`, into the form of rank 1, in place. */
export const decodeInPlace = (bytes: Uint8Array, length: number, rank: Rank): void => {
  if (rank === 1) return
  const { table, carry } = rank === 2 ? inverse7 : inverse5
  let state = 0
  for (let i = 0; i < length; i++) {
    const byte = table[bytes[i]] ^ carry[state]
    bytes[i] = byte
    state = byte & 3
  }
}

/** What is sent at `rank` for a body; a new array. */
export const encode = (body: Uint8Array, rank: Rank): Uint8Array => {
  if (rank === 1) return body.slice()
  const coded = new Uint8Array(body.length)
  let window = 0
  for (let i = 0; i < body.length; i++) {
    window = ((window << 8) | body[i]) & 0xffff
    coded[i] = window ^ (rank === 2 ? window >> 1 : 0) ^ (window >> 2)
  }
  return coded
}

/** The inverse of `encode`; a new array. */
export const decode = (coded: Uint8Array, rank: Rank): Uint8Array => {
  const body = coded.slice()
  decodeInPlace(body, body.length, rank)
  return body
}
