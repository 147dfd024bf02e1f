/**
 * Decides on what stations offer and present, and when they are asked: through the one pipeline, on the state that
 * the log gives.
 *
 * - Evidence is known again by AK name and attest: presented twice, it adds nothing and gets the same answer.
 * - Evidence that answers no challenge (rules 1-5 of appraisal fail) proves nothing of the station, since anybody can send
 *   it: it is recorded up to a bound and changes no trust. What fails a later rule is this station's own fresh
 *   quote: it consumes the nonce and costs the trust.
 * - A station whose TPM is enrolled gets another one only when the operator has pinned that one's key.
 */
import { appraiseQuote } from "../attestation/appraiseQuote.ts"
import type { Checks as AttestationChecks } from "../attestation/Checks.ts"
import { type Evidence, type QuoteResult, rulesVersion } from "../attestation/Evidence.ts"
import type { StationId } from "../event/ids.ts"
import * as Bytes from "../kernel/Bytes.ts"
import * as Attested from "./Attested.ts"
import { CommandRefused } from "./Command.ts"
import type { Emit } from "./decideFrame.ts"
import {
  type Enrolled,
  decideEnrolment,
  type EnrolmentChecks,
  type EnrolmentStep,
} from "./decideEnrolment.ts"
import * as Endorsements from "./Endorsements.ts"
import type * as Network from "./Network.ts"

/** Evidence recorded between two challenges that answers neither. */
export const straysMax = 8

/** Bytes of a nonce: with fewer a station could hope for one it has answered before. */
const nonceBytes = 32

/** What a decision needs and may not do itself. */
export interface Checks extends EnrolmentChecks {
  readonly attestation: AttestationChecks
  /** Bytes that nobody can guess. */
  readonly random: (count: number) => Uint8Array
}

export type Step = { readonly atMs: number } & (
  | EnrolmentStep
  | { readonly _tag: "Present"; readonly station: StationId; readonly evidence: Evidence }
  /** The station started, or would not: then with what its TPM said. */
  | { readonly _tag: "Boot"; readonly station: StationId; readonly refused: string | undefined }
  | {
      readonly _tag: "Certify"
      readonly station: StationId
      readonly fingerprint: string
      readonly notAfterMs: number
    }
  | {
      readonly _tag: "Foreign"
      readonly station: StationId
      readonly claimed: StationId
      readonly count: number
      /** The operation, where it is not that of handing on receptions. */
      readonly asked?: string
    }
  /** Time has passed. */
  | { readonly _tag: "Look" }
)

export interface Appraised {
  readonly _tag: "Appraised"
  readonly result: QuoteResult
  /** Position of the appraisal; undefined where it was not recorded, for there were too many that answer nothing. */
  readonly at: number | undefined
  /** It was presented before. */
  readonly isKnown: boolean
}

export type Outcome = Enrolled | Appraised | { readonly _tag: "Done" } | CommandRefused

export const decideAttestation = (
  state: Network.State,
  checks: Checks,
  step: Step,
  emit: Emit,
): Outcome => {
  if (step._tag === "Look") return look(state, checks, step.atMs, emit)
  const found = state.stations.get(step.station)
  if (found === undefined || !found.enrolled)
    return refuse("unknown", step.station, "is not enrolled; the operator enrols it first")
  if (found.retired) return refuse("retired", step.station, "is retired")
  const known = found.attested ?? Attested.initial
  switch (step._tag) {
    case "Offer":
    case "Activate": {
      const outcome = decideEnrolment(state, checks, step, known, emit)
      if (!(outcome instanceof CommandRefused) && outcome._tag === "Enrolled" && outcome.isNew)
        challengeDue(state, checks, step.station, step.atMs, emit)
      return outcome
    }
    case "Present":
      return present(state, checks, step, known, emit)
    case "Boot":
      return boot(state, checks, step, found, known, emit)
    case "Certify": {
      const { fingerprint, notAfterMs, station } = step
      const akName = known.identity?.akName
      if (akName === undefined) return notEnrolled(station)
      if (known.certificate?.fingerprint !== fingerprint)
        emit(
          { _tag: "StationCertified", station, akName, fingerprint, notAfterMs },
          step.atMs,
          at(known.enrolledAt),
        )
      return done
    }
    case "Foreign": {
      const { asked, claimed, count, station } = step
      const what = asked === undefined ? {} : { asked }
      emit({ _tag: "ForeignReceptionsRefused", station, claimed, count, ...what }, step.atMs, [])
      return done
    }
  }
}

const done = { _tag: "Done" } as const

type Of<Tag extends Step["_tag"]> = Extract<Step, { readonly _tag: Tag }>

const present = (
  state: Network.State,
  checks: Checks,
  { atMs, evidence, station }: Of<"Present">,
  known: Attested.Attested,
  emit: Emit,
): Outcome => {
  const { challenge, identity } = known
  if (identity === null) return notEnrolled(station)
  const reference = Endorsements.referenceFor(state.endorsements, station)
  if (reference === undefined)
    return refuse("invalid", station, "no reference values hold for it, so nothing can be judged")
  const name = identityOf(checks, identity.akName, evidence.attest)
  const before = known.quotes.find((quote) => quote.identity === name)
  if (before !== undefined)
    return { _tag: "Appraised", result: before.result, at: before.at, isKnown: true }
  const result = appraiseQuote(checks.attestation, {
    evidence,
    identity,
    prior: known.prior,
    challenge,
    policy: reference.values,
    superseded: Endorsements.supersededFor(state.endorsements, station),
    receivedMs: atMs,
  })
  const answers = result._tag === "QuoteAccepted" || result.rule > lastRuleOfAnswers
  if (!answers && known.strays >= straysMax)
    return { _tag: "Appraised", result, at: undefined, isKnown: false }
  const asked = challenge === null ? [] : [challenge.at]
  const presentedAt = emit({ _tag: "EvidencePresented", station, evidence }, atMs, asked)
  const appraisedAt = emit(
    {
      _tag: "EvidenceAppraised",
      station,
      identity: name,
      ...(answers && challenge !== null ? { nonce: challenge.nonce } : {}),
      result,
      reference: reference.values.id,
      policy: state.policy.version,
      rules: rulesVersion,
    },
    atMs,
    [presentedAt, ...asked, reference.at],
  )
  if (answers) trustAfter(state, station, known, result, appraisedAt, atMs, emit)
  return { _tag: "Appraised", result, at: appraisedAt, isKnown: false }
}

