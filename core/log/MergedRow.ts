/**
 * Several slabs that follow each other, as one row: what small commits become in time. Little-endian.
 *
 * ```
 *  0 magic "SIGTROWS"    12 slabs u32                          20 the slabs one after another, deflated (zlib, RFC 1950)
 *  8 format u32          16 bytes of all slabs together u32     … CRC-32 of all before u32
 * ```
 * Each slab is kept to the byte, with its own header, checksum and hash: so nothing that was said of it changes, and a
 * proof made before holds after. Single events repeat the same names, so they deflate to about a third.
 */
import { crc32, deflateSync, inflateSync } from "node:zlib"
import * as Rejected from "../kernel/Rejected.ts"
import * as Slab from "./Slab.ts"

const format = 1
const magic = 0x53_57_4f_52_54_47_49_53n // "SIGTROWS" read as a little-endian integer
const atFormat = 8
const atSlabs = 12
const atLength = 16
const headerBytes = 20
const crcBytes = 4

/** Longest row when unpacked: what a reader must hold at once. */
const unpackedMax = 1 << 26

/** Whether a row's bytes are these and not a single slab. */
export const is = (bytes: Uint8Array): boolean =>
  bytes.length >= headerBytes + crcBytes && viewOf(bytes).getBigUint64(0, true) === magic

export const encode = (slabs: ReadonlyArray<Uint8Array>): Uint8Array => {
  const all = Buffer.concat(slabs)
  const packed = deflateSync(all, { level: 6 })
  const bytes = new Uint8Array(headerBytes + packed.length + crcBytes)
  const view = viewOf(bytes)
  view.setBigUint64(0, magic, true)
  view.setUint32(atFormat, format, true)
  view.setUint32(atSlabs, slabs.length, true)
  view.setUint32(atLength, all.length, true)
  bytes.set(packed, headerBytes)
  const end = bytes.length - crcBytes
  view.setUint32(end, crc32(bytes.subarray(0, end)), true)
  return bytes
}

/** The slabs of a row, merged or single; a slab itself is not looked into. */
export const slabsOf = (bytes: Uint8Array): ReadonlyArray<Uint8Array> | Rejected.Rejected => {
  if (!is(bytes)) return [bytes]
  const view = viewOf(bytes)
  const end = bytes.length - crcBytes
  if (crc32(bytes.subarray(0, end)) !== view.getUint32(end, true))
    return damaged(`byte ${end}`, "wrong CRC of a merged row")
  const written = view.getUint32(atFormat, true)
  if (written !== format) return damaged(`byte ${atFormat}`, `merged row of format ${written}`)
  const length = view.getUint32(atLength, true)
  if (length > unpackedMax) return damaged(`byte ${atLength}`, "a merged row too long to unpack")
  const all = inflated(bytes.subarray(headerBytes, end), length)
  if (all?.length !== length) return damaged(`byte ${headerBytes}`, "a merged row does not unpack")
  const slabs: Array<Uint8Array> = []
  for (let at = 0; at < length;) {
    const size = Slab.lengthAt(all, at)
    if (size === undefined || at + size > length)
      return damaged(`byte ${headerBytes}`, `no slab at byte ${at} of what a merged row holds`)
    slabs.push(all.subarray(at, at + size))
    at += size
  }
  return slabs.length === view.getUint32(atSlabs, true)
    ? slabs
    : damaged(`byte ${atSlabs}`, "a merged row holds another number of slabs than it says")
}

export const crcOf = (bytes: Uint8Array): number =>
  viewOf(bytes).getUint32(bytes.length - crcBytes, true)

const inflated = (packed: Uint8Array, length: number): Uint8Array | undefined => {
  try {
    return inflateSync(packed, { maxOutputLength: Math.max(1, length) })
  } catch {
    return undefined // says "no such stream" only by throwing
  }
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

const damaged = (where: string, detail: string): Rejected.Rejected =>
  Rejected.make("damaged", where, detail)
