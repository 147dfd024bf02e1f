/**
 * What people and programs may ask of the twin: everything that changes the log other than facts
 * coming in. Each is decided on the state as it then is, and gives events, nothing (it was so
 * already), or a typed refusal.
 */
import * as Schema from "effect/Schema"
import { CustomerId, DataCentreId, DestinationId, DeviceId, StationId } from "../event/ids.ts"
import { Policy } from "../event/policy.ts"
import {
  CustomerRegistered,
  DataCentreOpened,
  DestinationAdded,
  DeviceRegistered,
  StationEnrolled,
} from "../event/registration.ts"

/** Sixteen bytes as hex; kept by `core/keys`, never in the log. */
export const RadioKey = Schema.Redacted(
  Schema.String.check(Schema.isPattern(/^[0-9a-fA-F]{32}$/, { message: "32 hexadecimal digits" })),
)

const { _tag: _device, keyVersion: _version, ...device } = DeviceRegistered.fields
const { _tag: _station, ...station } = StationEnrolled.fields
const { _tag: _customer, ...customer } = CustomerRegistered.fields
const { _tag: _destination, ...destination } = DestinationAdded.fields
const { _tag: _dataCentre, ...dataCentre } = DataCentreOpened.fields

export const Command = Schema.Union([
  Schema.TaggedStruct("RegisterDevice", { ...device, key: Schema.optionalKey(RadioKey) }),
  Schema.TaggedStruct("ReplaceDeviceKey", { device: DeviceId, key: RadioKey }),
  Schema.TaggedStruct("RetireDevice", { device: DeviceId }),
  Schema.TaggedStruct("DisengageCounter", { device: DeviceId, note: Schema.String }),
  Schema.TaggedStruct("EnrolStation", station),
  Schema.TaggedStruct("AdoptReferenceValues", { station: StationId, configDigest: Schema.String }),
  Schema.TaggedStruct("RetireStation", { station: StationId }),
  Schema.TaggedStruct("OpenDataCentre", dataCentre),
  Schema.TaggedStruct("ReportLink", {
    dataCentre: DataCentreId,
    link: Schema.String,
    up: Schema.Boolean,
  }),
  Schema.TaggedStruct("RegisterCustomer", customer),
  Schema.TaggedStruct("RetireCustomer", { customer: CustomerId }),
  Schema.TaggedStruct("AddDestination", destination),
  Schema.TaggedStruct("RemoveDestination", { customer: CustomerId, destination: DestinationId }),
  Schema.TaggedStruct("AdoptPolicy", { policy: Policy, note: Schema.String }),
])
export type Command = typeof Command.Type

/** A command that cannot be carried out as things stand. */
export class CommandRefused extends Schema.TaggedError<CommandRefused>()("CommandRefused", {
  reason: Schema.Literals(["unknown", "exists", "retired", "invalid"]),
  /** What it was about: `device 4D33DB`. */
  subject: Schema.String,
  detail: Schema.String,
}) {
  override get message() {
    return `${this.subject}: ${this.detail}`
  }
}
