/**
 * Checks attestation vectors: each quote and enrolment is appraised, and the outcome compared with what the record
 * expects. Nothing here throws for any line.
 *
 * A refusal is right when its reason is the record's `primary` or, where it names none, one of its `reasons` (rules may
 * look at things in more than one order; ours checks the signature before it parses, which is what `primary` is for). An
 * acceptance is right when exactly the expected warnings come with it.
 */
import { appraiseEnrolment, identify, pinOf } from "./appraiseEnrolment.ts"
import { appraiseQuote } from "./appraiseQuote.ts"
import * as AttestRecord from "./AttestRecord.ts"
import type { Checks } from "./Checks.ts"
import type { TrustAnchors } from "./Enrolment.ts"
import { type AppraisalPolicy, clockAheadMsDefault, type Pcrs } from "./Evidence.ts"
import type { QuoteGiven } from "./QuoteGiven.ts"

/** What vectors refer to. */
export interface Book {
  readonly stations: ReadonlyMap<string, AttestRecord.Station>
  readonly boots: ReadonlyMap<string, AttestRecord.Boot>
  readonly policies: ReadonlyMap<string, AttestRecord.Policy>
  readonly anchors: Pick<TrustAnchors, "roots" | "intermediates">
}

export interface Outcome {
  /** Of the record, where it could be read. */
  readonly id: string
  readonly kind: string
  readonly passed: boolean
  readonly expected: string
  readonly given: string
  /** Why, in a sentence. */
  readonly detail: string
}

/** Checks one line. */
export const checkRecord = (checks: Checks, book: Book, text: string): Outcome => {
  const record = AttestRecord.parse(text)
  if (typeof record === "string") {
    const given = "not readable"
    return { id: "?", kind: "unknown", passed: false, expected: "a record", given, detail: record }
  }
  return "evidence" in record
    ? checkQuote(checks, book, record)
    : checkEnrolment(checks, book, record)
}

const checkQuote = (checks: Checks, book: Book, record: AttestRecord.Quote): Outcome => {
  const given = quoteGivenOf(checks, book, record)
  if (typeof given === "string") return missing(record, given)
  const result = appraiseQuote(checks, given)
  return result._tag === "QuoteAccepted"
    ? accepted(
        record,
        result.warnings.map((warning) => `warn:${warning}`),
      )
    : refused(record, result.reason, result.detail)
}

/** What a quote's record says it is to be appraised from, or what it refers to in vain. */
export const quoteGivenOf = (
  checks: Checks,
  book: Book,
  record: AttestRecord.Quote,
): QuoteGiven | string => {
  const station = book.stations.get(record.station)
  const policy = book.policies.get(record.policy)
  const boot = record.boot === null ? null : book.boots.get(record.boot)
  if (station === undefined) return `no station ${record.station}: see --stations`
  if (policy === undefined) return `no policy ${record.policy}: see --policies`
  if (boot === undefined) return `no boot ${record.boot}: see --boots`
  const identity = identityOf(checks, station)
  if ("_tag" in identity) return `${record.station}: ${identity.detail}`
  const { challenge, evidence, prior } = record
  const bootLog = record.eventlog_override ?? boot?.eventlog
  const list = record.ima_override ?? boot?.ima.slice(0, record.ima_count ?? undefined)
  return {
    evidence: {
      attest: evidence.attest,
      signature: evidence.sig_tpmt,
      pcrs: lowerPcrs(evidence.pcrs),
      bootLog: bootLog ?? null,
      ima: list === undefined ? null : { from: 0, list: list.join("\n") },
    },
    identity,
    prior: prior && {
      ...prior,
      atMs: AttestRecord.msOf(prior.at),
      clock: String(prior.clock),
      ima: null,
    },
    challenge: {
      nonce: AttestRecord.lower(challenge.nonce),
      issuedMs: AttestRecord.msOf(challenge.issued_at ?? challenge.expires_at),
      expiresMs: AttestRecord.msOf(challenge.expires_at),
      consumed: challenge.consumed,
    },
    policy: policyOf(policy),
    superseded: [...book.policies.values()]
      .filter(({ status, station: of }) => of === record.station && status === "superseded")
      .map(policyOf),
    receivedMs: AttestRecord.msOf(record.received_at),
  }
}

