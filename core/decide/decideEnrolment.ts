/**
 * Decides on a TPM's enrolment, in two steps: its keys are judged (rules 1-5) and a credential is issued; what the
 * TPM gave back of it is compared (rule 6). A pair of keys that only meet in one TPM can answer.
 */
import { appraiseEnrolment, identify, makeCredential } from "../attestation/appraiseEnrolment.ts"
import type { Checks as AttestationChecks } from "../attestation/Checks.ts"
import type { EnrolmentEvidence, EnrolmentReason, TrustAnchors } from "../attestation/Enrolment.ts"
import { type Identity, rulesVersion } from "../attestation/Evidence.ts"
import { deviceIdOf, type StationId } from "../event/ids.ts"
import type { Sealed } from "../event/sealed.ts"
import type * as Attested from "./Attested.ts"
import { CommandRefused } from "./Command.ts"
import type { Checks, Emit } from "./decideFrame.ts"
import * as Endorsements from "./Endorsements.ts"
import type * as Network from "./Network.ts"
import * as Offers from "./Offers.ts"

/** Offers of one station recorded within an hour. */
export const offersPerHourMax = 12

/** How long a credential may be answered. */
const activateWithinMs = 600_000

const seedBytes = 32

export interface EnrolmentChecks extends Pick<Checks, "seal"> {
  readonly attestation: AttestationChecks
  readonly random: (count: number) => Uint8Array
  readonly unseal: (device: ReturnType<typeof deviceIdOf>, sealed: Sealed) => Uint8Array | undefined
}

export type EnrolmentStep =
  | { readonly _tag: "Offer"; readonly station: StationId; readonly evidence: EnrolmentEvidence }
  | {
      readonly _tag: "Activate"
      readonly station: StationId
      /** Hex; null where the TPM would not open the credential. */
      readonly secret: string | null
    }

export type Enrolled =
  | {
      readonly _tag: "Credential"
      readonly akName: string
      readonly idObject: string
      readonly encryptedSecret: string
      readonly expiresMs: number
    }
  | { readonly _tag: "Enrolled"; readonly identity: Identity; readonly isNew: boolean }
  | {
      readonly _tag: "EnrolmentRefused"
      readonly rule: number
      readonly reason: EnrolmentReason
      readonly detail: string
    }

export const decideEnrolment = (
  state: Network.State,
  checks: EnrolmentChecks,
  step: EnrolmentStep & { readonly atMs: number },
  known: Attested.Attested,
  emit: Emit,
): Enrolled | CommandRefused =>
  step._tag === "Offer"
    ? offer(state, checks, step, known, emit)
    : activate(state, checks, step, known, emit)

const offer = (
  state: Network.State,
  checks: EnrolmentChecks,
  { atMs, evidence, station }: Extract<EnrolmentStep, { _tag: "Offer" }> & { atMs: number },
  known: Attested.Attested,
  emit: Emit,
): Enrolled | CommandRefused => {
  const open = Offers.find(state.offers, station, atMs)
  if (open !== undefined && isSame(open.evidence, evidence)) return credentialOf(open)
  if (known.offers >= offersPerHourMax && atMs - known.offersFromMs < hourMs)
    return refuse("invalid", station, `offered keys ${known.offers} times within the hour; later`)
  const anchors = anchorsOf(state, known)
  const identity = identify(checks.attestation, { evidence, anchors, atMs })
  if (!("_tag" in identity)) {
    const why = whyNotHere(state, station, known, identity.ekName)
    if (why !== undefined) return refuse("exists", station, why)
  }
  const offeredAt = emit({ _tag: "EnrolmentOffered", station, evidence }, atMs, [])
  const no = (refused: Extract<Enrolled, { _tag: "EnrolmentRefused" }>): Enrolled => {
    const { detail, reason, rule } = refused
    emit({ _tag: "EnrolmentRefused", station, rule, reason, detail, rules: rulesVersion }, atMs, [
      offeredAt,
    ])
    return refused
  }
  if ("_tag" in identity) return no(identity)
  const seed = checks.random(seedBytes)
  const credential = makeCredential(checks.attestation, evidence, identity, seed)
  if (credential === undefined)
    return no({
      _tag: "EnrolmentRefused",
      rule: 4,
      reason: "ek_attrs",
      detail: "the endorsement key can take no credential",
    })
  const { encryptedSecret, idObject } = credential
  const issued = { akName: identity.akName, idObject, encryptedSecret }
  const expiresMs = atMs + activateWithinMs
  const sealed = sealSeed(checks, station, seed)
  emit({ _tag: "CredentialIssued", station, ...issued, seed: sealed, expiresMs }, atMs, [offeredAt])
  return { _tag: "Credential", ...issued, expiresMs }
}

