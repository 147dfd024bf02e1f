/**
 * Who takes part: devices, stations, data centres, customers and where they want their messages.
 *
 * Stored names and fields are a wire format: change them only by adding, and through `upcast.ts`.
 * Keys are never here: `core/keys` holds them.
 */
import * as Schema from "effect/Schema"
import { CustomerId, DataCentreId, DestinationId, DeviceId, StationId } from "./ids.ts"

export const DeviceRegistered = Schema.TaggedStruct("DeviceRegistered", {
  device: DeviceId,
  customer: Schema.optionalKey(CustomerId),
  /** What the device is for ("meters"); groups it on the page. */
  group: Schema.optionalKey(Schema.String),
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

/** Where a customer's messages go. `loopbackAllowed` permits an address on this machine (a demo's). */
export const DestinationAdded = Schema.TaggedStruct("DestinationAdded", {
  customer: CustomerId,
  destination: DestinationId,
  url: Schema.String,
  loopbackAllowed: Schema.Boolean,
})
export type DestinationAdded = typeof DestinationAdded.Type

export const DestinationRemoved = Schema.TaggedStruct("DestinationRemoved", {
  customer: CustomerId,
  destination: DestinationId,
})
export type DestinationRemoved = typeof DestinationRemoved.Type
