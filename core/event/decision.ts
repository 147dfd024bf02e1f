/**
 * What the twin decided about messages it checked itself.
 *
 * Stored names and fields are a wire format: change them only by adding, and through `upcast.ts`.
 * The facts that caused a decision are the envelope's `causes`: first the message's first reception.
 * A frame with a wrong CRC is no message and gets no decision: its `check` says all.
 */
import * as Schema from "effect/Schema"
import { Standing } from "./attestation.ts"
import { DeviceId } from "./ids.ts"

export const MessageKind = Schema.Literals(["data", "bit", "empty", "control"])
export type MessageKind = typeof MessageKind.Type

/** Accepted, though something is worth knowing. */
export const AcceptWarning = Schema.Literals([
  /** Numbers are missing since the last one ("break in message sequence"). */
  "break",
  /** The gap lies in the band that the rule leaves unstated; the policy accepts it. */
  "unstated-band",
  /** The counter check was skipped once, after a disengage or at the device's first message. */
  "first",
  "disengaged",
])
export type AcceptWarning = typeof AcceptWarning.Type

export const RefusalReason = Schema.Literals([
  "unknown-device",
  "retired-device",
  "wrong-mac",
  "reserved-flag",
  /** The number was accepted before, in this turn of the counter. */
  "number-seen",
  "out-of-sequence",
  /** In the band the rule leaves unstated, and the policy refuses there. */
  "unstated-band",
  /** Refused until a disengage, after an earlier error (policy's choice). */
  "locked",
  /** Only stations that lost trust heard it. */
  "station-not-trusted",
  /** The firewall blocks its device, its customer or group, or every station that heard it. */
  "blocked",
  /** Beyond what the policy permits a station to bring in; a copy by another station may still be taken. */
  "station-rate",
  /** Beyond what the policy permits a customer's devices to send together. */
  "customer-rate",
])
export type RefusalReason = typeof RefusalReason.Type

export const MessageAccepted = Schema.TaggedStruct("MessageAccepted", {
  device: DeviceId,
  seq: Schema.Int,
  /** How often the counter was seen to wrap before this message. */
  epoch: Schema.Int,
  kind: MessageKind,
  downlinkAsked: Schema.Boolean,
  /** How many numbers are missing between the last accepted and this one. */
  missing: Schema.Int,
  warning: Schema.optionalKey(AcceptWarning),
  /** How the station stood when it heard the reception that this rests on; absent for `unknown`. */
  standing: Schema.optionalKey(Standing),
  /** Version of the policy it was accepted under. */
  policy: Schema.Int,
})
export type MessageAccepted = typeof MessageAccepted.Type

export const MessageRefused = Schema.TaggedStruct("MessageRefused", {
  device: DeviceId,
  seq: Schema.Int,
  reason: RefusalReason,
  /** The number the window would have taken next, and how far beyond it it goes; absent where the window was not asked. */
  expectedSeq: Schema.optionalKey(Schema.Int),
  gapMax: Schema.optionalKey(Schema.Int),
  policy: Schema.Int,
})
export type MessageRefused = typeof MessageRefused.Type

/**
 * The log holds the same number, MAC and payload from before: found in its index after the message was
 * decided on. Causes: the message's first reception, then the earlier one's.
 */
export const EarlierTwinFound = Schema.TaggedStruct("EarlierTwinFound", {
  device: DeviceId,
  seq: Schema.Int,
  /** When the earlier one was heard. */
  earlierMs: Schema.Int,
})
export type EarlierTwinFound = typeof EarlierTwinFound.Type
