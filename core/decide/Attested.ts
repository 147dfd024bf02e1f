/**
 * What is known of one station's attestation: whose TPM it has, what it was asked, how it answered, since when that
 * is good. A fold of its events; deciders and projections share it, so it is made of JSON values and never changed
 * in place.
 */
import type { Identity, PriorState, QuoteResult } from "../attestation/Evidence.ts"
import type { ChallengeIssued, ChallengeReason, Standing } from "../event/attestation.ts"
import type { Position, Recorded } from "../event/Envelope.ts"
import type { Policy } from "../event/policy.ts"

/** Appraised evidence kept of one station, newest first: to show, and to know the same evidence again. */
export const quotesMax = 16

export type Quote = {
  /** Of the appraisal, and of the evidence it judged. */
  readonly at: Position
  readonly evidenceAt: Position
  readonly ms: number
  readonly identity: string
  readonly reference: string
  readonly result: QuoteResult
}

export type Challenge = {
  readonly at: Position
  readonly nonce: string
  readonly issuedMs: number
  readonly expiresMs: number
  readonly why: ChallengeReason
  readonly consumed: boolean
}

/** The last accepted evidence. */
export type Good = {
  readonly at: Position
  readonly ms: number
  readonly configDigest: string | null
  readonly reference: string
}

export type Attested = {
  /** Name of the endorsement key that the operator expects. */
  readonly pin: string | null
  readonly identity: Identity | null
  readonly by: "chain" | "pin" | null
  readonly enrolledAt: Position | null
  readonly enrolledMs: number | null
  /** Offers of keys within the hour that began then. */
  readonly offersFromMs: number
  readonly offers: number
  readonly certificate: {
    readonly at: Position
    readonly fingerprint: string
    readonly akName: string
    readonly notAfterMs: number
  } | null
  /** The last one: the verifier's last attempt. */
  readonly challenge: Challenge | null
  /** Why it is to be challenged before its interval passed. */
  readonly wanted: ChallengeReason | null
  readonly lastAnswerMs: number | null
  /** When the first challenge was issued that nothing answered since. */
  readonly unansweredSinceMs: number | null
  readonly silent: { readonly at: Position; readonly sinceMs: number } | null
  readonly prior: PriorState | null
  readonly good: Good | null
  /** Its last boot was refused; until evidence is accepted. */
  readonly bootRefused: {
    readonly at: Position
    readonly ms: number
    readonly detail: string
  } | null
  readonly quotes: ReadonlyArray<Quote>
  /** Evidence recorded since the last challenge that answers none. */
  readonly strays: number
  /** Receptions it handed on as another's. */
  readonly foreign: number
}

export const initial: Attested = {
  pin: null,
  identity: null,
  by: null,
  enrolledAt: null,
  enrolledMs: null,
  offersFromMs: 0,
  offers: 0,
  certificate: null,
  challenge: null,
  wanted: null,
  lastAnswerMs: null,
  unansweredSinceMs: null,
  silent: null,
  prior: null,
  good: null,
  bootRefused: null,
  quotes: [],
  strays: 0,
  foreign: 0,
}

const hourMs = 3_600_000

/** Takes in an event about the station; events of other kinds leave it as it is. */
export const evolve = (known: Attested, recorded: Recorded): Attested => {
  const { event, position, occurredMs } = recorded
  // Only what concerns attestation matters here.
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check
  switch (event._tag) {
    case "EndorsementKeyPinned":
      return { ...known, pin: event.ekName }
    case "EnrolmentOffered": {
      const isSameHour = occurredMs - known.offersFromMs < hourMs
      return {
        ...known,
        offersFromMs: isSameHour ? known.offersFromMs : occurredMs,
        offers: isSameHour ? known.offers + 1 : 1,
      }
    }
    case "StationTpmEnrolled":
      return {
        ...initial,
        pin: known.pin,
        offersFromMs: known.offersFromMs,
        offers: known.offers,
        foreign: known.foreign,
        identity: event.identity,
        by: event.by,
        enrolledAt: position,
        enrolledMs: occurredMs,
      }
    case "StationCertified": {
      const { akName, fingerprint, notAfterMs } = event
      return { ...known, certificate: { at: position, fingerprint, akName, notAfterMs } }
    }
    case "ChallengeIssued":
      return challenged(known, recorded, event)
    case "EvidenceAppraised":
      return appraised(
        known,
        recorded,
        {
          at: position,
          evidenceAt: recorded.causes[0] ?? position,
          ms: occurredMs,
          identity: event.identity,
          reference: event.reference,
          result: event.result,
        },
        event.nonce,
      )
    case "StationFellSilent":
      return { ...known, silent: { at: position, sinceMs: event.sinceMs } }
    case "StationBootRefused":
      return { ...known, bootRefused: { at: position, ms: occurredMs, detail: event.detail } }
    case "StationTrustLost":
      // Evidence that was refused needs no other challenge at once: it would be refused again.
      return known.identity === null || event.reasons !== undefined
        ? known
        : { ...known, wanted: "digest" }
    case "ForeignReceptionsRefused":
      return { ...known, foreign: known.foreign + event.count }
    case "StationRetired":
      return initial
    default:
      return known
  }
}

