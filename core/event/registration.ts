/**
 * Who takes part: devices, stations, data centres, customers and where they want their messages.
 *
 * Stored names and fields are a wire format: change them only by adding, and through `upcast.ts`.
 * Keys are never here: `core/keys` holds them.
 */
import * as Schema from "effect/Schema"
import { Notice } from "./delivery.ts"
import {
  CustomerId,
  DataCentreId,
  DestinationId,
  DeviceId,
  DeviceTypeId,
  StationId,
} from "./ids.ts"

export const DeviceRegistered = Schema.TaggedStruct("DeviceRegistered", {
  device: DeviceId,
  customer: Schema.optionalKey(CustomerId),
  /** What the device belongs to ("meters"); groups stand in a tree (`GroupPlaced`) and group it on the page. */
  group: Schema.optionalKey(Schema.String),
  /** What kind of device it is; grants may be for one type only. */
  deviceType: Schema.optionalKey(DeviceTypeId),
  /** RC1..RC7, SIGFOX.md part 3. */
  radioZone: Schema.optionalKey(Schema.String),
  /** Uplinks a day in its contract; the policy's default where absent. */
  contractPerDay: Schema.optionalKey(Schema.Int),
  /** Where its counter rolls over, 128..4096; the policy's default where absent. */
  rollover: Schema.optionalKey(Schema.Int),
  /** 1 when a key was registered with it, 0 when it has none. */
  keyVersion: Schema.Int,
})
export type DeviceRegistered = typeof DeviceRegistered.Type

/** From here on the device's MAC is checked under this version; older messages stay under theirs. */
export const DeviceKeyReplaced = Schema.TaggedStruct("DeviceKeyReplaced", {
  device: DeviceId,
  keyVersion: Schema.Int,
})
export type DeviceKeyReplaced = typeof DeviceKeyReplaced.Type

export const DeviceRetired = Schema.TaggedStruct("DeviceRetired", { device: DeviceId })
export type DeviceRetired = typeof DeviceRetired.Type

/** The counter check is skipped once; the next number becomes the reference (SIGFOX.md part 4, rule 3). */
export const CounterDisengaged = Schema.TaggedStruct("CounterDisengaged", {
  device: DeviceId,
  /** Who asked and why, for people. */
  note: Schema.String,
})
export type CounterDisengaged = typeof CounterDisengaged.Type

export const StationEnrolled = Schema.TaggedStruct("StationEnrolled", {
  station: StationId,
  name: Schema.optionalKey(Schema.String),
  city: Schema.optionalKey(Schema.String),
  lat: Schema.optionalKey(Schema.Finite),
  lng: Schema.optionalKey(Schema.Finite),
  dataCentre: Schema.optionalKey(DataCentreId),
})
export type StationEnrolled = typeof StationEnrolled.Type

export const StationRetired = Schema.TaggedStruct("StationRetired", { station: StationId })
export type StationRetired = typeof StationRetired.Type

export const DataCentreOpened = Schema.TaggedStruct("DataCentreOpened", {
  dataCentre: DataCentreId,
  name: Schema.String,
  links: Schema.Array(Schema.String),
})
export type DataCentreOpened = typeof DataCentreOpened.Type

export const CustomerRegistered = Schema.TaggedStruct("CustomerRegistered", {
  customer: CustomerId,
  name: Schema.optionalKey(Schema.String),
})
export type CustomerRegistered = typeof CustomerRegistered.Type

export const CustomerRetired = Schema.TaggedStruct("CustomerRetired", { customer: CustomerId })
export type CustomerRetired = typeof CustomerRetired.Type

/** How a destination is reached. Absent means `url`. */
export const Channel = Schema.Literals([
  /** A request for each. */
  "url",
  /** A request for all that became owed since the last. */
  "batch-url",
  "email",
  /** Kept until the customer fetches it. */
  "pull",
])
export type Channel = typeof Channel.Type

/** What a destination is told. Absent means `bidir` alone. */
export const Told = Schema.Literals(["bidir", ...Notice.literals])
export type Told = typeof Told.Type

/**
 * Where a customer's messages go. `loopbackAllowed` permits an address on this machine (a demo's).
 *
 * `url`: `https://…`, `mailto:ADDRESS` of an e-mail, `pull:` of what is fetched. It, headers and body are templates: `{device}`
 * and the like are the variables of SIGFOX.md part 6.
 */
export const DestinationAdded = Schema.TaggedStruct("DestinationAdded", {
  customer: CustomerId,
  destination: DestinationId,
  url: Schema.String,
  loopbackAllowed: Schema.Boolean,
  channel: Schema.optionalKey(Channel),
  told: Schema.optionalKey(Schema.Array(Told)),
  /** Only of devices in this group or one below it, as the tree stands when a message is accepted; of all where absent. */
  group: Schema.optionalKey(Schema.String),
  method: Schema.optionalKey(Schema.Literals(["POST", "PUT", "GET"])),
  headers: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  body: Schema.optionalKey(Schema.String),
  contentType: Schema.optionalKey(Schema.String),
  /** One line of a batch's `{batch}`. */
  linePattern: Schema.optionalKey(Schema.String),
  /** An `error` is owed when a device says nothing for so long; where absent, for three times its longest gap of late. */
  silentAfterS: Schema.optionalKey(Schema.Int),
  /** Permits addresses within private networks (RFC 1918, RFC 4193). */
  privateAllowed: Schema.optionalKey(Schema.Boolean),
  /** Version of its secret headers and signing key in the vault; absent where it has none. */
  secretVersion: Schema.optionalKey(Schema.Int),
})
export type DestinationAdded = typeof DestinationAdded.Type

export const DestinationRemoved = Schema.TaggedStruct("DestinationRemoved", {
  customer: CustomerId,
  destination: DestinationId,
})
export type DestinationRemoved = typeof DestinationRemoved.Type
