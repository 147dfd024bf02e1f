/**
 * A slab: one committed batch as bytes. Little-endian throughout.
 *
 * ```
 *  0 magic "SIGTSLAB"      24 bytes in all f64       48 occurredMs, earliest f64    72 records
 *  8 format u32            32 recordedMs, first f64  56 occurredMs, latest f64       … dictionary: texts
 * 12 events u32            40 recordedMs, last f64   64 dictionary at u32            … CRC-32 of all before u32
 * 16 first position f64                              68 dictionary texts u32         … SHA-256 32 bytes
 * ```
 * The SHA-256 is over that of the slab before (32 zero bytes for the first) and everything before it in this one: so
 * the last slab's hash vouches for the whole log. Records are in `record.ts`; a record names streams, devices, stations,
 * sources and the like by their place in the dictionary, which is written last because it is known last.
 */
import { crc32 } from "node:zlib"
import { sha256 } from "../crypto/sha256.ts"
import type { Position, Recorded } from "../event/Envelope.ts"
import { equal } from "../kernel/Bytes.ts"
import { invariant } from "../kernel/invariant.ts"
import * as Rejected from "../kernel/Rejected.ts"
import * as R from "./ByteReader.ts"
import * as W from "./ByteWriter.ts"
import * as Record from "./record.ts"

const format = 1

/** Longest slab: what a reader must hold at once. */
const bytesMax = 1 << 26

/** Hash that stands before the first slab. */
export const genesis: Uint8Array = new Uint8Array(32)

const magic = 0x42_41_4c_53_54_47_49_53n // "SIGTSLAB" read as a little-endian integer
const atFormat = 8
const atEvents = 12
const atFirst = 16
const atLength = 24
const atRecordedFirst = 32
const atRecordedLast = 40
const atOccurredMin = 48
const atOccurredMax = 56
const atDictionary = 64
const atTexts = 68
const headerBytes = 72
const hashBytes = 32
const trailerBytes = 4 + hashBytes

export interface Header {
  readonly first: Position
  readonly events: number
  readonly recordedFirstMs: number
  readonly recordedLastMs: number
  readonly occurredMinMs: number
  readonly occurredMaxMs: number
}

const scratch = W.make()

/** The slab of a batch (contiguous, not empty), chained to the hash of the one before. Rejected when it grows too long. */
export const encode = (
  batch: ReadonlyArray<Recorded>,
  previous: Uint8Array,
): Uint8Array | Rejected.Rejected => {
  invariant(batch.length > 0, "a batch holds events")
  const w = scratch
  const first = batch[0].position
  const recordedFirst = batch[0].recordedMs
  W.restart(w, headerBytes, recordedFirst)
  let occurredMin = Infinity
  let occurredMax = -Infinity
  for (let i = 0; i < batch.length; i++) {
    const recorded = batch[i]
    invariant(recorded.position === first + i, "positions of a batch are contiguous")
    Record.write(w, recorded, recordedFirst)
    if (recorded.occurredMs < occurredMin) occurredMin = recorded.occurredMs
    if (recorded.occurredMs > occurredMax) occurredMax = recorded.occurredMs
    if (w.at > bytesMax)
      return Rejected.make("too-large", `event ${i}`, `a commit holds at most ${bytesMax} bytes`)
  }
  const dictionaryAt = w.at
  W.writeDictionary(w)
  W.reserve(w, trailerBytes)
  const { bytes, view, at } = w
  view.setBigUint64(0, magic, true)
  view.setUint32(atFormat, format, true)
  view.setUint32(atEvents, batch.length, true)
  view.setFloat64(atFirst, first, true)
  view.setFloat64(atLength, at + trailerBytes, true)
  view.setFloat64(atRecordedFirst, recordedFirst, true)
  view.setFloat64(atRecordedLast, batch[batch.length - 1].recordedMs, true)
  view.setFloat64(atOccurredMin, occurredMin, true)
  view.setFloat64(atOccurredMax, occurredMax, true)
  view.setUint32(atDictionary, dictionaryAt, true)
  view.setUint32(atTexts, w.dictionary.size, true)
  view.setUint32(at, crc32(bytes.subarray(0, at)), true)
  bytes.set(sha256(previous, bytes.subarray(0, at + 4)), at + 4)
  return bytes.slice(0, at + trailerBytes)
}

/** Every event of a slab; Rejected where the bytes are not what was written. Does not check the chain. */
export const decode = (bytes: Uint8Array): ReadonlyArray<Recorded> | Rejected.Rejected =>
  reading(bytes, (r, header) => {
    const batch: Array<Recorded> = []
    for (let i = 0; i < header.events; i++)
      batch.push(Record.read(r, header.first + i, header.recordedFirstMs))
    if (r.at !== r.view.getUint32(atDictionary, true))
      throw new RangeError("the records do not end where the dictionary begins")
    return batch
  })