const activate = (
  state: Network.State,
  checks: EnrolmentChecks,
  { atMs, secret, station }: Extract<EnrolmentStep, { _tag: "Activate" }> & { atMs: number },
  known: Attested.Attested,
  emit: Emit,
): Enrolled | CommandRefused => {
  const open = Offers.find(state.offers, station, atMs)
  if (open === undefined)
    return refuse("invalid", station, "has no open credential; it offers its keys first")
  const { evidence } = open
  const anchors = anchorsOf(state, known)
  const given = { evidence, anchors, atMs: open.offeredMs }
  const identity = identify(checks.attestation, given)
  const seed = checks.unseal(seedOwner, open.seed)
  const credential =
    seed === undefined || "_tag" in identity
      ? undefined
      : makeCredential(checks.attestation, evidence, identity, seed)
  if (credential === undefined)
    return refuse(
      "invalid",
      station,
      "its credential cannot be opened any more; it offers its keys again",
    )
  const result = appraiseEnrolment(checks.attestation, {
    ...given,
    credential: { ...credential, idObject: open.idObject },
    activatedSecret: secret,
  })
  if (result._tag === "EnrolmentRefused") {
    const { detail, reason, rule } = result
    emit({ _tag: "EnrolmentRefused", station, rule, reason, detail, rules: rulesVersion }, atMs, [
      open.issuedAt,
    ])
    return result
  }
  if (known.identity?.akName === result.identity.akName)
    return { _tag: "Enrolled", identity: result.identity, isNew: false }
  emit(
    {
      _tag: "StationTpmEnrolled",
      station,
      identity: result.identity,
      by: known.pin === result.identity.ekName ? "pin" : "chain",
      secret: credential.secret,
      seed: credential.seed,
      rules: rulesVersion,
    },
    atMs,
    [open.offeredAt, open.issuedAt],
  )
  return { _tag: "Enrolled", identity: result.identity, isNew: true }
}

const hourMs = 3_600_000

const anchorsOf = (state: Network.State, { pin }: Attested.Attested): TrustAnchors => ({
  roots: Endorsements.certificatesOf(state.endorsements, "root"),
  intermediates: Endorsements.certificatesOf(state.endorsements, "issuer"),
  pins: pin === null ? [] : [pin],
})

/** A certificate says that a TPM is genuine, and not whose it is. */
const whyNotHere = (
  state: Network.State,
  station: string,
  { identity, pin }: Attested.Attested,
  ekName: string,
): string | undefined => {
  if (pin !== null && pin !== ekName) return `another endorsement key is pinned for it (${pin})`
  if (pin === null && identity !== null && identity.ekName !== ekName)
    return "has another TPM; pin the new one's endorsement key if it was exchanged"
  for (const [other, { attested, retired }] of state.stations)
    if (other !== station && !retired && attested?.identity?.ekName === ekName)
      return `this TPM is that of station ${other}`
  return undefined
}

const isSame = (a: EnrolmentEvidence, b: EnrolmentEvidence): boolean =>
  a.akPublic === b.akPublic && a.ekPublic === b.ekPublic && a.ekCertificate === b.ekCertificate

const credentialOf = ({
  akName,
  encryptedSecret,
  expiresMs,
  idObject,
}: Offers.Offer): Enrolled => ({
  _tag: "Credential",
  akName,
  idObject,
  encryptedSecret,
  expiresMs,
})

/** Seeds are nobody's payload: they are sealed as strangers' bytes are. */
const seedOwner = deviceIdOf(0)

const sealSeed = (checks: EnrolmentChecks, station: string, seed: Uint8Array): Sealed => {
  const name = new TextEncoder().encode(`\0credential ${station} `)
  const packet = new Uint8Array(name.length + seed.length)
  packet.set(name)
  packet.set(seed, name.length)
  return checks.seal({ device: seedOwner, stranger: true, packet, payload: seed })
}

const refuse = (
  reason: CommandRefused["reason"],
  station: string,
  detail: string,
): CommandRefused => new CommandRefused({ reason, subject: `station ${station}`, detail })
