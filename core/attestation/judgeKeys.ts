/** Rules 1-5 of enrolment: what a certificate, an endorsement key and an attestation key must be. */
import * as Bytes from "../kernel/Bytes.ts"
import type { Checks } from "./Checks.ts"
import type { EnrolmentReason, EnrolmentRefused, TrustAnchors } from "./Enrolment.ts"
import * as Public from "./Public.ts"

/** tcg-kp-EKCertificate (TCG EK Credential Profile, 3.5.16). */
const ekUsage = "2.23.133.8.1"

/** Rules 1-4. A pinned key needs no certificate; one it has is judged all the same. */
export const judgeEndorsementKey = (
  checks: Checks,
  given: {
    /** DER in hex. */
    readonly certificate: string | null
    /** Undefined where it could not be read. */
    readonly area: Public.Public | undefined
    readonly isPinned: boolean
    readonly anchors: TrustAnchors
    readonly atMs: number
  },
): EnrolmentRefused | undefined => {
  const { certificate, area, isPinned, anchors, atMs } = given
  if (certificate === null) {
    if (!isPinned)
      return refuse(1, "ek_chain", "no certificate, and the endorsement key is not pinned")
  } else {
    const der = Bytes.fromHex(certificate)
    const facts = der && checks.certificate(der, anchors, atMs)
    if (facts === undefined) return refuse(1, "ek_chain", "the certificate cannot be read")
    if (facts.broken !== null && !isPinned) return refuse(1, "ek_chain", facts.broken)
    if (!facts.usages.includes(ekUsage)) {
      return refuse(2, "ek_usage", `the certificate is not for endorsement keys (${ekUsage})`)
    }
    if (area === undefined) {
      return refuse(3, "ek_pub_mismatch", "the endorsement key's public area cannot be read")
    }
    if (facts.key === null || !isSame(facts.key, area.key)) {
      return refuse(3, "ek_pub_mismatch", "the certificate is of another key")
    }
  }
  if (area === undefined) return refuse(4, "ek_attrs", "the endorsement key cannot be read")
  const wrong = lacking(area, ["restricted", "decrypt"], ["sign"])
  return wrong === "" ? undefined : refuse(4, "ek_attrs", `the endorsement key ${wrong}`)
}

/** Rule 5. */
export const judgeAttestationKey = (area: Public.Public): EnrolmentRefused | undefined => {
  const wrong =
    lacking(
      area,
      ["fixedTPM", "fixedParent", "sensitiveDataOrigin", "restricted", "sign"],
      ["decrypt"],
    ) || unfit(area)
  return wrong === "" ? undefined : refuse(5, "ak_attrs", `the attestation key ${wrong}`)
}

const refuse = (rule: number, reason: EnrolmentReason, detail: string): EnrolmentRefused => ({
  _tag: "EnrolmentRefused",
  rule,
  reason,
  detail,
})

/** What is not as it should be, or nothing. */
const lacking = (
  area: Public.Public,
  wanted: ReadonlyArray<Public.Attribute>,
  unwanted: ReadonlyArray<Public.Attribute>,
): string => {
  const missing = wanted.filter((name) => !Public.has(area, name)).map((name) => `is not ${name}`)
  const extra = unwanted.filter((name) => Public.has(area, name)).map((name) => `is ${name}`)
  return [...missing, ...extra].join(", ")
}

const unfit = ({ scheme, nameAlg, key }: Public.Public): string => {
  if (scheme === null) return "has no fixed scheme"
  if (scheme.hash === "sha1" || nameAlg === "sha1") return "uses SHA-1"
  if (key.type === "ecc") {
    if (scheme.scheme !== "ecdsa") return `cannot sign with ${scheme.scheme}`
    return key.curve === "p521" ? "is on P-521: P-256 or P-384 expected" : ""
  }
  if (scheme.scheme === "ecdsa") return "cannot sign with ecdsa"
  if (key.bits < 2048) return `has ${key.bits} bits: at least 2048 expected`
  return key.exponent === 65537 ? "" : `has the exponent ${key.exponent}: 65537 expected`
}

const isSame = (a: Public.Key, b: Public.Key): boolean =>
  a.type === "rsa"
    ? b.type === "rsa" && a.exponent === b.exponent && Bytes.equal(a.modulus, b.modulus)
    : b.type === "ecc" && a.curve === b.curve && Bytes.equal(a.x, b.x) && Bytes.equal(a.y, b.y)