/** Rules 1-5: is it this station's quote, and of this challenge? */
const lastRuleOfAnswers = 5

/** By what the same evidence is known again: never by its signature, for two of one quote may both verify. */
const identityOf = (checks: Checks, akName: string, attest: string): string =>
  Bytes.toHex(
    checks.attestation.digest(
      "sha256",
      Bytes.fromHex(akName) ?? new Uint8Array(),
      Bytes.fromHex(attest) ?? new Uint8Array(),
    ),
  )

const trustAfter = (
  state: Network.State,
  station: StationId,
  before: Attested.Attested,
  result: QuoteResult,
  appraisedAt: number,
  atMs: number,
  emit: Emit,
): void => {
  const policy = state.policy.version
  const now = state.stations.get(station)
  if (result._tag === "QuoteAccepted") {
    const { configDigest } = result
    // Also said of another configuration, so that what was heard under the one before does not cost the trust.
    if (now?.trust !== "trusted" || before.good?.configDigest !== configDigest)
      emit(
        { _tag: "StationTrustRestored", station, configDigest: configDigest ?? "", policy },
        atMs,
        [appraisedAt],
      )
    return
  }
  if (now?.trust === "lost") return
  const expected = now?.reference ?? ""
  const reasons = [result.reason, ...result.about]
  emit({ _tag: "StationTrustLost", station, expected, seen: "", reasons, policy }, atMs, [
    appraisedAt,
  ])
}

const boot = (
  state: Network.State,
  checks: Checks,
  { atMs, refused, station }: Of<"Boot">,
  found: Network.Station,
  known: Attested.Attested,
  emit: Emit,
): Outcome => {
  if (refused === undefined) {
    if (known.identity === null) return notEnrolled(station)
    challengeFor(state, checks, station, known, "boot", atMs, emit)
    return done
  }
  // Said again, it is no news.
  if (known.bootRefused?.detail === refused) return done
  const refusedAt = emit({ _tag: "StationBootRefused", station, detail: refused }, atMs, [])
  if (found.trust !== "lost")
    emit(
      {
        _tag: "StationTrustLost",
        station,
        expected: found.reference ?? "",
        seen: "",
        reasons: ["boot_refused"],
        policy: state.policy.version,
      },
      atMs,
      [refusedAt],
    )
  return done
}

/** What fell due at that instant: silences are noted, then challenges issued. */
const look = (state: Network.State, checks: Checks, atMs: number, emit: Emit): Outcome => {
  for (const [id, { attested, enrolled, retired, trust }] of state.stations) {
    if (attested === null || attested.identity === null || !enrolled || retired) continue
    // Keys of the map are stations' ids.
    const station = id as StationId
    const due = Attested.dueAt(attested, atMs, state.policy.policy)
    if (due?._tag === "Silence")
      emit(
        { _tag: "StationFellSilent", station, sinceMs: due.sinceMs, policy: state.policy.version },
        atMs,
        at(attested.challenge?.at),
      )
    challengeDue(state, checks, station, atMs, emit)
    const asked = attested.challenge?.issuedMs ?? atMs
    if (trust === "lost" && atMs - asked >= state.policy.policy.silentAfterMs)
      challengeFor(
        state,
        checks,
        station,
        state.stations.get(id)?.attested ?? attested,
        "lost",
        atMs,
        emit,
      )
  }
  return done
}

const challengeDue = (
  state: Network.State,
  checks: Checks,
  station: StationId,
  atMs: number,
  emit: Emit,
): void => {
  const known = state.stations.get(station)?.attested
  if (known === undefined || known === null) return
  const due = Attested.dueAt(known, atMs, state.policy.policy)
  if (due?._tag === "Challenge") challengeFor(state, checks, station, known, due.why, atMs, emit)
}

/** Nobody is asked for evidence that could not be judged. */
const challengeFor = (
  state: Network.State,
  checks: Checks,
  station: StationId,
  { challenge, enrolledAt }: Attested.Attested,
  why: NonNullable<Attested.Attested["wanted"]>,
  atMs: number,
  emit: Emit,
): void => {
  if (challenge !== null && !challenge.consumed && atMs < challenge.expiresMs) return
  const reference = Endorsements.referenceFor(state.endorsements, station)
  if (reference === undefined) return
  const { policy, version } = state.policy
  emit(
    {
      _tag: "ChallengeIssued",
      station,
      nonce: Bytes.toHex(checks.random(nonceBytes)),
      expiresMs: atMs + policy.challengeWithinMs,
      why,
      policy: version,
    },
    atMs,
    why === "enrolment" ? at(enrolledAt) : why === "reference" ? [reference.at] : [],
  )
}

const at = (position: number | null | undefined): ReadonlyArray<number> =>
  position === null || position === undefined ? [] : [position]

const notEnrolled = (station: string): CommandRefused =>
  refuse("invalid", station, "its TPM is not enrolled; it offers its keys first")

const refuse = (
  reason: CommandRefused["reason"],
  station: string,
  detail: string,
): CommandRefused => new CommandRefused({ reason, subject: `station ${station}`, detail })
