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

/** What a station presented, as it came. Hex but for the IMA list, which is text. */
export const EvidencePresented = Schema.TaggedStruct("EvidencePresented", {
  station: StationId,
  /** TPMS_ATTEST. */
  attest: Schema.String,
  /** TPMT_SIGNATURE. */
  signature: Schema.String,
  /** PCR values by bank and index; proved by the quote's digest alone. */
  pcrs: Schema.Record(Schema.String, Schema.Record(Schema.String, Schema.String)),
  /** TCG crypto-agile event log; absent where it is that of the last accepted evidence of the same boot. */
  eventLog: Schema.optionalKey(Schema.String),
  /** IMA ima-ng list from its entry `imaFrom` on. */
  ima: Schema.optionalKey(Schema.String),
  imaFrom: Schema.optionalKey(Schema.Int),
})
export type EvidencePresented = typeof EvidencePresented.Type

/** The TPM's counters as signed, u64 as decimal text. */
export const Counters = Schema.Struct({
  clock: Schema.String,
  resetCount: Schema.Int,
  restartCount: Schema.Int,
  safe: Schema.Boolean,
  firmwareVersion: Schema.String,
})
export type Counters = typeof Counters.Type

/** Decision on the evidence that its cause presented. Accepted evidence consumes its nonce, and so does refused evidence that answered it. */
export const EvidenceAppraised = Schema.TaggedStruct("EvidenceAppraised", {
  station: StationId,
  /** SHA-256 over AK name and attest, hex: by this the same evidence is known again. */
  identity: Schema.String,
  /** That it answered; absent where the evidence answers no challenge, so that the challenge stays open. */
  nonce: Schema.optionalKey(Schema.String),
  accepted: Schema.Boolean,
  reasons: Schema.Array(Schema.String),
  warnings: Schema.Array(Schema.String),
  /** Where a genuine quote could be read. */
  counters: Schema.optionalKey(Counters),
  /** Over PCR 0-9 of the quote, where it is proved. */
  configDigest: Schema.optionalKey(Schema.String),
  /** Name of the reference values it was compared with. */
  reference: Schema.optionalKey(Schema.String),
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

/** Receptions that a station handed on under its own certificate, as if another had heard them. None was taken. */
export const ForeignReceptionsRefused = Schema.TaggedStruct("ForeignReceptionsRefused", {
  /** Whose certificate it was. */
  station: StationId,
  /** Whose receptions they were said to be. */
  claimed: StationId,
  count: Schema.Int,
})
export type ForeignReceptionsRefused = typeof ForeignReceptionsRefused.Type