/** As `decode`, of those events only that may be wanted. */
export const decodeWanted = (
  bytes: Uint8Array,
  wanted: Record.Wanted,
): ReadonlyArray<Recorded> | Rejected.Rejected =>
  reading(bytes, (r, header) => {
    const found: Array<Recorded> = []
    // Where letters were found is of one slab.
    const own = { ...wanted, names: wanted.names.map(({ letters }) => ({ letters, at: -1 })) }
    for (let i = 0; i < header.events; i++) {
      const recorded = Record.readWanted(r, header.first + i, header.recordedFirstMs, own)
      if (recorded !== undefined) found.push(recorded)
    }
    return found
  })

/** The revision each stream of a slab has after it: cheaper than `decode`. */
export const heads = (bytes: Uint8Array): ReadonlyMap<string, number> | Rejected.Rejected =>
  reading(bytes, (r, header) => {
    const revisions = new Map<string, number>()
    for (let i = 0; i < header.events; i++) {
      const { stream, revision } = Record.readHead(r)
      revisions.set(stream, revision)
    }
    return revisions
  })

/** The header of sound bytes; Rejected says what is wrong with others. */
export const header = (bytes: Uint8Array): Header | Rejected.Rejected => {
  const wrong = damage(bytes)
  return wrong ?? headerOf(viewOf(bytes))
}

/** The header of bytes that `encode` just gave: nothing is checked. */
export const headerAsWritten = (bytes: Uint8Array): Header => headerOf(viewOf(bytes))

/** The slab's own hash, as it is written in it. */
export const hashOf = (bytes: Uint8Array): Uint8Array => bytes.slice(bytes.length - hashBytes)

/** Whether the slab follows the one with this hash, and nothing in it was changed. */
export const follows = (bytes: Uint8Array, previous: Uint8Array): boolean =>
  equal(sha256(previous, bytes.subarray(0, bytes.length - hashBytes)), hashOf(bytes))

/** How long the slab that begins at a byte says it is; undefined where none can begin. */
export const lengthAt = (bytes: Uint8Array, at: number): number | undefined => {
  if (bytes.length - at < headerBytes + trailerBytes) return undefined
  const view = viewOf(bytes)
  const length = view.getFloat64(at + atLength, true)
  const isOne = view.getBigUint64(at, true) === magic && Number.isInteger(length)
  return isOne && length >= headerBytes + trailerBytes ? length : undefined
}

export const crcOf = (bytes: Uint8Array): number =>
  viewOf(bytes).getUint32(bytes.length - trailerBytes, true)

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

const headerOf = (view: DataView): Header => ({
  first: view.getFloat64(atFirst, true),
  events: view.getUint32(atEvents, true),
  recordedFirstMs: view.getFloat64(atRecordedFirst, true),
  recordedLastMs: view.getFloat64(atRecordedLast, true),
  occurredMinMs: view.getFloat64(atOccurredMin, true),
  occurredMaxMs: view.getFloat64(atOccurredMax, true),
})

const damaged = (where: string, detail: string): Rejected.Rejected =>
  Rejected.make("damaged", where, detail)

const damage = (bytes: Uint8Array): Rejected.Rejected | undefined => {
  if (bytes.length < headerBytes + trailerBytes) return damaged("byte 0", "too short for a batch")
  const view = viewOf(bytes)
  if (view.getBigUint64(0, true) !== magic) return damaged("byte 0", "not a batch of events")
  const written = view.getUint32(atFormat, true)
  if (written !== format) return damaged(`byte ${atFormat}`, `batch of format ${written}`)
  if (view.getFloat64(atLength, true) !== bytes.length)
    return damaged(`byte ${atLength}`, `${bytes.length} bytes long, not as it says`)
  const crcAt = bytes.length - trailerBytes
  if (crc32(bytes.subarray(0, crcAt)) !== view.getUint32(crcAt, true))
    return damaged(`byte ${crcAt}`, "wrong CRC")
  return undefined
}

/** Hands over a reader at the first record. What it throws is damage that the CRC did not show. */
const reading = <A>(
  bytes: Uint8Array,
  read: (r: R.ByteReader, header: Header) => A,
): A | Rejected.Rejected => {
  const wrong = damage(bytes)
  if (wrong !== undefined) return wrong
  const view = viewOf(bytes)
  const end = bytes.length - trailerBytes
  try {
    const dictionary: Array<string> = []
    const texts: R.ByteReader = {
      bytes,
      view,
      at: view.getUint32(atDictionary, true),
      end,
      dictionary,
      lastSealed: undefined,
      lastHeard: undefined,
      lastOccurredMs: 0,
    }
    for (let i = view.getUint32(atTexts, true); i > 0; i--) dictionary.push(R.internedText(texts))
    const found = headerOf(view)
    const records = { ...texts, at: headerBytes, lastOccurredMs: found.recordedFirstMs }
    return read(records, found)
  } catch (error) {
    return damaged("records", error instanceof Error ? error.message : String(error))
  }
}
