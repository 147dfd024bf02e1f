/**
 * The Denver set: one row for each message and station that heard it.
 *
 * Columns may stand in any order, others are passed over. `nseq` is the mean rank of the transmissions heard.
 * Coordinates north of `latitudeMax` are not real (27 stations of the set) and are left out.
 */
import * as Ids from "../event/ids.ts"
import * as Rejected from "../kernel/Rejected.ts"
import { fieldsOf } from "./csvFields.ts"
import * as Fields from "./Fields.ts"
import type { FileFormat, FirstBlock, Reader } from "./FileFormat.ts"
import type { Input } from "./Input.ts"
import { lineReader } from "./lineReader.ts"

const source = "denver" as Ids.SourceId // the pattern allows it

const columns = ["messid", "bsid", "did", "nseq", "rssi", "time_ux", "bs_lat", "bs_lng"] as const
const needed = ["messid", "bsid", "did", "time_ux"] as const

/** The set is of one American city at 39.7 degrees north. */
const latitudeMax = 60

export const format: FileFormat = {
  name: "denver-csv",
  source,
  guess: (block) => missingIn(headerOf(block)).length === 0,
  refusal: (block) => {
    const missing = missingIn(headerOf(block))
    return missing.length === 0
      ? undefined
      : `its first line is no header with the columns ${missing.join(", ")}`
  },
  open: () => openCsv(),
}

const headerOf = (block: FirstBlock): ReadonlyArray<string> => {
  const line = /^\s*([^\r\n]*)/.exec(block.text)?.[1] ?? ""
  return namesOf(line)
}

const namesOf = (line: string): ReadonlyArray<string> =>
  (fieldsOf(line) ?? []).map((name) => name.trim().toLowerCase())

const missingIn = (names: ReadonlyArray<string>): ReadonlyArray<string> =>
  needed.filter((name) => !names.includes(name))

const openCsv = (): Reader => {
  let header: ReadonlyArray<string> | undefined
  return lineReader((text, line, lines) => {
    if (header === undefined) header = namesOf(text)
    else lines.push({ line, result: readRow(text, header, `line ${line}`) })
  })
}

const readRow = (
  text: string,
  header: ReadonlyArray<string>,
  where: string,
): Input | Rejected.Rejected => {
  const values = fieldsOf(text)
  if (values === undefined) return Rejected.make("bad-quotes", where, "a quote is not closed")
  if (values.length !== header.length)
    return Rejected.make(
      "wrong-columns",
      where,
      `${values.length} values under ${header.length} columns`,
    )
  const row: Record<string, string> = {}
  for (const name of columns) row[name] = values[header.indexOf(name)]?.trim() ?? ""
  return readReception(row, where)
}

const readReception = (row: Fields.Body, where: string): Input | Rejected.Rejected => {
  const fields = Fields.make(row, `${where} `)
  const id = fields.required("messid", messageId)
  const station = fields.required("bsid", Fields.station)
  const device = fields.required("did", deviceNumber)
  const occurredMs = fields.required("time_ux", Fields.timeMs)
  const meanRank = fields.optional("nseq", Fields.number({ min: 0, max: 2 }))
  const rssiDbm = fields.optional("rssi", Fields.rssiDbm)
  const lat = fields.optional("bs_lat", Fields.latitude)
  const lng = fields.optional("bs_lng", Fields.longitude)
  const rejected = fields.rejected()
  if (rejected !== undefined) return rejected
  if (id === undefined || station === undefined || device === undefined || occurredMs === undefined)
    return Rejected.make("missing", where, "a column is empty")
  const real = lat !== undefined && lng !== undefined && lat <= latitudeMax
  return {
    _tag: "Reception",
    occurredMs,
    report: {
      _tag: "ReceptionReported",
      source,
      station,
      device,
      id,
      ...(meanRank === undefined ? {} : { meanRank }),
      ...(rssiDbm === undefined ? {} : { rssiDbm }),
      ...(real ? { lat, lng } : {}),
    },
  }
}

/** Devices are numbered, and the numbers were written as decimal fractions: "473335.0". */
const deviceNumber: Fields.Read<Ids.DeviceId> = (value, refuse) => {
  const number = /^(\d{1,8})(?:\.0*)?$/.exec(String(value))
  return number === null
    ? refuse("bad-device", `${Fields.shown(value)} is no device's number`)
    : Ids.parseDeviceId(number[1])
}

const messageId: Fields.Read<Ids.SourceMessageId> = (value, refuse) =>
  typeof value === "string" && /^[0-9A-Za-z._-]{1,64}$/.test(value)
    ? (value as Ids.SourceMessageId) // the brand's own pattern
    : refuse("bad-id", `${Fields.shown(value)} cannot be a message's id`)
