/**
 * What a station is enrolled from, as it is stored in events.
 *
 * Stored names and fields are a wire format: change them only by adding.
 */
import * as Schema from "effect/Schema"
import { Identity } from "./Evidence.ts"

/** Bytes in hex, at most so many. */
const hex = (bytesMax: number) =>
  Schema.String.check(
    Schema.isPattern(/^([0-9a-f]{2})*$/, {
      message: "an even number of lower-case hexadecimal digits",
    }),
    Schema.isMaxLength(2 * bytesMax),
  )

/** What the station presents of its TPM. */
export const EnrolmentEvidence = Schema.Struct({
  /** DER; null where the endorsement key is pinned. */
  ekCertificate: Schema.NullOr(hex(8192)),
  /** TPM2B_PUBLIC. */
  ekPublic: hex(2048),
  /** TPM2B_PUBLIC. */
  akPublic: hex(2048),
})
export type EnrolmentEvidence = typeof EnrolmentEvidence.Type

/** Who vouches for endorsement keys: roots and the issuers below them, or single keys pinned by their name. */
export const TrustAnchors = Schema.Struct({
  /** PEM. */
  roots: Schema.Array(Schema.String),
  /** PEM. */
  intermediates: Schema.Array(Schema.String),
  /** Names of endorsement keys (hash number and hash, hex) that need no certificate. */
  pins: Schema.Array(Schema.String),
})
export type TrustAnchors = typeof TrustAnchors.Type

/**
 * A credential blob with what it was made from, so that a replay makes the same. `secret` is secret until the station
 * has answered.
 */
export const Credential = Schema.Struct({
  /** TPM2B_ID_OBJECT. */
  idObject: hex(256),
  /** TPM2B_ENCRYPTED_SECRET. */
  encryptedSecret: hex(1024),
  secret: hex(32),
  seed: hex(32),
})
export type Credential = typeof Credential.Type

/** Reasons for which an enrolment is refused, in the order of the rules that give them. */
export const enrolmentReasons = [
  "ek_chain",
  "ek_usage",
  "ek_pub_mismatch",
  "ek_attrs",
  "ak_attrs",
  "credential_name_mismatch",
  "credential_mismatch",
] as const
export const EnrolmentReason = Schema.Literals(enrolmentReasons)
export type EnrolmentReason = typeof EnrolmentReason.Type

export const EnrolmentAccepted = Schema.TaggedStruct("EnrolmentAccepted", { identity: Identity })
export type EnrolmentAccepted = typeof EnrolmentAccepted.Type

export const EnrolmentRefused = Schema.TaggedStruct("EnrolmentRefused", {
  /** 1-6. */
  rule: Schema.Int,
  reason: EnrolmentReason,
  /** A sentence for people. */
  detail: Schema.String,
})
export type EnrolmentRefused = typeof EnrolmentRefused.Type

export const EnrolmentResult = Schema.Union([EnrolmentAccepted, EnrolmentRefused])
export type EnrolmentResult = typeof EnrolmentResult.Type
