/**
 * What stations ask: to be enrolled with their TPM, to be challenged, to have their evidence appraised.
 *
 * Nothing is answered before it is durable. Refused keys and refused evidence are problems (422) that say
 * which rule they broke; the same evidence sent twice gets the same answer and adds nothing.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { Evidence } from "../../core/attestation/Evidence.ts"
import * as Endorsements from "../../core/decide/Endorsements.ts"
import type { Step } from "../../core/decide/decideAttestation.ts"
import type { StationId } from "../../core/event/ids.ts"
import { Pipeline } from "../../core/ingest/Pipeline.ts"
import { invariantBroken } from "../../core/kernel/invariant.ts"
import * as Integrity from "../../projections/integrity/Integrity.ts"
import { Twin } from "../../projections/run/Twin.ts"
import * as Api from "../api/Stations.ts"
import * as Parameter from "./Parameter.ts"
import * as Problem from "./Problem.ts"
import * as Route from "./Route.ts"
import { StationCa } from "./StationCa.ts"

/** Most bytes of a body with evidence: a boot log and some ten thousand measured files. */
export const evidenceMax = 8 * 1024 * 1024

/** How long an answer waits for the twin to show what was decided. */
const shownMs = 1_000

const about = {
  tag: "ingest",
  access: "ingest",
  right: "ingest-evidence",
  params: { id: Parameter.station },
} as const

const problems = ["bad-request", "not-there", "conflict", "log-unavailable"] as const
const withBody = [...problems, "too-large", "wrong-media-type"] as const

const json = (schema: NonNullable<Route.Answer["schema"]>, description: string) => ({
  description,
  contentType: "application/json",
  schema,
})

