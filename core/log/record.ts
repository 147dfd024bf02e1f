/**
 * One event as a record. `#` is a count, `@` a reference (see `ByteWriter.ts`); the bodies are in `body/`.
 *
 * ```
 * size u32, of what follows | kind u8, its place in `Event.known`, 255 for any other | layout u8 | flags u8 |
 * @stream #revision | occurredMs | recordedMs f64 if flag 1 | if flag 2: #causes, each #(position - cause) | body
 * ```
 * `occurredMs` is f64 if flag 4, else a count: what it is more than that of the record before (before the first: than the
 * batch's `recordedMs`), d as 2d, less as 2d - 1.
 * Layout 0 is `@kind #length` and UTF-8 JSON of the fields, for any kind; layout 1 is the kind's own body; layout 2 is
 * `@notice` and layout 1, for the events of an obligation that names one. A record
 * without flag 1 was recorded at the time in the batch's header.
 */
import { noCauses, type Recorded } from "../event/Envelope.ts"
import { type Event, kindOf, kinds } from "../event/Event.ts"
import { invariant } from "../kernel/invariant.ts"
import type { Filter } from "./EventLog.ts"
import {
  readMessageAccepted,
  readMessageRefused,
  writeMessageAccepted,
  writeMessageRefused,
} from "./body/decision.ts"
import {
  readDeliveryAbandoned,
  readDeliveryFailed,
  readDeliveryOwed,
  readDeliverySucceeded,
  writeDeliveryAbandoned,
  writeDeliveryFailed,
  writeDeliveryOwed,
  writeDeliverySucceeded,
} from "./body/delivery.ts"
import {
  readBytesHeard,
  readFrameHeard,
  writeBytesHeard,
  writeFrameHeard,
} from "./body/reception.ts"
import {
  readMessageReported,
  readReceptionReported,
  writeMessageReported,
  writeReceptionReported,
} from "./body/report.ts"
import * as R from "./ByteReader.ts"
import * as W from "./ByteWriter.ts"
import * as Named from "./body/named.ts"
import * as EventJson from "./EventJson.ts"

const ownRecordedMs = 1
const hasCauses = 2
const occurredWhole = 4

const layoutJson = 0
const layoutBinary = 1
const layoutNotice = 2

const kindOther = 255
const codes = new Map<string, number>(kinds.map((kind, code) => [kind, code]))
const sizeBytes = 4

/** Appends a record. `recordedMs` is the batch's. */
export const write = (w: W.ByteWriter, recorded: Recorded, recordedMs: number): void => {
  const { position, causes, event } = recorded
  W.reserve(w, W.recordRoom)
  const start = w.at
  const own = recorded.recordedMs !== recordedMs
  const { occurredMs } = recorded
  const later = (occurredMs - w.lastOccurredMs) | 0
  // 0 has a sign, which a sum would lose.
  const whole = w.lastOccurredMs + later !== occurredMs || occurredMs === 0
  w.lastOccurredMs = occurredMs
  w.at = start + sizeBytes + 2
  W.u8(
    w,
    (own ? ownRecordedMs : 0) | (causes.length > 0 ? hasCauses : 0) | (whole ? occurredWhole : 0),
  )
  W.reference(w, W.slotStream, recorded.stream)
  W.count(w, recorded.revision)
  if (whole) W.f64(w, occurredMs)
  else W.count(w, ((later << 1) ^ (later >> 31)) >>> 0)
  if (own) W.f64(w, recorded.recordedMs)
  if (causes.length > 0) {
    W.count(w, causes.length)
    W.reserve(w, 9 * causes.length + W.recordRoom)
    for (const cause of causes) W.count(w, position - cause)
  }
  let kind = writeBinary(w, event)
  let layout = layoutBinary
  if (kind < 0) {
    kind = writeNoticed(w, event)
    layout = layoutNotice
  }
  if (kind < 0) {
    writeJson(w, event)
    layout = layoutJson
  }
  w.bytes[start + sizeBytes] = kind < 0 ? (codes.get(event._tag) ?? kindOther) : kind
  w.bytes[start + sizeBytes + 1] = layout
  w.view.setUint32(start, w.at - start - sizeBytes, true)
}

/** Reads the record at `r.at` and moves behind it. */
export const read = (r: R.ByteReader, position: number, batchRecordedMs: number): Recorded => {
  const size = r.view.getUint32(r.at, true)
  const end = r.at + sizeBytes + size
  r.at += sizeBytes
  const kind = R.u8(r)
  const layout = R.u8(r)
  const flags = R.u8(r)
  const stream = R.reference(r)
  const revision = R.count(r)
  const occurredMs = (flags & occurredWhole) === 0 ? r.lastOccurredMs + laterOf(r) : R.f64(r)
  r.lastOccurredMs = occurredMs
  const recordedMs = (flags & ownRecordedMs) === 0 ? batchRecordedMs : R.f64(r)
  const causes = (flags & hasCauses) === 0 ? noCauses : readCauses(r, position)
  const event = readBody(r, kind, layout)
  if (r.at !== end) throw new RangeError(`the record at position ${position} is not ${size} bytes`)
  return { position, stream, revision, occurredMs, recordedMs, causes, event }
}

