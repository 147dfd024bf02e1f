/**
 * Why a station's TPM is believed: roots and pins of endorsement keys, enrolment with credential activation, and the
 * certificate for its channel. Layouts and rules: ATTESTATION.md parts 1 and 2.
 *
 * ```
 * EnrolmentOffered -> EnrolmentRefused
 *                  -> CredentialIssued -> EnrolmentRefused
 *                                      -> StationTpmEnrolled -> StationCertified
 * ```
 * `StationEnrolled` (registration.ts) is the operator's word that a station is ours; these are its TPM's proof.
 * The secret of a credential is in no event in plain before the station has returned it, and of no use after.
 * Stored names and fields are a wire format: change them only by adding, and through `upcast.ts`.
 */
import * as Schema from "effect/Schema"
import { EnrolmentEvidence, EnrolmentReason } from "../attestation/Enrolment.ts"
import { Identity } from "../attestation/Evidence.ts"
import { StationId } from "./ids.ts"
import { Sealed } from "./sealed.ts"

/** Endorsement keys whose certificates lead to a trusted root are believed from here on. */
export const EndorsementRootTrusted = Schema.TaggedStruct("EndorsementRootTrusted", {
  /** SHA-256 of the certificate, hex: its name. */
  fingerprint: Schema.String,
  subject: Schema.String,
  /** PEM. */
  certificate: Schema.String,
  /** `issuer`: it leads from keys to a root, and is believed only below one. */
  role: Schema.Literals(["root", "issuer"]),
})
export type EndorsementRootTrusted = typeof EndorsementRootTrusted.Type

/** Stations enrolled under it before stay enrolled: retire them, or pin other keys. */
export const EndorsementRootDistrusted = Schema.TaggedStruct("EndorsementRootDistrusted", {
  fingerprint: Schema.String,
})
export type EndorsementRootDistrusted = typeof EndorsementRootDistrusted.Type

/** The station's endorsement key is this one, whatever certificate it has or lacks. */
export const EndorsementKeyPinned = Schema.TaggedStruct("EndorsementKeyPinned", {
  station: StationId,
  /** TPM name of the key, hex: 000b and SHA-256 of its TPMT_PUBLIC. */
  ekName: Schema.String,
})
export type EndorsementKeyPinned = typeof EndorsementKeyPinned.Type

/** A station showed its TPM's keys, as they came. */
export const EnrolmentOffered = Schema.TaggedStruct("EnrolmentOffered", {
  station: StationId,
  evidence: EnrolmentEvidence,
})
export type EnrolmentOffered = typeof EnrolmentOffered.Type

/** A secret, encrypted so that only a TPM that holds both offered keys can give it back. */
export const CredentialIssued = Schema.TaggedStruct("CredentialIssued", {
  station: StationId,
  akName: Schema.String,
  /** TPM2B_ID_OBJECT and TPM2B_ENCRYPTED_SECRET, hex. */
  idObject: Schema.String,
  encryptedSecret: Schema.String,
  /** What both were made from, sealed: whoever knows it needs no TPM to answer. */
  seed: Sealed,
  expiresMs: Schema.Int,
})
export type CredentialIssued = typeof CredentialIssued.Type

export const EnrolmentRefused = Schema.TaggedStruct("EnrolmentRefused", {
  station: StationId,
  /** 1-6, in their order. */
  rule: Schema.Int,
  reason: EnrolmentReason,
  detail: Schema.String,
  /** Version of the rules. */
  rules: Schema.Int,
})
export type EnrolmentRefused = typeof EnrolmentRefused.Type

/** Decision: quotes of this key are this station's from here on. Another key of before is none any more. */
export const StationTpmEnrolled = Schema.TaggedStruct("StationTpmEnrolled", {
  station: StationId,
  identity: Identity,
  /** What vouches for the endorsement key. */
  by: Schema.Literals(["chain", "pin"]),
  /** Secret and seed of the credential, of no use any more, so that all can be computed again. */
  secret: Schema.String,
  seed: Schema.String,
  rules: Schema.Int,
})
export type StationTpmEnrolled = typeof StationTpmEnrolled.Type

/** The station's channel is known by this certificate from here on, and by no other. */
export const StationCertified = Schema.TaggedStruct("StationCertified", {
  station: StationId,
  /** The enrolled key it was issued for: another enrolment ends it. */
  akName: Schema.String,
  /** SHA-256 of the certificate, hex. */
  fingerprint: Schema.String,
  notAfterMs: Schema.Int,
})
export type StationCertified = typeof StationCertified.Type
