/**
 * The core network itself, and time passing.
 *
 * Stored names and fields are a wire format: change them only by adding, and through `upcast.ts`.
 */
import * as Schema from "effect/Schema"
import { DataCentreId } from "./ids.ts"

export const LinkReported = Schema.TaggedStruct("LinkReported", {
  dataCentre: DataCentreId,
  link: Schema.String,
  up: Schema.Boolean,
})
export type LinkReported = typeof LinkReported.Type

/** A demo began to play into this log. */
export const DemoBegan = Schema.TaggedStruct("DemoBegan", {
  seed: Schema.Int,
  devices: Schema.Int,
  stations: Schema.Int,
})
export type DemoBegan = typeof DemoBegan.Type

/** Nothing happened, and that matters: a deadline fell due at the envelope's `occurredMs`. */
export const Ticked = Schema.TaggedStruct("Ticked", { due: Schema.String })
export type Ticked = typeof Ticked.Type
