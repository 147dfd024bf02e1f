/**
 * Bodies of what stations heard, layout 1. `#` is a count, `"` a text, `@` a reference, `*` bytes (see `ByteWriter.ts`).
 *
 * ```
 * FrameHeard: present u8 (1 rssi, 2 snr, 4 frequency, 8 configDigest, 16 signs) |
 *   shape u8 (rank, 4 rssi as f64, 8 snr as f64, 16 frequency as f64, 32 the message is that of the reception before) |
 *   @station #crc | message | rssi? snr? each in hundredths or f64, frequency? # or f64, @configDigest? signs (#count @each)?
 * message: @check @source @device #frameType #flags #seq #keyVersion "mac sealed; nothing where it is that of the one before
 * BytesHeard: present u8 (1 rssi) | @source @station @reason @field #offset | sealed | rssi f64?
 * sealed: u8 1 when it is the one before in the batch (a message's receptions carry the same), else 0 "digest #length *bytes
 * ```
 */
import type { BytesHeard, FrameHeard, FrameSign } from "../../event/reception.ts"
import type { Sealed } from "../../event/sealed.ts"
import { equal } from "../../kernel/Bytes.ts"
import * as R from "../ByteReader.ts"
import * as W from "../ByteWriter.ts"
import * as Named from "./named.ts"

const sealedFollows = 0
const sealedAsBefore = 1

const hasRssi = 1
const hasSnr = 2
const hasFrequency = 4
const hasConfigDigest = 8
const hasSigns = 16
const hasRadio = hasRssi | hasSnr | hasFrequency
const hasAll = hasRadio | hasConfigDigest

const rankBits = 3
const rssiWhole = 4
const snrWhole = 8
const frequencyWhole = 16
const messageAsBefore = 32

export const writeFrameHeard = (w: W.ByteWriter, event: FrameHeard): void => {
  const { rssiDbm, snrDb, frequencyHz, configDigest, signs } = event
  const present =
    (rssiDbm === undefined ? 0 : hasRssi) |
    (snrDb === undefined ? 0 : hasSnr) |
    (frequencyHz === undefined ? 0 : hasFrequency) |
    (configDigest === undefined ? 0 : hasConfigDigest) |
    (signs === undefined ? 0 : hasSigns)
  const sameMessage = w.lastHeard !== undefined && isSameMessage(w.lastHeard, event)
  const shape =
    event.rank |
    (rssiDbm === undefined || W.isHundredths(rssiDbm) ? 0 : rssiWhole) |
    (snrDb === undefined || W.isHundredths(snrDb) ? 0 : snrWhole) |
    (frequencyHz === undefined || isHertz(frequencyHz) ? 0 : frequencyWhole) |
    (sameMessage ? messageAsBefore : 0)
  w.lastHeard = event
  W.u8(w, present)
  W.u8(w, shape)
  W.reference(w, W.slotStation, event.station)
  W.count(w, event.crc)
  if (!sameMessage) {
    W.reference(w, W.slotWord, event.check)
    W.reference(w, W.slotSource, event.source)
    W.reference(w, W.slotDevice, event.device)
    W.count(w, event.frameType)
    W.count(w, event.flags)
    W.count(w, event.seq)
    W.count(w, event.keyVersion)
    W.text(w, event.mac)
    W.reserve(w, W.recordRoom)
    writeSealed(w, event.payload)
    W.reserve(w, W.recordRoom)
  }
  if (rssiDbm !== undefined)
    if ((shape & rssiWhole) === 0) W.hundredths(w, rssiDbm)
    else W.f64(w, rssiDbm)
  if (snrDb !== undefined)
    if ((shape & snrWhole) === 0) W.hundredths(w, snrDb)
    else W.f64(w, snrDb)
  if (frequencyHz !== undefined)
    if ((shape & frequencyWhole) === 0) W.count(w, frequencyHz)
    else W.f64(w, frequencyHz)
  if (configDigest !== undefined) W.reference(w, W.slotDigest, configDigest)
  if (signs !== undefined) {
    W.count(w, signs.length)
    for (const sign of signs) {
      W.reserve(w, W.recordRoom)
      W.reference(w, W.slotWord, sign)
    }
  }
}

/** 0 has a sign, which a count would lose. */
const isHertz = (value: number): boolean => value >>> 0 === value && value !== 0

/** Whether all is equal that copies of one message have in common. */
const isSameMessage = (a: FrameHeard, b: FrameHeard): boolean =>
  a.seq === b.seq &&
  a.device === b.device &&
  a.frameType === b.frameType &&
  a.flags === b.flags &&
  a.keyVersion === b.keyVersion &&
  a.check === b.check &&
  a.source === b.source &&
  a.mac === b.mac &&
  (a.payload === b.payload || isSame(a.payload, b.payload))

