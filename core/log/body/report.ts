/**
 * Bodies of what networks reported, layout 1. `#` is a count, `"` a text, `@` a reference (see `ByteWriter.ts`).
 *
 * ```
 * MessageReported: present u8 (1 seq, 2 id, 4 payload, 8 lqi, 16 downlinkAsked, 32 it is true, 64 location, 128 its radius) |
 *   @report @source @device | #seq? "id? sealed? #lqi? lat f64? lng f64? radius f64? | #stations, each: @station
 *   present u8 (1 rssi, 2 snr, 4 frequency, 8 repetitions) rssi f64? snr f64? frequency f64? #repetitions?
 * ReceptionReported: present u8 (1 meanRank, 2 rssi, 4 lat, 8 lng) | @source @station @device "id |
 *   meanRank f64? rssi f64? lat f64? lng f64?
 * ```
 */
import type { MessageReported, ReceptionReported, StationReport } from "../../event/report.ts"
import * as R from "../ByteReader.ts"
import * as W from "../ByteWriter.ts"
import * as Named from "./named.ts"
import { readSealed, writeSealed } from "./reception.ts"

const hasSeq = 1
const hasId = 2
const hasPayload = 4
const hasLqi = 8
const hasDownlinkAsked = 16
const downlinkAsked = 32
const hasLocation = 64
const hasRadius = 128

export const writeMessageReported = (w: W.ByteWriter, event: MessageReported): void => {
  const { location } = event
  W.u8(
    w,
    (event.seq === undefined ? 0 : hasSeq) |
      (event.id === undefined ? 0 : hasId) |
      (event.payload === undefined ? 0 : hasPayload) |
      (event.lqi === undefined ? 0 : hasLqi) |
      (event.downlinkAsked === undefined ? 0 : hasDownlinkAsked) |
      (event.downlinkAsked === true ? downlinkAsked : 0) |
      (location === undefined ? 0 : hasLocation) |
      (location?.radiusM === undefined ? 0 : hasRadius),
  )
  W.reference(w, W.slotWord, event.report)
  W.reference(w, W.slotSource, event.source)
  W.reference(w, W.slotDevice, event.device)
  if (event.seq !== undefined) W.count(w, event.seq)
  if (event.id !== undefined) W.text(w, event.id)
  if (event.payload !== undefined) writeSealed(w, event.payload)
  W.reserve(w, W.recordRoom)
  if (event.lqi !== undefined) W.count(w, event.lqi)
  if (location !== undefined) {
    W.f64(w, location.lat)
    W.f64(w, location.lng)
    if (location.radiusM !== undefined) W.f64(w, location.radiusM)
  }
  W.count(w, event.stations.length)
  for (const station of event.stations) writeStation(w, station)
}

export const readMessageReported = (r: R.ByteReader): MessageReported => {
  const present = R.u8(r)
  const report = Named.reportKind(r)
  const source = Named.source(r)
  const device = Named.device(r)
  const optional = {
    ...((present & hasSeq) !== 0 && { seq: R.count(r) }),
    ...((present & hasId) !== 0 && { id: Named.messageId(r) }),
    ...((present & hasPayload) !== 0 && { payload: readSealed(r) }),
    ...((present & hasLqi) !== 0 && { lqi: R.count(r) }),
    ...((present & hasDownlinkAsked) !== 0 && { downlinkAsked: (present & downlinkAsked) !== 0 }),
    ...((present & hasLocation) !== 0 && { location: readLocation(r, present) }),
  }
  const stations = Array.from({ length: R.length(r, 3) }, () => readStation(r))
  return { _tag: "MessageReported", source, report, device, stations, ...optional }
}

const readLocation = (r: R.ByteReader, present: number) => ({
  lat: R.f64(r),
  lng: R.f64(r),
  ...((present & hasRadius) !== 0 && { radiusM: R.f64(r) }),
})

const stationHasRssi = 1
const stationHasSnr = 2
const stationHasFrequency = 4
const stationHasRepetitions = 8

const writeStation = (w: W.ByteWriter, report: StationReport): void => {
  W.reserve(w, W.recordRoom)
  W.reference(w, W.slotStation, report.station)
  W.u8(
    w,
    (report.rssiDbm === undefined ? 0 : stationHasRssi) |
      (report.snrDb === undefined ? 0 : stationHasSnr) |
      (report.frequencyHz === undefined ? 0 : stationHasFrequency) |
      (report.repetitions === undefined ? 0 : stationHasRepetitions),
  )
  if (report.rssiDbm !== undefined) W.f64(w, report.rssiDbm)
  if (report.snrDb !== undefined) W.f64(w, report.snrDb)
  if (report.frequencyHz !== undefined) W.f64(w, report.frequencyHz)
  if (report.repetitions !== undefined) W.count(w, report.repetitions)
}

const readStation = (r: R.ByteReader): StationReport => {
  const station = Named.station(r)
  const present = R.u8(r)
  return {
    station,
    ...((present & stationHasRssi) !== 0 && { rssiDbm: R.f64(r) }),
    ...((present & stationHasSnr) !== 0 && { snrDb: R.f64(r) }),
    ...((present & stationHasFrequency) !== 0 && { frequencyHz: R.f64(r) }),
    ...((present & stationHasRepetitions) !== 0 && { repetitions: R.count(r) }),
  }
}

const hasMeanRank = 1
const hasRssi = 2
const hasLat = 4
const hasLng = 8

export const writeReceptionReported = (w: W.ByteWriter, event: ReceptionReported): void => {
  W.u8(
    w,
    (event.meanRank === undefined ? 0 : hasMeanRank) |
      (event.rssiDbm === undefined ? 0 : hasRssi) |
      (event.lat === undefined ? 0 : hasLat) |
      (event.lng === undefined ? 0 : hasLng),
  )
  W.reference(w, W.slotSource, event.source)
  W.reference(w, W.slotStation, event.station)
  W.reference(w, W.slotDevice, event.device)
  W.text(w, event.id)
  W.reserve(w, W.recordRoom)
  if (event.meanRank !== undefined) W.f64(w, event.meanRank)
  if (event.rssiDbm !== undefined) W.f64(w, event.rssiDbm)
  if (event.lat !== undefined) W.f64(w, event.lat)
  if (event.lng !== undefined) W.f64(w, event.lng)
}

export const readReceptionReported = (r: R.ByteReader): ReceptionReported => {
  const present = R.u8(r)
  const source = Named.source(r)
  const station = Named.station(r)
  const device = Named.device(r)
  const id = Named.messageId(r)
  return {
    _tag: "ReceptionReported",
    source,
    station,
    device,
    id,
    ...((present & hasMeanRank) !== 0 && { meanRank: R.f64(r) }),
    ...((present & hasRssi) !== 0 && { rssiDbm: R.f64(r) }),
    ...((present & hasLat) !== 0 && { lat: R.f64(r) }),
    ...((present & hasLng) !== 0 && { lng: R.f64(r) }),
  }
}
