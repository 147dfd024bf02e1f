/**
 * What is sent to devices. A device is reached only as the answer to an uplink that asked, within the window that
 * the uplink opened: no event here stands alone.
 *
 * ```
 * MessageAccepted (asked) -> DownlinkAsked -> DownlinkRefused
 *                                          -> DownlinkScheduled -> DownlinkNotTransmitted
 *                                                               -> DownlinkTransmitted -> DownlinkConfirmed
 *                                                                                      -> DownlinkUnconfirmed
 * ```
 * Stored names and fields are a wire format: change them only by adding, and through `upcast.ts`.
 */
import * as Schema from "effect/Schema"
import { DeviceId, StationId } from "./ids.ts"
import { Sealed } from "./sealed.ts"

/** The uplink that asked. */
const asking = { device: DeviceId, seq: Schema.Int, epoch: Schema.Int }

/** What the device is told when its customer does not answer; nothing from here on where `payload` is absent. */
export const DownlinkDefaultSet = Schema.TaggedStruct("DownlinkDefaultSet", {
  device: DeviceId,
  /** Eight bytes. */
  payload: Schema.optionalKey(Sealed),
})
export type DownlinkDefaultSet = typeof DownlinkDefaultSet.Type

/** Decision: an accepted message asked, so a station may send to the device between these instants. */
export const DownlinkAsked = Schema.TaggedStruct("DownlinkAsked", {
  ...asking,
  opensAtMs: Schema.Int,
  closesAtMs: Schema.Int,
})
export type DownlinkAsked = typeof DownlinkAsked.Type

export const DownlinkBy = Schema.Literals(["customer", "default"])
export type DownlinkBy = typeof DownlinkBy.Type

/** Decision: what is sent, and by whom. Causes: the asking, the station's reception, the answer or the default. */
export const DownlinkScheduled = Schema.TaggedStruct("DownlinkScheduled", {
  ...asking,
  station: StationId,
  by: DownlinkBy,
  /** Eight bytes. */
  payload: Sealed,
  /** Version of the device key for its MAC: that of the asking uplink. */
  keyVersion: Schema.Int,
  /** Absent where the station did not say at which frequency it heard the device. */
  frequencyHz: Schema.optionalKey(Schema.Finite),
  transmitAtMs: Schema.Int,
  /** The end of the window; the transmission is over by then. */
  closesAtMs: Schema.Int,
  policy: Schema.Int,
})
export type DownlinkScheduled = typeof DownlinkScheduled.Type

export const DownlinkRefusalReason = Schema.Literals([
  /** The customer answered a message that asked for nothing. */
  "not-asked",
  /** Nothing can be sent before the window's end. */
  "window-closed",
  /** The device had as many as the policy allows on that day. */
  "quota",
  /** Nobody answered, and there is no default. */
  "no-answer",
  /** The answer is not eight bytes for this device. */
  "invalid-payload",
  /** No enrolled station that kept its trust heard the device. */
  "no-station",
  "retired-device",
])
export type DownlinkRefusalReason = typeof DownlinkRefusalReason.Type

export const DownlinkRefused = Schema.TaggedStruct("DownlinkRefused", {
  ...asking,
  reason: DownlinkRefusalReason,
  policy: Schema.Int,
})
export type DownlinkRefused = typeof DownlinkRefused.Type

/** The station says it sent the frame. Whether the device heard it is not known by that. */
export const DownlinkTransmitted = Schema.TaggedStruct("DownlinkTransmitted", {
  ...asking,
  station: StationId,
  /** Of the frame, two bytes, hex. The frame can be put together again from it and the unsealed payload. */
  mac: Schema.String,
  /** The device's confirmation is expected until then. */
  confirmByMs: Schema.Int,
})
export type DownlinkTransmitted = typeof DownlinkTransmitted.Type

export const DownlinkNotTransmitted = Schema.TaggedStruct("DownlinkNotTransmitted", {
  ...asking,
  station: StationId,
  /** `no-link`, `refused`, `no-acknowledgement`, `payload-erased`, `no-key` … */
  error: Schema.String,
})
export type DownlinkNotTransmitted = typeof DownlinkNotTransmitted.Type

/** Decision: the device's control frame says that it heard the downlink. */
export const DownlinkConfirmed = Schema.TaggedStruct("DownlinkConfirmed", {
  ...asking,
  /** Number of the control frame. */
  confirmationSeq: Schema.Int,
  /** Of the downlink, as the device heard it. */
  rssiDbm: Schema.Int,
})
export type DownlinkConfirmed = typeof DownlinkConfirmed.Type

/** The time for a confirmation passed: the device did not hear it, or its confirmation was not heard. */
export const DownlinkUnconfirmed = Schema.TaggedStruct("DownlinkUnconfirmed", {
  ...asking,
  station: StationId,
})
export type DownlinkUnconfirmed = typeof DownlinkUnconfirmed.Type

/**
 * The device confirms a downlink that this twin did not send: another network's, or somebody's who spoofs one.
 * Number and epoch are those of the control frame.
 */
export const StrayConfirmationHeard = Schema.TaggedStruct("StrayConfirmationHeard", {
  ...asking,
  rssiDbm: Schema.Int,
})
export type StrayConfirmationHeard = typeof StrayConfirmationHeard.Type
