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
