/**
 * The delivery ledger: an obligation is one message at one destination.
 *
 * Stored names and fields are a wire format: change them only by adding, and through `upcast.ts`.
 */
import * as Schema from "effect/Schema"
import { CustomerId, DestinationId, DeviceId } from "./ids.ts"

const obligation = {
  device: DeviceId,
  seq: Schema.Int,
  epoch: Schema.Int,
  customer: CustomerId,
  destination: DestinationId,
}

/** Recorded with the acceptance, in the same commit: from here on it is owed. */
export const DeliveryOwed = Schema.TaggedStruct("DeliveryOwed", obligation)
export type DeliveryOwed = typeof DeliveryOwed.Type

export const DeliverySucceeded = Schema.TaggedStruct("DeliverySucceeded", {
  ...obligation,
  attempt: Schema.Int,
  status: Schema.Int,
  durationMs: Schema.Finite,
})
export type DeliverySucceeded = typeof DeliverySucceeded.Type

export const DeliveryFailed = Schema.TaggedStruct("DeliveryFailed", {
  ...obligation,
  attempt: Schema.Int,
  /** The answer's status; absent when there was no answer. */
  status: Schema.optionalKey(Schema.Int),
  /** `timeout`, `refused`, `status`, `not-allowed` … */
  error: Schema.String,
  durationMs: Schema.Finite,
  nextAttemptAtMs: Schema.Int,
})
export type DeliveryFailed = typeof DeliveryFailed.Type

/** The last attempt failed: listed as lost until somebody asks for it again. */
export const DeliveryAbandoned = Schema.TaggedStruct("DeliveryAbandoned", {
  ...obligation,
  attempts: Schema.Int,
  error: Schema.String,
})
export type DeliveryAbandoned = typeof DeliveryAbandoned.Type
