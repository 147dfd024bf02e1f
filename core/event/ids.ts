/**
 * Names of the things in the chain.
 *
 * An id is short printable text without spaces, so that it can stand in a path, a stream name and a
 * command line as it is. What looks like a Sigfox device id (1..8 hex digits) has one canonical
 * form, the backend's own: upper case, no leading zeros.
 */
import * as Schema from "effect/Schema"

const name = /^[0-9A-Za-z][0-9A-Za-z._-]{0,47}$/

export const DeviceId = Schema.String.check(Schema.isPattern(name)).pipe(Schema.brand("DeviceId"))
export type DeviceId = typeof DeviceId.Type

export const StationId = Schema.String.check(Schema.isPattern(name)).pipe(Schema.brand("StationId"))
export type StationId = typeof StationId.Type

export const CustomerId = Schema.String.check(Schema.isPattern(name)).pipe(
  Schema.brand("CustomerId"),
)
export type CustomerId = typeof CustomerId.Type

export const DestinationId = Schema.String.check(Schema.isPattern(name)).pipe(
  Schema.brand("DestinationId"),
)
export type DestinationId = typeof DestinationId.Type

export const DataCentreId = Schema.String.check(Schema.isPattern(name)).pipe(
  Schema.brand("DataCentreId"),
)
export type DataCentreId = typeof DataCentreId.Type

/** A part of the core network: `par.server-2`. */
export const PartId = Schema.String.check(Schema.isPattern(name)).pipe(Schema.brand("PartId"))
export type PartId = typeof PartId.Type

export const ServiceId = Schema.String.check(Schema.isPattern(name)).pipe(Schema.brand("ServiceId"))
export type ServiceId = typeof ServiceId.Type

/** Where facts came from: `frames`, `callbacks`, `api-v2`, `jsi`, `denver`, `sim`, or a name the importer gave. */
export const SourceId = Schema.String.check(Schema.isPattern(name)).pipe(Schema.brand("SourceId"))
export type SourceId = typeof SourceId.Type

/** A message a source names by an id of its own, where it gives no sequence number. */
export const SourceMessageId = Schema.String.check(Schema.isPattern(/^[0-9A-Za-z._-]{1,64}$/)).pipe(
  Schema.brand("SourceMessageId"),
)
export type SourceMessageId = typeof SourceMessageId.Type

/** Who may log in or hold credentials. */
export const AccountId = Schema.String.check(Schema.isPattern(name)).pipe(Schema.brand("AccountId"))
export type AccountId = typeof AccountId.Type

export const CredentialId = Schema.String.check(Schema.isPattern(name)).pipe(
  Schema.brand("CredentialId"),
)
export type CredentialId = typeof CredentialId.Type

/** Somewhere that alerts go. */
export const AlertTargetId = Schema.String.check(Schema.isPattern(name)).pipe(
  Schema.brand("AlertTargetId"),
)
export type AlertTargetId = typeof AlertTargetId.Type

/** Names that devices are registered with; people choose them, so more is allowed than in an id. */
const label = Schema.String.check(Schema.isPattern(/^[^\p{Cc}]{1,64}$/u))

/** What devices belong to; groups stand in a tree. */
export const GroupId = label
export type GroupId = typeof GroupId.Type

/** What kind of device it is. */
export const DeviceTypeId = label
export type DeviceTypeId = typeof DeviceTypeId.Type

/**
 * The device id of a radio address. Those met of late are kept, a place for each address modulo `idsKept`: copies of a
 * message come together, and one text for all of them is also found faster in maps than equal ones.
 */
export const deviceIdOf = (address: number): DeviceId => {
  const place = address & (idsKept - 1)
  if (addressKept[place] === address && idKept[place] !== undefined) return idKept[place]
  // A number's hex digits always fit the pattern.
  const id = (address >>> 0).toString(16).toUpperCase() as DeviceId
  addressKept[place] = address
  idKept[place] = id
  return id
}

/** A power of two; 300 KB. */
const idsKept = 4_096
const addressKept: Array<number> = Array.from({ length: idsKept }, () => -1)
const idKept: Array<DeviceId | undefined> = Array.from({ length: idsKept }, () => undefined)

/** The radio address of a device id, or undefined where the id is no such address. */
export const addressOf = (device: string): number | undefined => {
  const { length } = device
  if (length === 0 || length > 8) return undefined
  let address = 0
  for (let i = 0; i < length; i++) {
    const code = device.charCodeAt(i)
    if (code >= digit0 && code < digit0 + 10) address = address * 16 + code - digit0
    else if (code >= letterA && code < letterA + 6) address = address * 16 + code - letterA + 10
    else return undefined
  }
  return address
}

const digit0 = 48
const letterA = 65

/** Reads a device id as people and backends write it; undefined when it cannot be one. */
export const parseDeviceId = (text: string): DeviceId | undefined => {
  if (/^[0-9A-Fa-f]{1,8}$/.test(text)) return deviceIdOf(Number.parseInt(text, 16))
  return name.test(text) ? (text as DeviceId) : undefined // the pattern is the brand's own
}

/** Reads a station id; hex digits are shown in upper case and keep their leading zeros. */
export const parseStationId = (text: string): StationId | undefined => {
  if (!name.test(text)) return undefined
  const shown = /^[0-9A-Fa-f]{1,8}$/.test(text) ? text.toUpperCase() : text
  return shown as StationId // the pattern is the brand's own
}