const checkEnrolment = (checks: Checks, book: Book, record: AttestRecord.Enrolment): Outcome => {
  if (book.anchors.roots.length === 0) return missing(record, "no root certificate: see --ca")
  const { credential } = record
  const result = appraiseEnrolment(checks, {
    evidence: {
      ekCertificate: record.ek_cert_der,
      ekPublic: record.ek_pub,
      akPublic: record.ak_pub,
    },
    anchors: { ...book.anchors, pins: [] },
    atMs: AttestRecord.msOf(record.enrolled_at),
    credential: {
      idObject: AttestRecord.lower(credential.id_object),
      encryptedSecret: AttestRecord.lower(credential.enc_secret),
      secret: AttestRecord.lower(credential.secret),
      seed: AttestRecord.lower(credential.seed),
    },
    activatedSecret: record.activated_secret && AttestRecord.lower(record.activated_secret),
  })
  return result._tag === "EnrolmentAccepted"
    ? accepted(record, [])
    : refused(record, result.reason, result.detail)
}

/** The vectors say that these keys are enrolled, so the endorsement key counts as pinned. */
const identityOf = (
  checks: Checks,
  { ek_pub_tpm2b: ekPublic, ak_pub_tpm2b: akPublic }: AttestRecord.Station,
): ReturnType<typeof identify> =>
  identify(checks, {
    evidence: { ekCertificate: null, ekPublic, akPublic },
    anchors: { roots: [], intermediates: [], pins: [pinOf(checks, ekPublic) ?? ""] },
    atMs: 0,
  })

const policyOf = (policy: AttestRecord.Policy): AppraisalPolicy => ({
  id: policy.id,
  selection: policy.selection,
  reference: lowerPcrs(policy.reference),
  firmwareVersion: AttestRecord.lower(policy.firmwareVersion),
  imaAllow: policy.ima_allow ?? null,
  bootLog: "required",
  clockAheadMsMax: clockAheadMsDefault,
})

const lowerPcrs = (pcrs: Pcrs): Pcrs =>
  Object.fromEntries(
    Object.entries(pcrs).map(([bank, values]) => [
      bank,
      Object.fromEntries(
        Object.entries(values).map(([index, value]) => [index, AttestRecord.lower(value)]),
      ),
    ]),
  )

type Judged = Pick<AttestRecord.Quote, "id" | "kind" | "expect">

const expectedText = ({ expect: { verdict, reasons, primary } }: Judged): string =>
  verdict === "accept"
    ? ["accept", ...reasons].join(" ")
    : `reject ${primary ?? reasons.join(" or ")}`

const accepted = (record: Judged, warnings: ReadonlyArray<string>): Outcome => ({
  id: record.id,
  kind: record.kind,
  passed: record.expect.verdict === "accept" && sorted(warnings) === sorted(record.expect.reasons),
  expected: expectedText(record),
  given: ["accept", ...warnings].join(" "),
  detail: "no rule refuses it",
})

const refused = (record: Judged, reason: string, detail: string): Outcome => {
  const { verdict, primary, reasons } = record.expect
  const isRight = primary === undefined ? reasons.includes(reason) : primary === reason
  return {
    id: record.id,
    kind: record.kind,
    passed: verdict === "reject" && isRight,
    expected: expectedText(record),
    given: `reject ${reason}`,
    detail,
  }
}

const missing = (record: Judged, detail: string): Outcome => ({
  id: record.id,
  kind: record.kind,
  passed: false,
  expected: expectedText(record),
  given: "not appraised",
  detail,
})

const sorted = (words: ReadonlyArray<string>): string => words.toSorted().join(" ")