/** The common shapes are built by one literal each: adding keys afterwards costs a second allocation. */
export const readFrameHeard = (r: R.ByteReader): FrameHeard => {
  const present = R.u8(r)
  const shape = R.u8(r)
  const rank = rankOf(shape & rankBits)
  const station = Named.station(r)
  const crc = R.count(r)
  const message = (shape & messageAsBefore) === 0 ? readMessage(r) : r.lastHeard
  if (message === undefined) throw new RangeError("no reception stands before")
  const { source, device, frameType, flags, seq, mac, payload, check, keyVersion } = message
  const _tag = "FrameHeard"
  let heard: FrameHeard
  if (present === hasAll || present === hasRadio) {
    const rssiDbm = (shape & rssiWhole) === 0 ? R.hundredths(r) : R.f64(r)
    const snrDb = (shape & snrWhole) === 0 ? R.hundredths(r) : R.f64(r)
    const frequencyHz = (shape & frequencyWhole) === 0 ? R.count(r) : R.f64(r)
    // oxfmt-ignore
    heard =
      present === hasRadio
        ? { _tag, source, station, device, frameType, rank, flags, seq, mac, crc, payload, check, keyVersion, rssiDbm, snrDb, frequencyHz }
        : { _tag, source, station, device, frameType, rank, flags, seq, mac, crc, payload, check, keyVersion, rssiDbm, snrDb, frequencyHz, configDigest: R.reference(r) }
  } else
    heard = {
      _tag,
      source,
      station,
      device,
      frameType,
      rank,
      flags,
      seq,
      mac,
      crc,
      payload,
      check,
      keyVersion,
      ...((present & hasRssi) !== 0 && {
        rssiDbm: (shape & rssiWhole) === 0 ? R.hundredths(r) : R.f64(r),
      }),
      ...((present & hasSnr) !== 0 && {
        snrDb: (shape & snrWhole) === 0 ? R.hundredths(r) : R.f64(r),
      }),
      ...((present & hasFrequency) !== 0 && {
        frequencyHz: (shape & frequencyWhole) === 0 ? R.count(r) : R.f64(r),
      }),
      ...((present & hasConfigDigest) !== 0 && { configDigest: R.reference(r) }),
      ...((present & hasSigns) !== 0 && { signs: readSigns(r) }),
    }
  r.lastHeard = heard
  return heard
}

/** What copies of one message have in common. */
type Message = Pick<
  FrameHeard,
  "source" | "device" | "frameType" | "flags" | "seq" | "mac" | "payload" | "check" | "keyVersion"
>

const readMessage = (r: R.ByteReader): Message => {
  const check = Named.frameCheck(r)
  const source = Named.source(r)
  const device = Named.device(r)
  const frameType = R.count(r)
  const flags = R.count(r)
  const seq = R.count(r)
  const keyVersion = R.count(r)
  const mac = R.text(r)
  const payload = readSealed(r)
  return { source, device, frameType, flags, seq, mac, payload, check, keyVersion }
}

const readSigns = (r: R.ByteReader): ReadonlyArray<FrameSign> => {
  const signs: Array<FrameSign> = []
  for (let left = R.length(r, 2); left > 0; left--) signs.push(Named.frameSign(r))
  return signs
}

const rankOf = (value: number): 1 | 2 | 3 => {
  if (value === 1 || value === 2 || value === 3) return value
  throw new RangeError(`no rank ${value}`)
}

export const writeBytesHeard = (w: W.ByteWriter, event: BytesHeard): void => {
  W.u8(w, event.rssiDbm === undefined ? 0 : hasRssi)
  W.reference(w, W.slotSource, event.source)
  W.reference(w, W.slotStation, event.station)
  W.reference(w, W.slotWord, event.reason)
  W.reference(w, W.slotOther, event.field)
  W.count(w, event.offset)
  writeSealed(w, event.bytes)
  W.reserve(w, W.recordRoom)
  if (event.rssiDbm !== undefined) W.f64(w, event.rssiDbm)
}

export const readBytesHeard = (r: R.ByteReader): BytesHeard => {
  const present = R.u8(r)
  const source = Named.source(r)
  const station = Named.station(r)
  const reason = R.reference(r)
  const field = R.reference(r)
  const offset = R.count(r)
  const bytes = readSealed(r)
  return {
    _tag: "BytesHeard",
    source,
    station,
    bytes,
    reason,
    field,
    offset,
    ...(present === hasRssi && { rssiDbm: R.f64(r) }),
  }
}

export const writeSealed = (w: W.ByteWriter, sealed: Sealed): void => {
  const same = w.lastSealed !== undefined && isSame(w.lastSealed, sealed)
  W.u8(w, same ? sealedAsBefore : sealedFollows)
  if (same) return
  w.lastSealed = sealed
  W.text(w, sealed.digest)
  W.reserve(w, W.recordRoom)
  W.count(w, sealed.length)
  W.raw(w, sealed.bytes)
}

export const readSealed = (r: R.ByteReader): Sealed => {
  if (R.u8(r) === sealedAsBefore) {
    if (r.lastSealed === undefined) throw new RangeError("nothing sealed stands before")
    return r.lastSealed
  }
  const digest = R.text(r)
  const length = R.count(r)
  const bytes = R.raw(r)
  const sealed = { digest, length, bytes }
  r.lastSealed = sealed
  return sealed
}

const isSame = (a: Sealed, b: Sealed): boolean =>
  a.digest === b.digest && a.length === b.length && equal(a.bytes, b.bytes)
