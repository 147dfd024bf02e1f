/**
 * Writes the binary record: numbers, texts and references to a dictionary, into one growing buffer.
 *
 * All numbers are little-endian.
 * - *count*: an integer. One byte 0..251 is the value; 252, 253 and 254 say that it follows as u16, u32 or f64.
 * - *text*: count of (characters x 4 + form), then form 0: bytes whose lower-case hex the text is; form 1: ASCII;
 *   form 2: UTF-16 units (a text may hold half a surrogate pair, which UTF-8 cannot).
 * - *reference*: u16, the text's place in the dictionary; 65,535 says that the dictionary is full and the text follows.
 *
 * `reserve` before writing: `u8`, `u16`, `count`, `f64` do not look whether there is room.
 */
import type { Sealed } from "../event/sealed.ts"

export interface ByteWriter {
  bytes: Uint8Array
  view: DataView
  at: number
  readonly dictionary: Map<string, number>
  /** The last text of each slot, and its place: neighbours often name the same things. */
  readonly lastTexts: Array<string | undefined>
  readonly lastPlaces: Array<number>
  /** The last sealed bytes: the receptions of one message follow each other and carry the same. */
  lastSealed: Sealed | undefined
}

export const wide16 = 252
export const wide32 = 253
export const wide64 = 254
/** Reference that says "the text follows"; so many texts fit a dictionary. */
export const inline = 0xffff

export const formHex = 0
const formAscii = 1
export const formUtf16 = 2

const bytesAtFirst = 1 << 18

export const make = (): ByteWriter => {
  const bytes = new Uint8Array(bytesAtFirst)
  return {
    bytes,
    view: new DataView(bytes.buffer),
    at: 0,
    dictionary: new Map(),
    lastTexts: Array.from({ length: slots }, () => undefined),
    lastPlaces: Array.from({ length: slots }, () => 0),
    lastSealed: undefined,
  }
}

/** Begins anew at a place, with an empty dictionary. */
export const restart = (w: ByteWriter, at: number): void => {
  w.at = at
  w.dictionary.clear()
  w.lastTexts.fill(undefined)
  w.lastSealed = undefined
}

/** Makes room for `length` more bytes. */
export const reserve = (w: ByteWriter, length: number): void => {
  if (w.at + length <= w.bytes.length) return
  const grown = new Uint8Array(Math.max(2 * w.bytes.length, w.at + length))
  grown.set(w.bytes.subarray(0, w.at))
  w.bytes = grown
  w.view = new DataView(grown.buffer)
}

export const u8 = (w: ByteWriter, value: number): void => {
  w.bytes[w.at++] = value
}

const u16 = (w: ByteWriter, value: number): void => {
  w.view.setUint16(w.at, value, true)
  w.at += 2
}

export const f64 = (w: ByteWriter, value: number): void => {
  w.view.setFloat64(w.at, value, true)
  w.at += 8
}

/** At most 9 bytes. */
export const count = (w: ByteWriter, value: number): void => {
  const { bytes, view, at } = w
  // `>>> 0` is the value itself only for an integer of 0 .. 2^32-1 (and for -0, whose sign is not kept).
  if (value >>> 0 !== value) {
    bytes[at] = wide64
    view.setFloat64(at + 1, value, true)
    w.at = at + 9
  } else if (value < wide16) {
    bytes[at] = value
    w.at = at + 1
  } else if (value < 0x1_0000) {
    bytes[at] = wide16
    view.setUint16(at + 1, value, true)
    w.at = at + 3
  } else {
    bytes[at] = wide32
    view.setUint32(at + 1, value, true)
    w.at = at + 5
  }
}

/** Makes its own room. */
export const raw = (w: ByteWriter, value: Uint8Array): void => {
  const length = value.length
  reserve(w, 9 + length)
  count(w, length)
  const { bytes, at } = w
  bytes.set(value, at)
  w.at = at + length
}

/** Value of each character code as a lower-case hex digit, 16 where it is none. */
const hexDigits = new Uint8Array(128).fill(16)
for (let value = 0; value < 16; value++) hexDigits[value.toString(16).charCodeAt(0)] = value

/** Makes its own room. */
export const text = (w: ByteWriter, value: string): void => {
  const length = value.length
  reserve(w, 9 + 2 * length)
  const start = w.at
  if ((length & 1) === 0) {
    count(w, 4 * length + formHex)
    if (hexInto(w, value)) return
    w.at = start
  }
  count(w, 4 * length + formAscii)
  if (asciiInto(w, value)) return
  w.at = start
  count(w, 4 * length + formUtf16)
  for (let i = 0; i < length; i++) u16(w, value.charCodeAt(i))
}

/** No branch in the loop: what is no digit is 16 or has bit 7, and leaves its mark in `wrong`. */
const hexInto = (w: ByteWriter, value: string): boolean => {
  const { bytes, at } = w
  const size = value.length >> 1
  let wrong = 0
  for (let i = 0; i < size; i++) {
    const high = value.charCodeAt(2 * i)
    const low = value.charCodeAt(2 * i + 1)
    const highDigit = hexDigits[high & 127]
    const lowDigit = hexDigits[low & 127]
    wrong |= ((high | low) >> 7) | ((highDigit | lowDigit) & 16)
    bytes[at + i] = (highDigit << 4) | lowDigit
  }
  if (wrong !== 0) return false
  w.at = at + size
  return true
}

const asciiInto = (w: ByteWriter, value: string): boolean => {
  const { bytes, at } = w
  const length = value.length
  for (let i = 0; i < length; i++) {
    const code = value.charCodeAt(i)
    if (code > 127) return false
    bytes[at + i] = code
  }
  w.at = at + length
  return true
}

/** What a reference names; each slot remembers its last text. */
export const slotStream = 0
export const slotDevice = 1
export const slotStation = 2
export const slotSource = 3
export const slotDigest = 4
export const slotWord = 5
export const slotCustomer = 6
export const slotDestination = 7
export const slotOther = 8
export const slotMac = 9
const slots = 10

/** Takes 2 bytes of the room reserved; a text that does not fit the dictionary makes its own. */
export const reference = (w: ByteWriter, slot: number, value: string): void => {
  if (w.lastTexts[slot] === value) return u16(w, w.lastPlaces[slot])
  let place = w.dictionary.get(value)
  if (place === undefined) {
    place = w.dictionary.size
    if (place >= inline) {
      u16(w, inline)
      text(w, value)
      return reserve(w, recordRoom)
    }
    w.dictionary.set(value, place)
  }
  w.lastTexts[slot] = value
  w.lastPlaces[slot] = place
  u16(w, place)
}

/** Room for everything of fixed size in a record: envelope and the largest body, texts, arrays and bytes not counted. */
export const recordRoom = 256
