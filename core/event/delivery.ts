/**
 * The delivery ledger: an obligation is one message at one destination, or what became of it (its tally, its
 * downlink, a break in its device's numbers) where the destination asked to be told.
 *
 * ```
 * DeliveryOwed -> DeliveriesBegan -> DeliverySucceeded
 *                                 -> DeliveryFailed -> DeliveriesBegan …
 *                                 -> DeliveryAbandoned -> RedeliveryAsked -> DeliveriesBegan …
 * ```
 * Stored names and fields are a wire format: change them only by adding, and through `upcast.ts`.
 */
import * as Schema from "effect/Schema"
import { CustomerId, DestinationId, DeviceId } from "./ids.ts"

/** What a destination may be told besides the message at once (SIGFOX.md part 6, callback types). */
export const Notice = Schema.Literals([
  /** The message at once; an answer means nothing to the device. */
  "uplink",
  /** The message with its tally, some time later. */
  "data-advanced",
  /** What became of a downlink. */
  "acknowledge",
  /** What the device's control frame says of itself. */
  "status",
  /** The device is silent for longer than it should be. */
  "error",
  /** Its numbers broke off, or one was out of sequence. */
  "event",
])
export type Notice = typeof Notice.Type

/** Names an obligation. */
const obligation = {
  device: DeviceId,
  seq: Schema.Int,
  epoch: Schema.Int,
  customer: CustomerId,
  destination: DestinationId,
  /** Absent: the message at once, and an answer may hold the device's downlink (BIDIR). */
  notice: Schema.optionalKey(Notice),
}

/** Recorded with what it is about, in the same commit: from here on it is owed. */
export const DeliveryOwed = Schema.TaggedStruct("DeliveryOwed", obligation)
export type DeliveryOwed = typeof DeliveryOwed.Type

/**
 * Requests for these obligations (positions of their `DeliveryOwed`) go out now. Durable before the first of them:
 * what has begun and has no outcome after a crash may have arrived.
 */
export const DeliveriesBegan = Schema.TaggedStruct("DeliveriesBegan", {
  owed: Schema.Array(Schema.Int),
})
export type DeliveriesBegan = typeof DeliveriesBegan.Type

export const DeliverySucceeded = Schema.TaggedStruct("DeliverySucceeded", {
  ...obligation,
  attempt: Schema.Int,
  status: Schema.Int,
  durationMs: Schema.Finite,
  /** An earlier request may have arrived too: its answer was never seen. */
  repeat: Schema.optionalKey(Schema.Literal(true)),
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

/** Somebody wants it sent again: the same obligation is pending once more. Cause: its `DeliveryOwed`. */
export const RedeliveryAsked = Schema.TaggedStruct("RedeliveryAsked", {
  ...obligation,
  /** How it stood. */
  was: Schema.Literals(["given-up", "delivered"]),
  /** Who asked and why, for people. */
  note: Schema.String,
})
export type RedeliveryAsked = typeof RedeliveryAsked.Type

const destination = { customer: CustomerId, destination: DestinationId }

/** Decision: so many attempts in a row failed there that only single ones are made until one succeeds. */
export const CircuitOpened = Schema.TaggedStruct("CircuitOpened", {
  ...destination,
  failures: Schema.Int,
  error: Schema.String,
})
export type CircuitOpened = typeof CircuitOpened.Type

/** Decision: an attempt succeeded there again. */
export const CircuitClosed = Schema.TaggedStruct("CircuitClosed", destination)
export type CircuitClosed = typeof CircuitClosed.Type
