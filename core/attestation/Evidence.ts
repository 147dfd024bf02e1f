/**
 * What a station shows, what is known of it, and what is expected of it: as they are stored in events.
 *
 * Stored names and fields are a wire format: change them only by adding.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { hashNames, schemeNames } from "./Algorithm.ts"

/** Bytes in hex, at most so many. */
const hex = (bytesMax: number) =>
  Schema.String.check(
    Schema.isPattern(/^([0-9a-f]{2})*$/, {
      message: "an even number of lower-case hexadecimal digits",
    }),
    Schema.isMaxLength(2 * bytesMax),
  )

const Digest = hex(64)
/** A key's name: the hash's number and the hash. */
const Name = hex(66)
/** Hex of SHA-256's length. */
const Sha256 = Schema.String.check(Schema.isPattern(/^[0-9a-f]{64}$/))
const Hash = Schema.Literals(hashNames)
const U32 = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2 ** 32 - 1 }))
/** A u64 in decimal. */
const Clock = Schema.String.check(Schema.isPattern(/^(0|[1-9][0-9]{0,19})$/))
/** A u64 in hex. */
const FirmwareVersion = Schema.String.check(Schema.isPattern(/^[0-9a-f]{16}$/))

/** PCR values by bank and number. */
export const Pcrs = Schema.Record(Schema.String, Schema.Record(Schema.String, Digest))
export type Pcrs = typeof Pcrs.Type

export const listMax = 4 * 2 ** 20
const bootLogMax = 2 ** 20

/** Files measured since the boot began, from entry `from` on. */
export const ImaList = Schema.Struct({
  /** 0, or how many entries of this boot the last accepted quote covered. */
  from: Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)),
  /** Lines of the kernel's `ascii_runtime_measurements`. */
  list: Schema.String.check(Schema.isMaxLength(listMax)),
})
export type ImaList = typeof ImaList.Type

/** An answer to a challenge, as it came: raw bytes in hex. */
export const Evidence = Schema.Struct({
  /** TPMS_ATTEST. */
  attest: hex(2048),
  /** TPMT_SIGNATURE. */
  signature: hex(2048),
  /** What the station says its PCRs hold; proved by the quote's digest. */
  pcrs: Pcrs,
  /** TCG crypto-agile event log; null where the platform keeps none. */
  bootLog: Schema.NullOr(hex(bootLogMax)),
  ima: Schema.NullOr(ImaList),
})
export type Evidence = typeof Evidence.Type

/** An enrolled station's keys: all that a quote is checked with. */
export const Identity = Schema.Struct({
  /** TPM2B_PUBLIC. */
  akPublic: hex(2048),
  /** Names: hash number and hash. */
  akName: Name,
  ekName: Name,
  /** What every quote of this key says of its signer, so that it proves its ancestry. */
  qualifiedName: Name,
  scheme: Schema.Literals(schemeNames),
  hash: Hash,
})
export type Identity = typeof Identity.Type

/** How far a boot's list of measured files was appraised. */
export const ImaProgress = Schema.Struct({
  entries: Schema.Int,
  /** PCR 10 after them. */
  value: Digest,
  /** The appraisal policy they were judged by: another one wants to see them all again. */
  policy: Schema.String,
})
export type ImaProgress = typeof ImaProgress.Type

/** What the last accepted quote of a station showed. */
export const PriorState = Schema.Struct({
  /** When it was received, by our clock. */
  atMs: Schema.Int,
  clock: Clock,
  resetCount: U32,
  restartCount: U32,
  safe: Schema.Boolean,
  firmwareVersion: FirmwareVersion,
  ima: Schema.NullOr(ImaProgress),
})
export type PriorState = typeof PriorState.Type

export const Challenge = Schema.Struct({
  nonce: hex(64),
  issuedMs: Schema.Int,
  expiresMs: Schema.Int,
  /** Whether an answer to it was recorded already. */
  consumed: Schema.Boolean,
})
export type Challenge = typeof Challenge.Type

/** A TPM's clock may be 15 % fast (TPM 2.0 Part 1, 36.3): ten minutes are more than an hourly quote gathers. */
export const clockAheadMsDefault = 600_000

/** Against which a quote is appraised: selection, reference values, allowlist. */
export const AppraisalPolicy = Schema.Struct({
  id: Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(64)),
  /** PCRs that must be quoted, by bank: exactly these. */
  selection: Schema.Record(
    Schema.String,
    Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 23 }))),
  ),
  /** Of each of them but PCR 10, which is judged by its list. */
  reference: Pcrs,
  firmwareVersion: FirmwareVersion,
  /** SHA-256 digests by path; null where files are replayed and not judged. */
  imaAllow: Schema.NullOr(Schema.Record(Schema.String, Schema.Array(Sha256))),
  /** `absent` only for platforms whose firmware keeps no log: PCR 0-9 then stand on their reference values alone. */
  bootLog: Schema.Literals(["required", "absent"]).pipe(
    Schema.withDecodingDefaultKey(Effect.succeed("required" as const)),
  ),
  /** How far a TPM's clock may have run ahead of ours since the last quote before a warning. */
  clockAheadMsMax: Schema.Int.pipe(
    Schema.withDecodingDefaultKey(Effect.succeed(clockAheadMsDefault)),
  ),
})
export type AppraisalPolicy = typeof AppraisalPolicy.Type

/** Reasons for which a quote is refused, in the order of the rules that give them. */
export const quoteReasons = [
  "malformed_sig",
  "bad_sig_alg",
  "sig_scheme_mismatch",
  "bad_signature",
  "malformed_attest",
  "bad_magic",
  "wrong_type",
  "signer_mismatch",
  "nonce_mismatch",
  "nonce_consumed",
  "challenge_expired",
  "rollback",
  "firmware_changed",
  "pcr_selection",
  "pcr_digest_mismatch",
  "eventlog_replay",
  "ima_replay",
  "pcr_reference",
  "boot_aggregate",
  "ima_not_allowed",
] as const
export const QuoteReason = Schema.Literals(quoteReasons)
export type QuoteReason = typeof QuoteReason.Type

export const warnings = ["clock_not_safe", "clock_ahead"] as const
export const Warning = Schema.Literals(warnings)
export type Warning = typeof Warning.Type

/** Grows with every change of what the rules say, and is recorded beside each result. */
export const rulesVersion = 1

export const QuoteAccepted = Schema.TaggedStruct("QuoteAccepted", {
  warnings: Schema.Array(Warning),
  /** What the next quote is compared with. */
  state: PriorState,
  /** Digest over PCR 0-9, which receptions must carry; null where the policy does not quote them all. */
  configDigest: Schema.NullOr(Sha256),
})
export type QuoteAccepted = typeof QuoteAccepted.Type

export const QuoteRefused = Schema.TaggedStruct("QuoteRefused", {
  /** 1-13. */
  rule: Schema.Int,
  reason: QuoteReason,
  /** A sentence for people. */
  detail: Schema.String,
  /** The PCRs (`sha256:8`) or files concerned, the first `aboutMax`. */
  about: Schema.Array(Schema.String),
  /** Of the quote, where it was proved to be this station's and fresh. */
  warnings: Schema.Array(Warning),
})
export type QuoteRefused = typeof QuoteRefused.Type

export const aboutMax = 32

export const QuoteResult = Schema.Union([QuoteAccepted, QuoteRefused])
export type QuoteResult = typeof QuoteResult.Type
