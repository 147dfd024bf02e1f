/**
 * A Sigfox backend's callbacks: what one body or URL says, as facts.
 *
 * A network reported them, so nothing is checked here but that they can be read. UPLINK, BIDIR and
 * DATA_ADVANCED become messages, all others service reports. Of what a station is said to be, only the id
 * and the signal are taken: the `lat` and `lng` of old callbacks are the station's, rounded to
 * degrees, and `avgSnr` is a mean over the device's last messages.
 */
import type { ReportKind, StationReport } from "../event/report.ts"
import type { SourceId } from "../event/ids.ts"
import * as Rejected from "../kernel/Rejected.ts"
import * as CallbackType from "./callbackType.ts"
import * as Fields from "./Fields.ts"
import type { Input } from "./Input.ts"
import { computedLocation, linkQuality, messageId, ofText, stationsMax } from "./reported.ts"
import { serviceFields } from "./serviceFields.ts"

export interface Options {
  /** What `?type=` says. */
  readonly type?: string | undefined
  readonly source?: SourceId
  /** Reports messages as of this kind, whatever the body's fields tell. */
  readonly report?: ReportKind
}

/** The source of what callbacks say, where the importer gives no other name. */
export const source = "callbacks" as SourceId // the pattern allows it

/** Reads one callback's variables. `root` is the place of the body; empty where they are parameters. */
export const readCallback = (
  body: unknown,
  root: string,
  options: Options = {},
): Input | Rejected.Rejected => {
  if (!Fields.isBody(body))
    return Rejected.make("not-object", root, `${Fields.shown(body)} is no callback's body`)
  const fields = Fields.make(body, root)
  const type = options.report ?? typeOf(body, fields, options.type)
  const input = type === undefined ? undefined : readAs(type, body, fields, options)
  const rejected = fields.rejected()
  if (rejected !== undefined) return rejected
  return (
    input ?? Rejected.make("unknown-type", root || "query", "its fields are those of no callback")
  )
}

const typeOf = (
  body: Fields.Body,
  fields: Fields.Fields,
  named: string | undefined,
): CallbackType.CallbackType | undefined => {
  if (named !== undefined && named !== "")
    return (
      CallbackType.ofName(named) ??
      fields.refuse("type", "unknown-type", `${Fields.shown(named)} is no callback`)
    )
  const own = fields.raw("type")
  const said = typeof own === "string" ? CallbackType.ofName(own) : undefined
  return said ?? CallbackType.ofFields((name) => Object.hasOwn(body, name))
}

const readAs = (
  type: ReportKind | CallbackType.CallbackType,
  body: Fields.Body,
  fields: Fields.Fields,
  options: Options,
): Input | undefined => {
  switch (type) {
    case "uplink":
    case "bidir":
    case "data-advanced":
    case "api-v2":
    case "rx":
      return readMessage(type, fields, options)
    case "acknowledge":
    case "status":
    case "repeater":
    case "error":
    case "event":
    case "geoloc":
      return readService(type, body, fields, options)
  }
}

const readMessage = (
  report: ReportKind,
  fields: Fields.Fields,
  options: Options,
): Input | undefined => {
  const device = readDevice(fields)
  const occurredMs = fields.required("time", Fields.timeMs)
  const seq = fields.optional("seqNumber", Fields.seq)
  const data = fields.raw("data")
  const payload = data === "" ? new Uint8Array(0) : fields.optional("data", Fields.payload)
  const stations = readStations(fields)
  const lqi =
    fields.optional("lqi", linkQuality) ??
    (fields.has("lqi") ? undefined : fields.optional("linkQuality", linkQuality))
  const downlinkAsked = fields.optional("ack", Fields.flag)
  const location = fields.optional("computedLocation", computedLocation)
  if (fields.rejected() !== undefined || device === undefined || occurredMs === undefined)
    return undefined
  return {
    _tag: "Message",
    occurredMs,
    report: {
      _tag: "MessageReported",
      source: options.source ?? source,
      report,
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

const readService = (
  service: Exclude<CallbackType.CallbackType, "uplink" | "bidir" | "data-advanced">,
  body: Fields.Body,
  fields: Fields.Fields,
  options: Options,
): Input | undefined => {
  const device = readDevice(fields)
  const occurredMs = fields.required("time", Fields.timeMs)
  const seq =
    fields.optional("seqNumber", Fields.seq) ??
    fields.optional("deviceMessageSeqnumber", Fields.seq)
  const others = serviceFields(body, fields)
  if (fields.rejected() !== undefined || device === undefined || occurredMs === undefined)
    return undefined
  return {
    _tag: "Service",
    occurredMs,
    report: {
      _tag: "ServiceReported",
      source: options.source ?? source,
      device,
      service,
      ...(seq === undefined ? {} : { seq }),
      fields: others,
    },
  }
}

/** EVENT calls the device `sourceId`; the callback forms of the API call it `deviceId`. */
const readDevice = (fields: Fields.Fields) => {
  const name = ["device", "deviceId", "sourceId"].find(fields.has) ?? "device"
  return fields.required(name, Fields.device)
}

/** The station of the first frame, and those that DATA_ADVANCED lists. A station appears once. */
const readStations = (fields: Fields.Fields): ReadonlyArray<StationReport> => {
  const listed = fields.optional("duplicates", readDuplicates) ?? []
  const station = fields.optional("station", Fields.station)
  const rssiDbm = fields.optional("rssi", Fields.rssiDbm)
  const snrDb = fields.optional("snr", Fields.snrDb)
  if (station === undefined || listed.some((each) => each.station === station)) return listed
  const own: StationReport = {
    station,
    ...(rssiDbm === undefined ? {} : { rssiDbm }),
    ...(snrDb === undefined ? {} : { snrDb }),
  }
  return [own, ...listed]
}

const readDuplicates: Fields.Read<ReadonlyArray<StationReport>> = (value, refuse) => {
  const list = ofText(value)
  if (!Array.isArray(list)) return refuse("not-list", `${Fields.shown(value)} is no list`)
  if (list.length > stationsMax) return refuse("too-long", `more than ${stationsMax} stations`)
  const reports: Array<StationReport> = []
  for (const [i, each] of list.entries()) {
    if (!Fields.isBody(each)) return refuse("not-object", `[${i}] is no object`)
    const fields = Fields.make(each, `[${i}]`)
    const station = fields.required("bsId", Fields.station)
    const rssiDbm = fields.optional("rssi", Fields.rssiDbm)
    const snrDb = fields.optional("snr", Fields.snrDb)
    const repetitions = fields.optional("nbRep", Fields.integer({ min: 0, max: 1000 }))
    const rejected = fields.rejected()
    if (rejected !== undefined || station === undefined)
      return refuse(rejected?.reason ?? "missing", `${rejected?.where}: ${rejected?.detail}`)
    reports.push({
      station,
      ...(rssiDbm === undefined ? {} : { rssiDbm }),
      ...(snrDb === undefined ? {} : { snrDb }),
      ...(repetitions === undefined ? {} : { repetitions }),
    })
  }
  return reports
}
