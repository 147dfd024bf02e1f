/**
 * Stations' integrity. Words are RFC 9334's.
 *
 * Stored names and fields are a wire format: change them only by adding, and through `upcast.ts`.
 */
import * as Schema from "effect/Schema"
import { StationId } from "./ids.ts"

/** The configuration digest (over PCR 0-9, hex) a station's receptions must carry from here on. */
export const ReferenceValuesAdopted = Schema.TaggedStruct("ReferenceValuesAdopted", {
  station: StationId,
  configDigest: Schema.String,
})
export type ReferenceValuesAdopted = typeof ReferenceValuesAdopted.Type

/** Decision: the station's receptions no longer count, caused by a reception with another digest. */
export const StationTrustLost = Schema.TaggedStruct("StationTrustLost", {
  station: StationId,
  expected: Schema.String,
  seen: Schema.String,
  policy: Schema.Int,
})
export type StationTrustLost = typeof StationTrustLost.Type

/** Decision: the station shows its reference configuration again, or new reference values fit it. */
export const StationTrustRestored = Schema.TaggedStruct("StationTrustRestored", {
  station: StationId,
  configDigest: Schema.String,
  policy: Schema.Int,
})
export type StationTrustRestored = typeof StationTrustRestored.Type
