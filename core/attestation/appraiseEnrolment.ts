/**
 * Appraises an enrolment: six rules in their order. Pure, and throws for no input.
 *
 * `identify` is rules 1-5, after which the station is sent a credential (`makeCredential`); `appraiseEnrolment` is all
 * six, with the secret it gave back. An unrestricted key passes activation too and could sign a forged quote, which is
 * why rule 5 comes before it.
 */
import * as Bytes from "../kernel/Bytes.ts"
import type { Checks } from "./Checks.ts"
import * as BlobCodec from "./Credential.ts"
import type {
  Credential,
  EnrolmentEvidence,
  EnrolmentRefused,
  EnrolmentResult,
  TrustAnchors,
} from "./Enrolment.ts"
import type { Identity } from "./Evidence.ts"
import { judgeAttestationKey, judgeEndorsementKey } from "./judgeKeys.ts"
import * as Malformed from "./Malformed.ts"
import * as Name from "./Name.ts"
import * as Public from "./Public.ts"

export interface EnrolmentGiven {
  readonly evidence: EnrolmentEvidence
  readonly anchors: TrustAnchors
  /** Of the event: certificates are judged as of then. */
  readonly atMs: number
}

/** Rules 1-5: whose keys these are. */
export const identify = (
  checks: Checks,
  { evidence, anchors, atMs }: EnrolmentGiven,
): Identity | EnrolmentRefused => {
  const ekArea = readArea(evidence.ekPublic)
  const ekName = ekArea && Name.of(ekArea.area, ekArea.bytes, checks.digest)
  const refused = judgeEndorsementKey(checks, {
    certificate: evidence.ekCertificate,
    area: ekArea?.area,
    isPinned: ekName !== undefined && anchors.pins.includes(Bytes.toHex(ekName)),
    anchors,
    atMs,
  })
  if (refused !== undefined) return refused
  const akArea = readArea(evidence.akPublic)
  if (akArea === undefined || ekArea === undefined || ekName === undefined) {
    return refuse(5, "ak_attrs", "the attestation key's public area cannot be read")
  }
  const unfit = judgeAttestationKey(akArea.area)
  if (unfit !== undefined) return unfit
  const { scheme } = akArea.area
  if (scheme === null) return refuse(5, "ak_attrs", "the attestation key has no fixed scheme")
  const akName = Name.of(akArea.area, akArea.bytes, checks.digest)
  return {
    akPublic: evidence.akPublic,
    akName: Bytes.toHex(akName),
    ekName: Bytes.toHex(ekName),
    qualifiedName: Bytes.toHex(
      Name.qualified(
        { ekName, akName, ekHash: ekArea.area.nameAlg, akHash: akArea.area.nameAlg },
        checks.digest,
      ),
    ),
    ...scheme,
  }
}

/** All six rules. `activatedSecret` is what the station gave back, in hex; null where its TPM would not. */
export const appraiseEnrolment = (
  checks: Checks,
  given: EnrolmentGiven & {
    readonly credential: Credential
    readonly activatedSecret: string | null
  },
): EnrolmentResult => {
  const identity = identify(checks, given)
  if ("_tag" in identity) return identity
  const { credential, activatedSecret } = given
  const again = sealFor(checks, given.evidence, identity, credential)
  if (again?.idObject !== credential.idObject) {
    return refuse(6, "credential_name_mismatch", "the credential was made for another key")
  }
  if (activatedSecret !== credential.secret) {
    return refuse(
      6,
      "credential_mismatch",
      activatedSecret === null ? "no secret was given back" : "another secret was given back",
    )
  }
  return { _tag: "EnrolmentAccepted", identity }
}

/**
 * The credential for an identified station, from a seed of 32 secret random bytes: same seed, same credential.
 * Undefined where the endorsement key cannot take one.
 */
export const makeCredential = (
  checks: Checks,
  evidence: EnrolmentEvidence,
  identity: Identity,
  seed: Uint8Array,
): Credential | undefined => {
  const draw = (label: string): string =>
    Bytes.toHex(checks.digest("sha256", new TextEncoder().encode(`sigtwin ${label}`), seed))
  const drawn = { secret: draw("credential secret"), seed: draw("credential seed") }
  const sealed = sealFor(checks, evidence, identity, drawn)
  return sealed && { ...sealed, ...drawn }
}

/** The name an endorsement key is pinned by; undefined for what is no TPM2B_PUBLIC. */
export const pinOf = (checks: Checks, ekPublic: string): string | undefined => {
  const read = readArea(ekPublic)
  return read && Bytes.toHex(Name.of(read.area, read.bytes, checks.digest))
}

const refuse = (
  rule: number,
  reason: EnrolmentRefused["reason"],
  detail: string,
): EnrolmentRefused => ({ _tag: "EnrolmentRefused", rule, reason, detail })

const readArea = (
  hex: string,
): { readonly area: Public.Public; readonly bytes: Uint8Array } | undefined => {
  const bytes = Bytes.fromHex(hex)
  const area = bytes === undefined ? undefined : Public.decode(bytes)
  return bytes === undefined || area === undefined || Malformed.is(area)
    ? undefined
    : { area, bytes }
}

const sealFor = (
  checks: Checks,
  { ekPublic }: EnrolmentEvidence,
  { akName }: Identity,
  drawn: Pick<Credential, "secret" | "seed">,
): Pick<Credential, "idObject" | "encryptedSecret"> | undefined => {
  const endorsement = readArea(ekPublic)?.area
  const attestationName = Bytes.fromHex(akName)
  const secret = Bytes.fromHex(drawn.secret)
  const seed = Bytes.fromHex(drawn.seed)
  if (
    endorsement === undefined ||
    attestationName === undefined ||
    secret === undefined ||
    seed === undefined
  ) {
    return undefined
  }
  const sealed = checks.credential({ endorsement, attestationName, secret, seed })
  return (
    sealed && {
      idObject: Bytes.toHex(BlobCodec.idObjectOf(sealed)),
      encryptedSecret: Bytes.toHex(BlobCodec.encryptedSecretOf(sealed)),
    }
  )
}
