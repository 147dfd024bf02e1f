/** Puts the fields of a structure together: the inverse of Reader, for who makes evidence. */
import { invariant } from "../kernel/invariant.ts"

export const join = (...parts: ReadonlyArray<Uint8Array>): Uint8Array => {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const joined = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}

export const u8 = (value: number): Uint8Array => Uint8Array.of(value)

export const u16 = (value: number): Uint8Array => Uint8Array.of(value >> 8, value)

export const u32 = (value: number): Uint8Array =>
  Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value)

export const u64 = (value: bigint): Uint8Array =>
  join(u32(Number(value >> 32n)), u32(Number(value & 0xffffffffn)))

export const u16le = (value: number): Uint8Array => Uint8Array.of(value, value >> 8)

export const u32le = (value: number): Uint8Array =>
  Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24)

/** A TPM2B: a length of 16 bits and the bytes. */
export const sized = (bytes: Uint8Array): Uint8Array => {
  invariant(bytes.length < 2 ** 16, "a TPM2B holds fewer than 65,536 bytes")
  return join(u16(bytes.length), bytes)
}
