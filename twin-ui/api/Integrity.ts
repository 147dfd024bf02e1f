/** What can be asked about stations' integrity beside their state: attestation on a day, endorsements. */
import * as Schema from "effect/Schema"
import { AppraisalPolicy } from "../../core/attestation/Evidence.ts"
import { Standing } from "../../core/event/attestation.ts"

export const AttestedAnswer = Schema.Struct({
  station: Schema.String,
  fromMs: Schema.Int,
  toMs: Schema.Int,
  /** Whether it was attested all the time. */
  attested: Schema.Boolean,
  /** One sentence. */
  answer: Schema.String,
  /** How it stood, oldest first, without gaps. */
  spans: Schema.Array(
    Schema.Struct({
      standing: Standing,
      fromMs: Schema.Int,
      toMs: Schema.Int,
      /** The event it began with; null for how it was before, or where time alone did it. */
      position: Schema.NullOr(Schema.Int),
    }),
  ),
})
export type AttestedAnswer = typeof AttestedAnswer.Type

export const EndorsementsAnswer = Schema.Struct({
  position: Schema.Int,
  roots: Schema.Array(
    Schema.Struct({
      fingerprint: Schema.String,
      subject: Schema.String,
      role: Schema.Literals(["root", "issuer"]),
      position: Schema.Int,
    }),
  ),
  /** Newest first. */
  references: Schema.Array(
    Schema.Struct({
      id: Schema.String,
      superseded: Schema.Boolean,
      /** Null: for all stations that have none of their own. */
      stations: Schema.NullOr(Schema.Array(Schema.String)),
      position: Schema.Int,
      publishedMs: Schema.Int,
      values: AppraisalPolicy,
    }),
  ),
})
export type EndorsementsAnswer = typeof EndorsementsAnswer.Type