/** The reference values for the station changed. */
export const wantReference = (known: Attested): Attested =>
  known.identity === null ? known : { ...known, wanted: "reference" }

export const standingAt = (
  known: Attested | null,
  isTrustLost: boolean,
  atMs: number,
  policy: Pick<Policy, "evidenceStaleMs">,
): Standing => {
  if (isTrustLost || (known !== null && known.bootRefused !== null)) return "refused"
  if (known === null || known.identity === null) return "unknown"
  if (known.silent !== null) return "silent"
  if (known.good === null) return "unknown"
  return atMs - known.good.ms > policy.evidenceStaleMs ? "stale" : "attested"
}

/** What is to be done about a station at an instant. */
export type Due =
  | { readonly _tag: "Challenge"; readonly why: ChallengeReason }
  | { readonly _tag: "Silence"; readonly sinceMs: number }

export const dueAt = (
  known: Attested,
  atMs: number,
  policy: Pick<Policy, "challengeEveryMs" | "silentAfterMs">,
): Due | undefined => {
  const { challenge, lastAnswerMs, silent, unansweredSinceMs, wanted } = known
  if (known.identity === null) return undefined
  if (
    silent === null &&
    unansweredSinceMs !== null &&
    atMs - unansweredSinceMs >= policy.silentAfterMs
  )
    return { _tag: "Silence", sinceMs: lastAnswerMs ?? unansweredSinceMs }
  if (challenge === null) return { _tag: "Challenge", why: "enrolment" }
  const isOpen = !challenge.consumed && atMs < challenge.expiresMs
  if (isOpen) return undefined
  if (wanted !== null) return { _tag: "Challenge", why: wanted }
  if (atMs - challenge.issuedMs >= policy.challengeEveryMs)
    return { _tag: "Challenge", why: "interval" }
  return challenge.consumed || silent !== null
    ? undefined
    : { _tag: "Challenge", why: "unanswered" }
}

const challenged = (
  known: Attested,
  { position, occurredMs }: Recorded,
  { expiresMs, nonce, why }: ChallengeIssued,
): Attested => ({
  ...known,
  challenge: { at: position, nonce, issuedMs: occurredMs, expiresMs, why, consumed: false },
  wanted: null,
  unansweredSinceMs: known.unansweredSinceMs ?? occurredMs,
  strays: 0,
})

const appraised = (
  known: Attested,
  { occurredMs }: Recorded,
  quote: Quote,
  nonce: string | undefined,
): Attested => {
  const quotes = [quote, ...known.quotes].slice(0, quotesMax)
  if (nonce === undefined) return { ...known, quotes, strays: known.strays + 1 }
  const { challenge } = known
  const answered: Attested = {
    ...known,
    quotes,
    challenge: challenge?.nonce === nonce ? { ...challenge, consumed: true } : challenge,
    lastAnswerMs: occurredMs,
    unansweredSinceMs: null,
    silent: null,
  }
  const { reference, result } = quote
  return result._tag === "QuoteRefused"
    ? answered
    : {
        ...answered,
        prior: result.state,
        bootRefused: null,
        good: { at: quote.at, ms: occurredMs, configDigest: result.configDigest, reference },
      }
}
