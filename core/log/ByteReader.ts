/**
 * Reads what `ByteWriter` wrote; the forms are described there.
 *
 * The bytes passed their checksum before. What still makes no sense throws a RangeError, which `Slab.decode` turns
 * into a refusal: the check of every field would cost more than the read.
 */
import type { Sealed } from "../event/sealed.ts"
import { formHex, formUtf16, inline, wide16, wide32, wide64 } from "./ByteWriter.ts"

export interface ByteReader {
  readonly bytes: Uint8Array
  readonly view: DataView
  at: number
  /** One past the last byte that may be read. */
  readonly end: number
  readonly dictionary: ReadonlyArray<string>
  /** The last sealed bytes read. */
  lastSealed: Sealed | undefined
}

export const u8 = (r: ByteReader): number => r.view.getUint8(r.at++)

const u16 = (r: ByteReader): number => {
  const value = r.view.getUint16(r.at, true)
  r.at += 2
  return value
}

export const f64 = (r: ByteReader): number => {
  const value = r.view.getFloat64(r.at, true)
  r.at += 8
  return value
}

export const count = (r: ByteReader): number => {
  const first = r.bytes[r.at++]
  if (first < wide16) return first
  const at = r.at
  switch (first) {
    case wide16:
      r.at = at + 2
      return r.view.getUint16(at, true)
    case wide32:
      r.at = at + 4
      return r.view.getUint32(at, true)
    case wide64:
      r.at = at + 8
      return r.view.getFloat64(at, true)
    default:
      throw new RangeError(`no count begins with ${first}, at byte ${at - 1}`)
  }
}

/** A count that says how many things of at least `size` bytes follow. */
export const length = (r: ByteReader, size: number): number => {
  const value = count(r)
  if (!(value >= 0 && value * size <= r.end - r.at))
    throw new RangeError(`${value} things do not fit behind byte ${r.at}`)
  return value
}

/**
 * A copy of its own, never a view: a state that keeps a payload would otherwise keep the whole batch. Copying 20 bytes
 * takes 0.11 us, a view 0.08 us (measured).
 */
export const raw = (r: ByteReader): Uint8Array => {
  const size = length(r, 1)
  const start = r.at
  r.at = start + size
  return r.bytes.slice(start, r.at)
}

/** The two digits of each byte, as character codes: the high one in the low byte. */
const digitsOf = Uint16Array.from({ length: 256 }, (_, byte) => {
  const digits = byte.toString(16).padStart(2, "0")
  return digits.charCodeAt(0) | (digits.charCodeAt(1) << 8)
})

const ascii = new TextDecoder("latin1")
/** From here on the decoder's fixed cost is less than that of adding characters one by one (measured: about 30). */
const shortText = 32

export const text = (r: ByteReader): string => {
  const head = count(r)
  const form = head % 4
  const characters = (head - form) / 4
  const size = form === formHex ? characters / 2 : form === formUtf16 ? 2 * characters : characters
  const start = r.at
  if (!(size >= 0 && size <= r.end - start))
    throw new RangeError(`a text of ${characters} characters does not fit behind byte ${start}`)
  r.at = start + size
  if (form === formHex) return hexAt(r.bytes, start, size)
  if (form === formUtf16) return utf16At(r.view, start, characters)
  if (characters > shortText) return ascii.decode(r.bytes.subarray(start, start + size))
  return asciiAt(r.bytes, start, size)
}

/** 4 and 12 bytes, a MAC and a digest, in one call each: 0.1 us where a loop over pairs takes 0.2 us (measured). */
const hexAt = (b: Uint8Array, at: number, size: number): string => {
  if (size === 12) return hex4(b, at) + hex4(b, at + 4) + hex4(b, at + 8)
  if (size === 4) return hex4(b, at)
  let hex = ""
  for (let i = at; i < at + size; i++)
    hex += String.fromCharCode(digitsOf[b[i]] & 255, digitsOf[b[i]] >> 8)
  return hex
}

const hex4 = (b: Uint8Array, at: number): string => {
  const first = digitsOf[b[at]]
  const second = digitsOf[b[at + 1]]
  const third = digitsOf[b[at + 2]]
  const fourth = digitsOf[b[at + 3]]
  return String.fromCharCode(
    first & 255,
    first >> 8,
    second & 255,
    second >> 8,
    third & 255,
    third >> 8,
    fourth & 255,
    fourth >> 8,
  )
}

const asciiAt = (b: Uint8Array, at: number, size: number): string => {
  let read = ""
  for (let i = at; i < at + size; i++) read += String.fromCharCode(b[i])
  return read
}

const utf16At = (view: DataView, at: number, characters: number): string => {
  let read = ""
  for (let i = 0; i < characters; i++) read += String.fromCharCode(view.getUint16(at + 2 * i, true))
  return read
}

export const reference = (r: ByteReader): string => {
  const place = u16(r)
  if (place < r.dictionary.length) return r.dictionary[place]
  if (place !== inline) throw new RangeError(`no text ${place} in the dictionary`)
  return text(r)
}
