/**
 * One reception with its raw frame, as a line of `frames-ndjson`:
 * `{"station","heardAt","frame","rssiDbm","snrDb","frequencyHz","configDigest"}`, of which the first
 * three are needed. `bitstream` may stand for `frame`: with the preamble, as heard on air.
 *
 * Hot: every reception of a network passes here, so fields are read one by one and no `Fields` is made.
 */
import * as Ids from "../event/ids.ts"
import type { ReceivedFrame } from "../decide/ReceivedFrame.ts"
import * as Instant from "../kernel/Instant.ts"
import * as Rejected from "../kernel/Rejected.ts"
import * as Fields from "./Fields.ts"
import type { Input } from "./Input.ts"
import { parseJson } from "./parseJson.ts"

/** The source of frames, where the importer gives no other name. */
export const source = "frames" as Ids.SourceId // the pattern allows it

/** Most hex digits of a frame: 64 bytes, over twice the longest bitstream. */
const frameDigitsMax = 128

/** Longest digest known to TPMs: SHA-512, 64 bytes. */
const digestDigitsMax = 128

/** Reads line number `line`. */
export const readFrameLine = (
  text: string,
  line: number,
  from: Ids.SourceId = source,
): Input | Rejected.Rejected => {
  const parsed = parseJson(text)
  if (!parsed.ok) return Rejected.make("not-json", `line ${line}`, parsed.why)
  return readFrame(parsed.value, line, from)
}

/** Reads one reception that was parsed already; `line` is its place. */
const readFrame = (
  value: unknown,
  line: number,
  from: Ids.SourceId = source,
): Input | Rejected.Rejected => {
  if (!Fields.isBody(value))
    return Rejected.make("not-object", `line ${line}`, `${Fields.shown(value)} is no reception`)
  const station = stationOf(value["station"])
  if (station === undefined) return refused(value, "station", "bad-station", line)
  const heardAtMs = instantOf(value["heardAt"])
  if (heardAtMs === undefined) return refused(value, "heardAt", "bad-time", line)
  const name = value["frame"] === undefined ? "bitstream" : "frame"
  const frame = value[name]
  if (!isHex(frame, frameDigitsMax))
    return refused(
      value,
      name === "bitstream" && frame === undefined ? "frame" : name,
      "bad-hex",
      line,
    )
  // Written at once with the fields that are nearly always there: objects of one shape (measured).
  const read: { -readonly [K in keyof ReceivedFrame]: ReceivedFrame[K] } = {
    source: from,
    station,
    heardAtMs,
    frame,
  }
  const rssiDbm = value["rssiDbm"]
  if (rssiDbm !== undefined && rssiDbm !== null) {
    if (!isWithin(rssiDbm, -200, 50)) return refused(value, "rssiDbm", "bad-number", line)
    read.rssiDbm = rssiDbm
  }
  const snrDb = value["snrDb"]
  if (snrDb !== undefined && snrDb !== null) {
    if (!isWithin(snrDb, -100, 200)) return refused(value, "snrDb", "bad-number", line)
    read.snrDb = snrDb
  }
  const frequencyHz = value["frequencyHz"]
  if (frequencyHz !== undefined && frequencyHz !== null) {
    // Below 100 MHz or beyond 10 GHz it is not in Hz.
    if (!isWithin(frequencyHz, 1e8, 1e10)) return refused(value, "frequencyHz", "bad-number", line)
    read.frequencyHz = frequencyHz
  }
  const configDigest = value["configDigest"]
  if (configDigest !== undefined && configDigest !== null) {
    if (!isHex(configDigest, digestDigitsMax) || configDigest.length % 2 !== 0)
      return refused(value, "configDigest", "bad-hex", line)
    read.configDigest = configDigest.toLowerCase()
  }
  return { _tag: "Frame", frame: read }
}

const refused = (
  value: Fields.Body,
  name: string,
  reason: string,
  line: number,
): Rejected.Rejected => {
  const given = value[name]
  const where = `line ${line} $.${name}`
  return given === undefined || given === null || given === ""
    ? Rejected.make("missing", where, `there is no ${name}`)
    : Rejected.make(reason, where, `${Fields.shown(given)} cannot be a ${name}`)
}

/** Stations seen before, as there are few and each is named in many lines. Emptied when full. */
const stations = new Map<string, Ids.StationId>()
const stationsMax = 4_096

const stationOf = (value: unknown): Ids.StationId | undefined => {
  if (typeof value !== "string") return undefined
  const seen = stations.get(value)
  if (seen !== undefined) return seen
  const station = Ids.parseStationId(value)
  if (station === undefined) return undefined
  if (stations.size >= stationsMax) stations.clear()
  stations.set(value, station)
  return station
}

/** Milliseconds since 1970, or ISO 8601. */
const instantOf = (value: unknown): number | undefined => {
  if (typeof value === "string") return Instant.parse(value)
  return typeof value === "number" && value >= 1e9 && value < Instant.latestMs
    ? Math.trunc(value)
    : undefined
}

const hexDigits = /^[0-9a-fA-F]+$/

const isHex = (value: unknown, digitsMax: number): value is string =>
  typeof value === "string" && value.length <= digitsMax && hexDigits.test(value)

const isWithin = (value: unknown, min: number, max: number): value is number =>
  typeof value === "number" && value >= min && value <= max
