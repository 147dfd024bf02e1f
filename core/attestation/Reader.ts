/**
 * Reads fields from bytes, in order; remembers the first thing that was wrong and reads on as zeros.
 *
 * So a decoder is a straight line of reads with one question at its end, and cannot run away: no read
 * goes beyond the bytes, and every loop over a count asks `failed` first.
 */
import type { Malformed, MalformedReason, Structure } from "./Malformed.ts"

export interface Reader {
  readonly structure: Structure
  readonly bytes: Uint8Array
  at: number
  failure: Malformed | undefined
}

export const make = (structure: Structure, bytes: Uint8Array): Reader => ({
  structure,
  bytes,
  at: 0,
  failure: undefined,
})

export const failed = (reader: Reader): boolean => reader.failure !== undefined

/** Notes what is wrong at `offset`, unless something before it was. */
export const fail = (
  reader: Reader,
  reason: MalformedReason,
  offset: number,
  detail: string,
): void => {
  const { structure } = reader
  reader.failure ??= { _tag: "Malformed", structure, offset, reason, detail }
}

const empty = new Uint8Array(0)

/** The next `count` bytes, as a view. */
export const bytes = (reader: Reader, count: number): Uint8Array => {
  const { at } = reader
  if (reader.failure !== undefined) return empty
  if (at + count > reader.bytes.length) {
    fail(reader, "truncated", at, `${count} bytes expected, ${reader.bytes.length - at} are left`)
    return empty
  }
  reader.at = at + count
  return reader.bytes.subarray(at, at + count)
}

/** Where the next `count` bytes begin, or -1. */
const step = (reader: Reader, count: number): number => {
  const { at } = reader
  if (reader.failure !== undefined) return -1
  if (at + count > reader.bytes.length) {
    fail(reader, "truncated", at, `${count} bytes expected, ${reader.bytes.length - at} are left`)
    return -1
  }
  reader.at = at + count
  return at
}

export const u8 = (reader: Reader): number => {
  const at = step(reader, 1)
  return at < 0 ? 0 : reader.bytes[at]
}

export const u16 = (reader: Reader): number => {
  const at = step(reader, 2)
  const source = reader.bytes
  return at < 0 ? 0 : (source[at] << 8) | source[at + 1]
}

export const u32 = (reader: Reader): number => {
  const at = step(reader, 4)
  const source = reader.bytes
  return at < 0
    ? 0
    : ((source[at] << 24) | (source[at + 1] << 16) | (source[at + 2] << 8) | source[at + 3]) >>> 0
}

export const u64 = (reader: Reader): bigint => {
  const high = u32(reader)
  return (BigInt(high) << 32n) | BigInt(u32(reader))
}

/** Little-endian, as the event log has them. */
export const u16le = (reader: Reader): number => {
  const value = u16(reader)
  return ((value & 0xff) << 8) | (value >> 8)
}

/** Little-endian, as the event log has them. */
export const u32le = (reader: Reader): number => {
  const at = step(reader, 4)
  const source = reader.bytes
  return at < 0
    ? 0
    : ((source[at + 3] << 24) | (source[at + 2] << 16) | (source[at + 1] << 8) | source[at]) >>> 0
}

/** A TPM2B: a length of 16 bits, at most `max`, and as many bytes. */
export const sized = (reader: Reader, max: number, name: string): Uint8Array => {
  const { at } = reader
  const size = u16(reader)
  if (size > max) fail(reader, "size", at, `${name} of ${size} bytes: ${max} at most`)
  return bytes(reader, size)
}

/** Notes bytes that follow. */
export const end = (reader: Reader): void => {
  const left = reader.bytes.length - reader.at
  if (left > 0) fail(reader, "trailing", reader.at, `${left} bytes follow the end`)
}
