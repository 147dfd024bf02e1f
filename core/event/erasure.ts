/**
 * What was erased. Events stay for good; what is erased is the key that payloads are sealed under.
 *
 * Stored names and fields are a wire format: change them only by adding, and through `upcast.ts`.
 */
import * as Schema from "effect/Schema"
import { CustomerId, DeviceId, GroupId } from "./ids.ts"

/**
 * The device's data key was destroyed, before this was recorded: its payloads up to here can no longer be read by
 * anybody. What it sends later is sealed under a new key.
 */
export const PayloadsErased = Schema.TaggedStruct("PayloadsErased", {
  device: DeviceId,
  /** Who asked and why, for people. */
  note: Schema.String,
})
export type PayloadsErased = typeof PayloadsErased.Type

/** Whose payloads: exactly one of them is named. */
export const retained = {
  /** All devices of the customer. */
  customer: Schema.optionalKey(CustomerId),
  /** All devices of the group and of the groups below it. */
  group: Schema.optionalKey(GroupId),
}

/** From here on payloads are kept for so many days; for good where `days` is absent. */
export const RetentionSet = Schema.TaggedStruct("RetentionSet", {
  ...retained,
  days: Schema.optionalKey(Schema.Int),
  /** Who said so: an account, or `local`. */
  by: Schema.String,
})
export type RetentionSet = typeof RetentionSet.Type

/** Keys of payloads older than that were destroyed, and others taken out of use so that they can be in turn. */
export const PayloadsExpired = Schema.TaggedStruct("PayloadsExpired", {
  ...retained,
  /** The day (since 1970, UTC) on which it was done. */
  day: Schema.Int,
  /** Keys that were destroyed: what they sealed can no longer be read. */
  destroyed: Schema.Int,
  /** Devices that seal under a new key from here on. */
  renewed: Schema.Int,
})
export type PayloadsExpired = typeof PayloadsExpired.Type
