/**
 * What the core network is made of, and which of it is up: data centres, servers, links to transit providers, load
 * balancers and backends are *parts*; a *service* is that some part of the one end reaches some part of the other.
 *
 * Stored names and fields are a wire format: change them only by adding, and through `upcast.ts`.
 */
import * as Schema from "effect/Schema"
import { DataCentreId, PartId, ServiceId } from "./ids.ts"

export const PartKind = Schema.Literals([
  "data-centre",
  "server",
  "transit-link",
  "load-balancer",
  "backend",
])
export type PartKind = typeof PartKind.Type

/** A part and what it is joined to, which may be added later; the last one said holds. */
export const CorePartAdded = Schema.TaggedStruct("CorePartAdded", {
  part: PartId,
  kind: PartKind,
  name: Schema.optionalKey(Schema.String),
  dataCentre: Schema.optionalKey(DataCentreId),
  joins: Schema.Array(PartId),
})
export type CorePartAdded = typeof CorePartAdded.Type

export const CorePartRemoved = Schema.TaggedStruct("CorePartRemoved", { part: PartId })
export type CorePartRemoved = typeof CorePartRemoved.Type

/** Whoever watches the part says that it works or does not. */
export const CorePartReported = Schema.TaggedStruct("CorePartReported", {
  part: PartId,
  up: Schema.Boolean,
  detail: Schema.optionalKey(Schema.String),
})
export type CorePartReported = typeof CorePartReported.Type

/** It stands as long as a way of parts that are up leads from one of `from` to one of `to`. Ended by no ends. */
export const CoreServiceDeclared = Schema.TaggedStruct("CoreServiceDeclared", {
  service: ServiceId,
  name: Schema.optionalKey(Schema.String),
  from: Schema.Array(PartId),
  to: Schema.Array(PartId),
})
export type CoreServiceDeclared = typeof CoreServiceDeclared.Type
