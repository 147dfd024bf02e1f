/** What a quote is appraised from, and how a rule refuses one. */
import {
  type AppraisalPolicy,
  aboutMax,
  type Challenge,
  type Evidence,
  type Identity,
  type PriorState,
  type QuoteReason,
  type QuoteRefused,
} from "./Evidence.ts"

export interface QuoteGiven {
  readonly evidence: Evidence
  readonly identity: Identity
  /** Of the last accepted quote of this attestation key; null before the first. */
  readonly prior: PriorState | null
  /** The challenge it answers; null where none was issued. */
  readonly challenge: Challenge | null
  /** The one in force. */
  readonly policy: AppraisalPolicy
  /** Those it superseded, to tell a downgrade from something unknown. */
  readonly superseded?: ReadonlyArray<AppraisalPolicy>
  /** By our clock. */
  readonly receivedMs: number
}

export const refuse = (
  rule: number,
  reason: QuoteReason,
  detail: string,
  about: ReadonlyArray<string> = [],
): QuoteRefused => ({
  _tag: "QuoteRefused",
  rule,
  reason,
  detail,
  about: about.slice(0, aboutMax),
  warnings: [],
})

export const isRefused = (value: object): value is QuoteRefused =>
  "_tag" in value && value._tag === "QuoteRefused"
