/**
 * What was erased. Events stay for good; what is erased is the key that payloads are sealed under.
 *
 * Stored names and fields are a wire format: change them only by adding, and through `upcast.ts`.
 */
import * as Schema from "effect/Schema"
import { DeviceId } from "./ids.ts"

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
