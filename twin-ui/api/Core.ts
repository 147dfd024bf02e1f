/** The core network as the API tells it. */
import * as Schema from "effect/Schema"
import { PartKind } from "../../core/event/infrastructure.ts"

export const CorePart = Schema.Struct({
  part: Schema.String,
  kind: PartKind,
  name: Schema.NullOr(Schema.String),
  dataCentre: Schema.NullOr(Schema.String),
  joins: Schema.Array(Schema.String),
  up: Schema.Boolean,
  /** The report that made it so; null where none did and it is taken to be up. */
  since: Schema.NullOr(Schema.Int),
  sinceMs: Schema.NullOr(Schema.Int),
  detail: Schema.NullOr(Schema.String),
})

export const CoreService = Schema.Struct({
  service: Schema.String,
  name: Schema.NullOr(Schema.String),
  from: Schema.Array(Schema.String),
  to: Schema.Array(Schema.String),
  stands: Schema.Boolean,
  /** Ways that share no part. */
  ways: Schema.Int,
  /** Parts any of which would stop it alone. */
  cuts: Schema.Array(Schema.String),
  /** Of the period: cut to what is known. */
  fromMs: Schema.Int,
  toMs: Schema.Int,
  downMs: Schema.Int,
  outages: Schema.Int,
  /** 0..1; null for a period without length. */
  availability: Schema.NullOr(Schema.Finite),
})

export const CoreAnswer = Schema.Struct({
  position: Schema.Int,
  services: Schema.Array(CoreService),
  parts: Schema.Array(CorePart),
})