/** Which records of a batch a question is about; what it leaves open is asked of the events themselves (`matches.ts`). */
export interface Wanted {
  readonly from: number
  readonly to: number
  /** By kind code: 1 where it is wanted. */
  readonly codes: Uint8Array | undefined
  /** Kinds are wanted whose bodies say only what is not as in the body of such a kind before. */
  readonly chained: boolean
  /** Letters that stand in the record if its body is JSON, each with where they were found last. */
  readonly names: ReadonlyArray<{ readonly letters: Uint8Array; at: number }>
}

/** Undefined where the filter says nothing that can be seen without reading a body. */
export const wantedOf = ({
  customer,
  device,
  from = 0,
  kinds: wanted,
  packet,
  station,
  to = Number.POSITIVE_INFINITY,
}: Filter): Wanted | undefined => {
  const names = [customer, device, station].filter((name) => name !== undefined && isPlain(name))
  const only = wanted ?? (packet === undefined ? undefined : ["FrameHeard"])
  if (only === undefined && names.length === 0 && to - from === Number.POSITIVE_INFINITY)
    return undefined
  const wantedCodes = only && codesOf(only)
  return {
    from,
    to,
    codes: wantedCodes,
    chained: wantedCodes === undefined || chained.some((code) => wantedCodes[code] === 1),
    names: names.map((name) => ({ letters: utf8.encode(`"${name}"`), at: -1 })),
  }
}

const codesOf = (wanted: ReadonlyArray<string>): Uint8Array => {
  const found = new Uint8Array(256)
  for (const kind of wanted) found[codes.get(kind) ?? kindOther] = 1
  return found
}