export const make = Effect.gen(function* () {
  const pipeline = yield* Pipeline
  const twin = yield* Twin
  const ca = yield* StationCa

  const attest = Effect.fn("stations.attest")(function* (step: Step) {
    const { head, outcome } = yield* pipeline.attest(step)
    // Whoever reads next sees it; if the twin is behind, it is done all the same.
    yield* Effect.ignore(Effect.timeoutOption(twin.reached(head), shownMs))
    return outcome
  })

  const certify = Effect.fnUntraced(function* (
    station: StationId,
    akName: string,
    csr: string | undefined,
    atMs: number,
  ) {
    if (csr === undefined) return {}
    if (ca === undefined)
      return yield* Problem.make(
        "conflict",
        "this server has no CA to issue certificates: start it with --station-ca",
        { where: "body.csr" },
      )
    const issued = yield* ca.issue({ csr, station, akName, atMs })
    const { fingerprint, notAfterMs } = issued
    yield* attest({ _tag: "Certify", station, fingerprint, notAfterMs, atMs })
    return { certificate: issued.certificate, ca: issued.ca }
  })

  const enrol = Route.withJson({
    ...about,
    method: "POST",
    path: "/stations/:id/enrol",
    operation: "enrolTpm",
    summary: "Enrol a station's TPM, in two steps",
    description:
      "First its keys: `ekCertificate` (null where the key is pinned), `ekPublic`, `akPublic`. The answer is a credential that only a TPM with both keys can open. Then the `secret` it gave back, and where a channel of its own is wanted a certificate request (`csr`).",
    schema: Api.EnrolBody,
    bodyDescription: "The keys, or the secret.",
    answers: {
      200: json(
        Api.EnrolAnswer,
        "A credential after the first step, the enrolment after the second.",
      ),
    },
    problems: [...withBody, "enrolment-refused"],
    handle: ({ body, params: { id: station } }) =>
      Effect.gen(function* () {
        const atMs = yield* Clock.currentTimeMillis
        const outcome = yield* attest(
          "secret" in body
            ? { _tag: "Activate", station, secret: body.secret, atMs }
            : { _tag: "Offer", station, evidence: body, atMs },
        )
        switch (outcome._tag) {
          case "EnrolmentRefused": {
            const { detail, reason, rule } = outcome
            return yield* Problem.make("enrolment-refused", `${reason}: ${detail}`, {
              where: "body",
              more: { reason, rule },
            })
          }
          case "Credential": {
            const { akName, encryptedSecret, expiresMs, idObject } = outcome
            const credential = `${credentialFileHead}${idObject}${encryptedSecret}`
            return Route.answer(Api.EnrolAnswer, { akName, credential, expiresMs })
          }
          case "Enrolled": {
            const { akName, qualifiedName } = outcome.identity
            const csr = "csr" in body ? body.csr : undefined
            const channel = yield* certify(station, akName, csr, atMs)
            return Route.answer(Api.EnrolAnswer, { akName, qualifiedName, ...channel })
          }
          case "Appraised":
          case "Done":
            return invariantBroken("an enrolment ends as an enrolment does")
        }
      }),
  })

  const challenge = Route.make({
    ...about,
    method: "GET",
    path: "/stations/:id/challenge",
    operation: "getChallenge",
    summary: "Give the challenge that the station has to answer",
    answers: {
      200: json(Api.ChallengeAnswer, "The open challenge."),
      204: { description: "None is open; `Retry-After` says when to ask again." },
    },
    problems,
    handle: ({ params: { id } }) =>
      Effect.gen(function* () {
        const atMs = yield* Clock.currentTimeMillis
        const state = yield* twin.state(Integrity.projection)
        const found = Integrity.find(state, id)
        if (found === undefined || found.enrolment === null)
          return yield* Problem.make("not-there", `there is no station ${id}`, { where: "path.id" })
        const known = found.attested
        if (known === null || known.identity === null || found.retired)
          return yield* Problem.make(
            "conflict",
            `station ${id} ${found.retired ? "is retired" : "has not enrolled a TPM"}`,
            { where: "path.id" },
          )
        const open = known.challenge
        const reference = Endorsements.referenceFor(state.endorsements, id)
        if (open === null || open.consumed || atMs >= open.expiresMs || reference === undefined)
          return HttpServerResponse.empty({
            status: 204,
            headers: { "retry-after": String(askAgainS) },
          })
        const { expiresMs, issuedMs, nonce, why } = open
        const { bootLog, id: policy, selection } = reference.values
        const ima = known.prior?.ima
        return Route.answer(Api.ChallengeAnswer, {
          nonce,
          issuedMs,
          expiresMs,
          why,
          selection,
          bootLog,
          ...(known.prior === null || ima === null || ima === undefined || ima.policy !== policy
            ? {}
            : { appraised: { resetCount: known.prior.resetCount, entries: ima.entries } }),
        })
      }),
  })

  const evidence = Route.withJson({
    ...about,
    method: "POST",
    path: "/stations/:id/evidence",
    operation: "presentEvidence",
    summary: "Present evidence: a quote that answers the challenge, and what it is over",
    schema: Evidence,
    bodyDescription: "The quote, its signature, PCR values, boot log and list of measured files.",
    bodyMax: evidenceMax,
    answers: { 200: json(Api.AppraisalAnswer, "It was accepted.") },
    problems: [...withBody, "evidence-refused"],
    handle: ({ body, params: { id: station } }) =>
      Effect.gen(function* () {
        const atMs = yield* Clock.currentTimeMillis
        const outcome = yield* attest({ _tag: "Present", station, evidence: body, atMs })
        if (outcome._tag !== "Appraised") return invariantBroken("evidence is appraised")
        const { at: position, isKnown: known, result } = outcome
        if (result._tag === "QuoteRefused") {
          const { about: concerned, detail, reason, rule, warnings } = result
          return yield* Problem.make("evidence-refused", `${reason}: ${detail}`, {
            where: "body",
            more: {
              reason,
              rule,
              about: concerned,
              warnings,
              known,
              ...(position === undefined ? {} : { position }),
            },
          })
        }
        const { configDigest, warnings } = result
        return Route.answer(Api.AppraisalAnswer, {
          accepted: true,
          warnings,
          configDigest,
          position: position ?? invariantBroken("accepted evidence is recorded"),
          known,
        })
      }),
  })

  const boot = Route.withJson({
    ...about,
    method: "POST",
    path: "/stations/:id/boot",
    operation: "reportBoot",
    summary: "Say that the station started, or why it would not",
    description:
      "A station unseals its service's secret only in its right configuration. `refused` is what its TPM said where that failed; without it the station is challenged at once.",
    schema: Api.BootBody,
    bodyDescription: "How the boot went.",
    answers: { 200: json(Api.BootAnswer, "It was noted.") },
    problems: withBody,
    handle: ({ body, params: { id: station } }) =>
      Effect.gen(function* () {
        const atMs = yield* Clock.currentTimeMillis
        yield* attest({ _tag: "Boot", station, refused: body.refused, atMs })
        const state = yield* twin.state(Integrity.projection)
        const trusted = Integrity.find(state, station)?.trust === "attested"
        return Route.answer(Api.BootAnswer, { trusted })
      }),
  })

  return [enrol, challenge, evidence, boot]
})

/** How long a station waits before it asks for a challenge again. */
const askAgainS = 5

/** Magic and version of a credential file of tpm2-tools. */
const credentialFileHead = "badcc0de00000001"
