/**
 * Stations' integrity: challenges, evidence, what was decided on it, and what became of trust. Words are RFC 9334's.
 *
 * ```
 * ChallengeIssued -> EvidencePresented -> EvidenceAppraised -> StationTrustRestored | StationTrustLost
 *                 -> StationFellSilent
 * ```
 * Stored names and fields are a wire format: change them only by adding, and through `upcast.ts`.
 */
import * as Schema from "effect/Schema"
import { Evidence, QuoteResult } from "../attestation/Evidence.ts"
import { StationId } from "./ids.ts"

/** The configuration digest (over PCR 0-9, hex) a station's receptions must carry from here on. */
export const ReferenceValuesAdopted = Schema.TaggedStruct("ReferenceValuesAdopted", {
  station: StationId,
  configDigest: Schema.String,
})
export type ReferenceValuesAdopted = typeof ReferenceValuesAdopted.Type

/**
 * Decision: the station's receptions no longer count. Caused by a reception with another digest, or, where there
 * are `reasons`, by evidence that was refused or a boot that was.
 */
export const StationTrustLost = Schema.TaggedStruct("StationTrustLost", {
  station: StationId,
  /** Configuration digests; empty where nothing is known to compare. */
  expected: Schema.String,
  seen: Schema.String,
  reasons: Schema.optionalKey(Schema.Array(Schema.String)),
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

export const ChallengeReason = Schema.Literals([
  /** Its TPM was enrolled. */
  "enrolment",
  /** The policy's interval passed. */
  "interval",
  /** Nothing answered the one before. */
  "unanswered",
  /** A reception carried another configuration digest than before. */
  "digest",
  /** The station says that it started. */
  "boot",
  /** Its trust is lost, and it may be as it should be again. */
  "lost",
  /** Reference values for it were published or superseded. */
  "reference",
])
export type ChallengeReason = typeof ChallengeReason.Type

/** The verifier asks for fresh evidence. At most one a station is open: the last. */
export const ChallengeIssued = Schema.TaggedStruct("ChallengeIssued", {
  station: StationId,
  /** Hex; what a quote must carry in full. */
  nonce: Schema.String,
  expiresMs: Schema.Int,
  why: ChallengeReason,
  policy: Schema.Int,
})
export type ChallengeIssued = typeof ChallengeIssued.Type

/** What a station presented, as it came. */
export const EvidencePresented = Schema.TaggedStruct("EvidencePresented", {
  station: StationId,
  evidence: Evidence,
})
export type EvidencePresented = typeof EvidencePresented.Type

/** Decision on the evidence that its cause presented. */
export const EvidenceAppraised = Schema.TaggedStruct("EvidenceAppraised", {
  station: StationId,
  /** SHA-256 over AK name and attest, hex: by this the same evidence is known again. */
  identity: Schema.String,
  /** The nonce that it consumed; absent where the evidence answers no challenge, so that the challenge stays open. */
  nonce: Schema.optionalKey(Schema.String),
  result: QuoteResult,
  /** Name of the reference values it was compared with. */
  reference: Schema.String,
  policy: Schema.Int,
  /** Version of the rules of appraisal. */
  rules: Schema.Int,
})
export type EvidenceAppraised = typeof EvidenceAppraised.Type

/** Alarm: challenges went unanswered for longer than the policy allows. Ended by the next evidence that answers. */
export const StationFellSilent = Schema.TaggedStruct("StationFellSilent", {
  station: StationId,
  /** Of its last answer; of the first unanswered challenge where it never answered. */
  sinceMs: Schema.Int,
  policy: Schema.Int,
})
export type StationFellSilent = typeof StationFellSilent.Type

/** The station says that the secret sealed to its configuration did not unseal, so it did not start its service. */
export const StationBootRefused = Schema.TaggedStruct("StationBootRefused", {
  station: StationId,
  /** What its TPM said, for people. */
  detail: Schema.String,
})
export type StationBootRefused = typeof StationBootRefused.Type

/**
 * Receptions that a station handed on under its own certificate, as if another had heard them; or, where it says what
 * was `asked`, evidence and the like in another's name. Nothing of it was taken.
 */
export const ForeignReceptionsRefused = Schema.TaggedStruct("ForeignReceptionsRefused", {
  /** Whose certificate it was. */
  station: StationId,
  /** Whose receptions they were said to be. */
  claimed: StationId,
  count: Schema.Int,
  /** Name of the operation, as `presentEvidence`; absent for receptions. */
  asked: Schema.optionalKey(Schema.String),
})
export type ForeignReceptionsRefused = typeof ForeignReceptionsRefused.Type

/**
 * How a station stands at an instant, for what it hands on then. In no event: it follows from them.
 *
 * - `refused`: its trust is lost, or it did not boot. `silent`: it answers no challenges.
 * - `attested`: its last evidence was accepted and is fresh. `stale`: it was, too long ago.
 * - `unknown`: it never proved anything.
 */
export const Standing = Schema.Literals(["attested", "stale", "silent", "refused", "unknown"])
export type Standing = typeof Standing.Type