/** JSON writes it as it is. */
const isPlain = (name: string): boolean => /^[ !#-[\]-~]*$/.test(name)

/** As `read`, and undefined where the record is not wanted, most often without reading its body. */
export const readWanted = (
  r: R.ByteReader,
  position: number,
  batchRecordedMs: number,
  wanted: Wanted,
): Recorded | undefined => {
  const start = r.at
  const end = start + sizeBytes + r.view.getUint32(start, true)
  const kind = r.bytes[start + sizeBytes]
  const isJson = r.bytes[start + sizeBytes + 1] === layoutJson
  const isWanted =
    position >= wanted.from &&
    position < wanted.to &&
    (wanted.codes === undefined || wanted.codes[kind] === 1) &&
    (!isJson || wanted.names.every((name) => stands(r.bytes, name, start, end)))
  if (isWanted) return read(r, position, batchRecordedMs)
  if (wanted.chained && position < wanted.to && chained.includes(kind) && !isJson) {
    read(r, position, batchRecordedMs)
    return undefined
  }
  const flags = r.bytes[start + sizeBytes + 2]
  r.at = start + sizeBytes + 3
  R.reference(r)
  R.count(r)
  r.lastOccurredMs = (flags & occurredWhole) === 0 ? r.lastOccurredMs + laterOf(r) : R.f64(r)
  r.at = end
  return undefined
}

/** Whether the letters stand between two bytes. Bytes are asked about in their order, so each is looked at once. */
const stands = (
  bytes: Uint8Array,
  name: Wanted["names"][number],
  start: number,
  end: number,
): boolean => {
  if (name.at < start) {
    const found = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(
      name.letters,
      start,
    )
    name.at = found < 0 ? Number.POSITIVE_INFINITY : found
  }
  return name.at < end
}

/** Where a record leaves its stream; moves behind the record without reading its body. */
export const readHead = (
  r: R.ByteReader,
): { readonly stream: string; readonly revision: number } => {
  const end = r.at + sizeBytes + r.view.getUint32(r.at, true)
  r.at += sizeBytes + 3
  const stream = R.reference(r)
  const revision = R.count(r)
  r.at = end
  return { stream, revision }
}

const laterOf = (r: R.ByteReader): number => {
  const written = R.count(r)
  return (written >>> 1) ^ -(written & 1)
}

const readCauses = (r: R.ByteReader, position: number): ReadonlyArray<number> => {
  const causes: Array<number> = []
  for (let left = R.length(r, 1); left > 0; left--) causes.push(position - R.count(r))
  return causes
}

const codeOf = (kind: Event["_tag"]): number => {
  const code = codes.get(kind)
  invariant(code !== undefined, `${kind} is a known kind`)
  return code
}

const frameHeard = codeOf("FrameHeard")
const bytesHeard = codeOf("BytesHeard")
const messageReported = codeOf("MessageReported")
const receptionReported = codeOf("ReceptionReported")
/** Their bodies leave out what is as in the reception before, or in what was sealed before (`body/reception.ts`). */
const chained: ReadonlyArray<number> = [frameHeard, bytesHeard, messageReported, receptionReported]
const messageAccepted = codeOf("MessageAccepted")
const messageRefused = codeOf("MessageRefused")
const deliveryOwed = codeOf("DeliveryOwed")
const deliverySucceeded = codeOf("DeliverySucceeded")
const deliveryFailed = codeOf("DeliveryFailed")
const deliveryAbandoned = codeOf("DeliveryAbandoned")

/** Writes the kind's own body and says its code, or writes nothing and says -1 where it has none. */
const writeBinary = (w: W.ByteWriter, event: Event): number => {
  // A new kind is JSON until somebody lays out a body for it: the one switch over events that may have a default.
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check
  switch (event._tag) {
    case "FrameHeard":
      writeFrameHeard(w, event)
      return frameHeard
    case "BytesHeard":
      writeBytesHeard(w, event)
      return bytesHeard
    case "MessageReported":
      writeMessageReported(w, event)
      return messageReported
    case "ReceptionReported":
      writeReceptionReported(w, event)
      return receptionReported
    case "MessageAccepted":
      writeMessageAccepted(w, event)
      return messageAccepted
    case "MessageRefused":
      writeMessageRefused(w, event)
      return messageRefused
    case "DeliveryOwed":
      if (event.notice !== undefined) return -1
      writeDeliveryOwed(w, event)
      return deliveryOwed
    case "DeliverySucceeded":
      if (event.notice !== undefined || event.repeat !== undefined) return -1
      writeDeliverySucceeded(w, event)
      return deliverySucceeded
    case "DeliveryFailed":
      if (event.notice !== undefined) return -1
      writeDeliveryFailed(w, event)
      return deliveryFailed
    case "DeliveryAbandoned":
      if (event.notice !== undefined) return -1
      writeDeliveryAbandoned(w, event)
      return deliveryAbandoned
    default:
      return -1
  }
}

/** Writes an obligation's event that names a notice, or nothing and says -1. */
const writeNoticed = (w: W.ByteWriter, event: Event): number => {
  if (!("notice" in event) || event.notice === undefined || event._tag === "RedeliveryAsked")
    return -1
  const { notice, ...plain } = event
  if (plain._tag === "DeliverySucceeded" && plain.repeat === true) return -1
  W.reference(w, W.slotWord, notice)
  return writeBinary(w, plain)
}

/** By kind code, filled once: an array read by index is as fast as a switch, and cannot get out of step with `known`. */
const binaryReaders: ReadonlyArray<((r: R.ByteReader) => Event) | undefined> = (() => {
  const readers: Array<((r: R.ByteReader) => Event) | undefined> = kinds.map(() => undefined)
  readers[frameHeard] = readFrameHeard
  readers[bytesHeard] = readBytesHeard
  readers[messageReported] = readMessageReported
  readers[receptionReported] = readReceptionReported
  readers[messageAccepted] = readMessageAccepted
  readers[messageRefused] = readMessageRefused
  readers[deliveryOwed] = readDeliveryOwed
  readers[deliverySucceeded] = readDeliverySucceeded
  readers[deliveryFailed] = readDeliveryFailed
  readers[deliveryAbandoned] = readDeliveryAbandoned
  return readers
})()

const readBody = (r: R.ByteReader, kind: number, layout: number): Event => {
  if (layout === layoutBinary) return readBinary(r, kind)
  if (layout !== layoutNotice) return readJson(r, layout)
  const notice = Named.notice(r)
  const event = readBinary(r, kind)
  if (
    event._tag === "DeliveryOwed" ||
    event._tag === "DeliverySucceeded" ||
    event._tag === "DeliveryFailed" ||
    event._tag === "DeliveryAbandoned"
  )
    return { ...event, notice }
  throw new RangeError(`a ${event._tag} names no notice`)
}

const readBinary = (r: R.ByteReader, kind: number): Event => {
  const reader = binaryReaders[kind]
  if (reader === undefined) throw new RangeError(`kind ${kind} has no binary body`)
  return reader(r)
}

const utf8 = new TextEncoder()
const fromUtf8 = new TextDecoder("utf-8", { fatal: true })

const writeJson = (w: W.ByteWriter, event: Event): void => {
  W.reference(w, W.slotWord, kindOf(event))
  W.raw(w, utf8.encode(JSON.stringify(EventJson.fieldsOf(event))))
}

const readJson = (r: R.ByteReader, layout: number): Event => {
  if (layout !== layoutJson) throw new RangeError(`no layout ${layout}`)
  const kind = R.reference(r)
  const fields: unknown = JSON.parse(fromUtf8.decode(R.raw(r)))
  if (typeof fields !== "object" || fields === null)
    throw new RangeError(`a ${kind} without fields`)
  return EventJson.fromFields(kind, fields as EventJson.Fields) // an object of JSON has string keys
}
