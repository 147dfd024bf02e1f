/**
 * What a network reported: facts of their own kind, never checked by the twin.
 *
 * Stored names and fields are a wire format: change them only by adding, and through `upcast.ts`.
 */
import * as Schema from "effect/Schema"
import { DeviceId, SourceId, SourceMessageId, StationId } from "./ids.ts"
import { Sealed } from "./sealed.ts"

/** One station's part in a reported message. */
export const StationReport = Schema.Struct({
  station: StationId,
  rssiDbm: Schema.optionalKey(Schema.Finite),
  snrDb: Schema.optionalKey(Schema.Finite),
  frequencyHz: Schema.optionalKey(Schema.Finite),
  /** How many of the three transmissions it heard, where that is said. */
  repetitions: Schema.optionalKey(Schema.Int),
})
export type StationReport = typeof StationReport.Type

/** What kind of report spoke of the message. */
export const ReportKind = Schema.Literals(["uplink", "bidir", "data-advanced", "api-v2", "rx"])
export type ReportKind = typeof ReportKind.Type

/**
 * A network reported a message. `seq` is absent where the source gives none; then `id` names it.
 * Several reports may speak of one message (UPLINK, then DATA_ADVANCED).
 */
export const MessageReported = Schema.TaggedStruct("MessageReported", {
  source: SourceId,
  report: ReportKind,
  device: DeviceId,
  seq: Schema.optionalKey(Schema.Int),
  id: Schema.optionalKey(SourceMessageId),
  payload: Schema.optionalKey(Sealed),
  /** Stations named by the report; empty where none was. */
  stations: Schema.Array(StationReport),
  /** The backend's link quality, 0 limit .. 3 excellent. */
  lqi: Schema.optionalKey(Schema.Int),
  downlinkAsked: Schema.optionalKey(Schema.Boolean),
  location: Schema.optionalKey(
    Schema.Struct({
      lat: Schema.Finite,
      lng: Schema.Finite,
      radiusM: Schema.optionalKey(Schema.Finite),
    }),
  ),
})
export type MessageReported = typeof MessageReported.Type

/** A network reported that one station heard a message (Denver: one row). */
export const ReceptionReported = Schema.TaggedStruct("ReceptionReported", {
  source: SourceId,
  station: StationId,
  device: DeviceId,
  id: SourceMessageId,
  /** Mean rank of the transmissions heard, 0..2 by halves. */
  meanRank: Schema.optionalKey(Schema.Finite),
  rssiDbm: Schema.optionalKey(Schema.Finite),
  lat: Schema.optionalKey(Schema.Finite),
  lng: Schema.optionalKey(Schema.Finite),
})
export type ReceptionReported = typeof ReceptionReported.Type

/** A network reported something of a device that is no message: STATUS, ACKNOWLEDGE, ERROR, EVENT, GEOLOC. */
export const ServiceReported = Schema.TaggedStruct("ServiceReported", {
  source: SourceId,
  device: DeviceId,
  service: Schema.Literals(["status", "acknowledge", "error", "event", "geoloc", "repeater"]),
  seq: Schema.optionalKey(Schema.Int),
  /** The report's other fields as it gave them, payload left out. */
  fields: Schema.Record(Schema.String, Schema.String),
})
export type ServiceReported = typeof ServiceReported.Type
