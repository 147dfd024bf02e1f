/**
 * The firewall: whose traffic counts no more, who said so, why, and until when.
 *
 * Stored names and fields are a wire format: change them only by adding, and through `upcast.ts`.
 * Exactly one of the four things is named. A blocked thing's traffic is recorded like any other; its messages
 * are refused as `blocked`.
 */
import * as Schema from "effect/Schema"
import { CustomerId, DeviceId, GroupId, StationId } from "./ids.ts"

export const blocked = {
  station: Schema.optionalKey(StationId),
  device: Schema.optionalKey(DeviceId),
  /** All devices of the customer. */
  customer: Schema.optionalKey(CustomerId),
  /** All devices of the group and of the groups below it. */
  group: Schema.optionalKey(GroupId),
}

export const TrafficBlocked = Schema.TaggedStruct("TrafficBlocked", {
  ...blocked,
  /** Who did it: an account, `local`, or what acted by itself. */
  by: Schema.String,
  why: Schema.String,
  /** When it ends by itself; never where absent. */
  untilMs: Schema.optionalKey(Schema.Int),
})
export type TrafficBlocked = typeof TrafficBlocked.Type

export const TrafficUnblocked = Schema.TaggedStruct("TrafficUnblocked", {
  ...blocked,
  by: Schema.String,
  why: Schema.String,
})
export type TrafficUnblocked = typeof TrafficUnblocked.Type

/**
 * Decision: more came by way of the station, or of the customer's devices, than the policy permits. Recorded once for each time
 * that it begins; what was shed is refused message by message. Cause: the reception that was too much.
 */
export const RateExceeded = Schema.TaggedStruct("RateExceeded", {
  station: Schema.optionalKey(StationId),
  customer: Schema.optionalKey(CustomerId),
  /** Messages a minute that are permitted. */
  perMinute: Schema.Int,
  /** `detect`: nothing is shed. */
  step: Schema.Literals(["detect", "throttle", "block"]),
  policy: Schema.Int,
})
export type RateExceeded = typeof RateExceeded.Type
