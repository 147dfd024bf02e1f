/**
 * Reference values: what stations of one make should measure. Published under a name (`values.id`), for all stations or
 * some, and superseded when they must not be accepted any more.
 *
 * Stored names and fields are a wire format: change them only by adding, and through `upcast.ts`.
 */
import * as Schema from "effect/Schema"
import { AppraisalPolicy } from "../attestation/Evidence.ts"
import { StationId } from "./ids.ts"

export const ReferenceValuesPublished = Schema.TaggedStruct("ReferenceValuesPublished", {
  /** For these stations alone; for all that have none of their own where absent. */
  stations: Schema.optionalKey(Schema.Array(StationId)),
  values: AppraisalPolicy,
})
export type ReferenceValuesPublished = typeof ReferenceValuesPublished.Type

/** Evidence that shows these values is refused from here on, as a downgrade. */
export const ReferenceValuesSuperseded = Schema.TaggedStruct("ReferenceValuesSuperseded", {
  id: Schema.String,
})
export type ReferenceValuesSuperseded = typeof ReferenceValuesSuperseded.Type
