/**
 * What stations heard.
 *
 * Stored names and fields are a wire format: change them only by adding, and through `upcast.ts`.
 * When it was heard, by the station's clock, is the envelope's `occurredMs`.
 */
import * as Schema from "effect/Schema"
import { DeviceId, SourceId, StationId } from "./ids.ts"
import { Sealed } from "./sealed.ts"

/**
 * What the checks of a frame gave. Computed once, when it came in, and recorded beside the bytes.
 *
 * - `ok`: CRC right, MAC right under the device's key of that time.
 * - `wrong-mac`, `wrong-crc`, `reserved-flag`: the frame is not what a device would send.
 * - `unknown-device`: no such device is registered, so there is no key to check with.
 */
export const FrameCheck = Schema.Literals([
  "ok",
  "wrong-mac",
  "wrong-crc",
  "reserved-flag",
  "unknown-device",
])
export type FrameCheck = typeof FrameCheck.Type

/**
 * What the payload showed when it was checked, and projections cannot see since it is sealed.
 *
 * - `wrap-padding`: its tail spells out the MAC's padding, so a shorter frame has the same MAC.
 * - `control-odd`: a control frame whose payload is none, or holds values no working device reports.
 */
export const FrameSign = Schema.Literals(["wrap-padding", "control-odd"])
export type FrameSign = typeof FrameSign.Type

/** A station heard a frame. The raw bytes can be put together again from these fields and the unsealed payload. */
export const FrameHeard = Schema.TaggedStruct("FrameHeard", {
  source: SourceId,
  station: StationId,
  /** As the frame's header claims; proved only when `check` is `ok`. */
  device: DeviceId,
  /** The 13-bit frame type after the preamble. */
  frameType: Schema.Int,
  /** Which of the three transmissions of a message. */
  rank: Schema.Literals([1, 2, 3]),
  /** LI1 LI0 BF REP, 4 bits. */
  flags: Schema.Int,
  seq: Schema.Int,
  /** Hex, 2..5 bytes. */
  mac: Schema.String,
  crc: Schema.Int,
  payload: Sealed,
  check: FrameCheck,
  /** Version of the device key the MAC was checked with; 0 when none was. */
  keyVersion: Schema.Int,
  rssiDbm: Schema.optionalKey(Schema.Finite),
  snrDb: Schema.optionalKey(Schema.Finite),
  frequencyHz: Schema.optionalKey(Schema.Finite),
  /** Digest over PCR 0-9 that the station sent with the reception, hex. */
  configDigest: Schema.optionalKey(Schema.String),
  /** Absent where there is none. */
  signs: Schema.optionalKey(Schema.Array(FrameSign)),
})
export type FrameHeard = typeof FrameHeard.Type

/** A station handed on bytes that are no frame. They are sealed whole: they may hold a payload. */
export const BytesHeard = Schema.TaggedStruct("BytesHeard", {
  source: SourceId,
  station: StationId,
  bytes: Sealed,
  /** Why they are no frame: the decoder's reason, field and bit offset. */
  reason: Schema.String,
  field: Schema.String,
  offset: Schema.Int,
  rssiDbm: Schema.optionalKey(Schema.Finite),
})
export type BytesHeard = typeof BytesHeard.Type

/**
 * A station handed on receptions that it had handed on just before. They were not recorded a second time;
 * that they came again is a fact of its own. Occurred: when the last of them was heard.
 */
export const ReceptionsRepeated = Schema.TaggedStruct("ReceptionsRepeated", {
  source: SourceId,
  station: StationId,
  count: Schema.Int,
})
export type ReceptionsRepeated = typeof ReceptionsRepeated.Type
