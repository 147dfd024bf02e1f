/**
 * Files of messages as the Sigfox API v2 answers them: one, an array, or pages `{"data":[…]}`.
 *
 * The API's list of undelivered callbacks (`deviceErrorMessages`) is read too, as ERROR reports of
 * their devices. Field names are those of the OpenAPI document.
 */
import type { SourceId } from "../event/ids.ts"
import type { StationReport } from "../event/report.ts"
import * as Rejected from "../kernel/Rejected.ts"
import * as Fields from "./Fields.ts"
import type { FileFormat } from "./FileFormat.ts"
import type { Input } from "./Input.ts"
import * as JsonLines from "./jsonLines.ts"
import { computedLocation, linkQuality, messageId, stationsMax } from "./reported.ts"
import { serviceFields } from "./serviceFields.ts"

const source = "api-v2" as SourceId // the pattern allows it

export const format: FileFormat = JsonLines.make({
  name: "api-v2-json",
  source,
  read: (value, path) => readApiMessage(value, path),
  looks: "those of a message (device.id, time)",
  looksLike: (body) => isMessage(body) || isErrorMessage(body),
})

const isMessage = (body: Fields.Body): boolean =>
  Fields.isBody(body["device"]) &&
  Object.hasOwn(body["device"], "id") &&
  Object.hasOwn(body, "time")

const isErrorMessage = (body: Fields.Body): boolean =>
  Object.hasOwn(body, "deviceId") &&
  Object.hasOwn(body, "time") &&
  (Object.hasOwn(body, "status") || Object.hasOwn(body, "callback"))

/** Reads one message object; `path` is its place. */
const readApiMessage = (value: unknown, path: string): Input | Rejected.Rejected => {
  if (!Fields.isBody(value))
    return Rejected.make("not-object", path, `${Fields.shown(value)} is no message`)
  const fields = Fields.make(value, path)
  const input = isErrorMessage(value) ? readError(value, fields) : readMessage(value, path, fields)
  if (!("occurredMs" in input)) return input
  return fields.rejected() ?? input
}

const readMessage = (
  body: Fields.Body,
  path: string,
  fields: Fields.Fields,
): Timed | Rejected.Rejected => {
  const named = Fields.make(Fields.isBody(body["device"]) ? body["device"] : {}, `${path}.device`)
  const device = named.required("id", Fields.device)
  const occurredMs = fields.required("time", Fields.timeMs)
  const seq = fields.optional("seqNumber", Fields.seq)
  const payload = body["data"] === "" ? new Uint8Array(0) : fields.optional("data", Fields.payload)
  const lqi = fields.optional("lqi", linkQuality)
  const downlinkAsked = fields.optional("ackRequired", Fields.flag)
  const location = fields.optional("computedLocation", computedLocation)
  const stations = readStations(fields.raw("rinfos"), `${path}.rinfos`)
  const rejected = named.rejected() ?? fields.rejected()
  if (rejected !== undefined) return rejected
  if (Rejected.is(stations)) return stations
  if (device === undefined || occurredMs === undefined)
    return Rejected.make("missing", path, "there is no device.id or no time")
  return {
    _tag: "Message",
    occurredMs,
    report: {
      _tag: "MessageReported",
      source,
      report: "api-v2",
      device,
      ...(seq === undefined ? { id: messageId(device, occurredMs) } : { seq }),
      stations,
      ...(lqi === undefined || lqi === "none" ? {} : { lqi }),
      ...(downlinkAsked === undefined ? {} : { downlinkAsked }),
      ...(location === undefined || location === "none" ? {} : { location }),
    },
    ...(payload === undefined ? {} : { payload }),
  }
}

type Timed = Extract<Input, { readonly _tag: "Message" | "Service" }>

const readStations = (
  rinfos: unknown,
  path: string,
): ReadonlyArray<StationReport> | Rejected.Rejected => {
  if (rinfos === undefined || rinfos === null) return []
  if (!Array.isArray(rinfos)) return Rejected.make("not-list", path, "rinfos is no list")
  if (rinfos.length > stationsMax)
    return Rejected.make("too-long", path, `more than ${stationsMax} stations`)
  const reports: Array<StationReport> = []
  for (const [i, each] of rinfos.entries()) {
    const report = readStation(each, `${path}[${i}]`)
    if (Rejected.is(report)) return report
    reports.push(report)
  }
  return reports
}

const readStation = (value: unknown, path: string): StationReport | Rejected.Rejected => {
  const body = Fields.isBody(value) ? value : {}
  const base = Fields.isBody(body["baseStation"]) ? body["baseStation"] : {}
  const named = Fields.make(base, `${path}.baseStation`)
  const fields = Fields.make(body, path)
  const station = named.required("id", Fields.station)
  const rssiDbm = fields.optional("rssi", Fields.rssiDbm)
  const snrDb = fields.optional("snr", Fields.snrDb)
  const frequencyHz = fields.optional("freq", frequency)
  const listed = body["repetitions"]
  const repetitions =
    fields.optional("rep", Fields.integer({ min: 0, max: 1000 })) ??
    (Array.isArray(listed) ? listed.length : undefined)
  const rejected = named.rejected() ?? fields.rejected()
  if (rejected !== undefined) return rejected
  if (station === undefined) return Rejected.make("missing", path, "there is no baseStation.id")
  return {
    station,
    ...(rssiDbm === undefined ? {} : { rssiDbm }),
    ...(snrDb === undefined ? {} : { snrDb }),
    ...(frequencyHz === undefined ? {} : { frequencyHz }),
    ...(repetitions === undefined ? {} : { repetitions }),
  }
}

/** The document's text says Hz, its examples say MHz (868.53); no band of Sigfox lets the two be confused. */
const frequency: Fields.Read<number> = (value, refuse) => {
  const read = Fields.number({ min: 0, max: 1e10 })(value, refuse)
  if (read === undefined) return undefined
  const hz = read < 10_000 ? Math.round(read * 1e6) : read
  return hz >= 1e8 ? hz : refuse("out-of-range", `${read} is no radio frequency in Hz or MHz`)
}

const readError = (body: Fields.Body, fields: Fields.Fields): Timed | Rejected.Rejected => {
  const device = fields.required("deviceId", Fields.device)
  const occurredMs = fields.required("time", Fields.timeMs)
  const others = serviceFields(body, fields)
  const rejected = fields.rejected()
  if (rejected !== undefined) return rejected
  if (device === undefined || occurredMs === undefined)
    return Rejected.make("missing", "deviceId", "there is no deviceId or no time")
  return {
    _tag: "Service",
    occurredMs,
    report: { _tag: "ServiceReported", source, device, service: "error", fields: others },
  }
}
