/**
 * Reference values: what stations of one make should measure. Published under a name, for all stations or some, and
 * superseded when they must not be accepted any more.
 *
 * Stored names and fields are a wire format: change them only by adding, and through `upcast.ts`.
 */
import * as Schema from "effect/Schema"
import { StationId } from "./ids.ts"

export const ReferenceName = Schema.String.check(
  Schema.isPattern(/^[0-9A-Za-z][0-9A-Za-z._/-]{0,95}$/),
).pipe(Schema.brand("ReferenceName"))
export type ReferenceName = typeof ReferenceName.Type

export const ReferenceValues = Schema.Struct({
  /** PCRs that a quote must cover, exactly these, by bank. */
  selection: Schema.Record(Schema.String, Schema.Array(Schema.Int)),
  /** Their values by bank and index, hex. PCR 10 has none: the IMA list is judged by its entries. */
  reference: Schema.Record(Schema.String, Schema.Record(Schema.String, Schema.String)),
  /** Of the TPM, decimal; not compared where absent. */
  firmwareVersion: Schema.optionalKey(Schema.String),
  /** Files that may be measured, each with its SHA-256 digests, hex; not compared where absent. */
  imaAllow: Schema.optionalKey(Schema.Record(Schema.String, Schema.Array(Schema.String))),
})
export type ReferenceValues = typeof ReferenceValues.Type

export const ReferenceValuesPublished = Schema.TaggedStruct("ReferenceValuesPublished", {
  name: ReferenceName,
  /** For these stations alone; for all others that have none of their own where absent. */
  stations: Schema.optionalKey(Schema.Array(StationId)),
  values: ReferenceValues,
})
export type ReferenceValuesPublished = typeof ReferenceValuesPublished.Type

/** Evidence that shows these values is refused from here on, as a downgrade. */
export const ReferenceValuesSuperseded = Schema.TaggedStruct("ReferenceValuesSuperseded", {
  name: ReferenceName,
})
export type ReferenceValuesSuperseded = typeof ReferenceValuesSuperseded.Type
