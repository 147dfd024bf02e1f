/** Rules 1-5: that these bytes are a fresh quote of the enrolled key. */
import * as Bytes from "../kernel/Bytes.ts"
import { invariantBroken } from "../kernel/invariant.ts"
import * as Attest from "./Attest.ts"
import type { Checks } from "./Checks.ts"
import type { Challenge, Identity, QuoteRefused } from "./Evidence.ts"
import * as Malformed from "./Malformed.ts"
import * as Public from "./Public.ts"
import { isRefused, type QuoteGiven, refuse } from "./QuoteGiven.ts"
import * as Signature from "./Signature.ts"

export const proveQuote = (
  checks: Checks,
  { evidence, identity, challenge, receivedMs }: QuoteGiven,
): Attest.Quote | QuoteRefused => {
  const signature = readSignature(evidence.signature, identity)
  if (isRefused(signature)) return signature
  const message = Bytes.fromHex(evidence.attest)
  if (message === undefined) return refuse(3, "malformed_attest", "the attest is no hexadecimal")
  const key = () => keyOf(identity)
  if (!checks.verify({ keyName: identity.akName, key, signature, message })) {
    return refuse(2, "bad_signature", "the enrolled key did not sign these bytes")
  }
  const quote = readAttest(message)
  if (isRefused(quote)) return quote
  if (Bytes.toHex(quote.qualifiedSigner) !== identity.qualifiedName) {
    return refuse(
      4,
      "signer_mismatch",
      `signed as ${Bytes.toHex(quote.qualifiedSigner)}, enrolled as ${identity.qualifiedName}`,
    )
  }
  return judgeChallenge(quote, challenge, receivedMs) ?? quote
}

const readSignature = (hex: string, identity: Identity): Signature.Signature | QuoteRefused => {
  const bytes = Bytes.fromHex(hex)
  if (bytes === undefined) return refuse(1, "malformed_sig", "the signature is no hexadecimal")
  const signature = Signature.decode(bytes)
  if (Malformed.is(signature)) {
    const reason = signature.reason === "algorithm" ? "bad_sig_alg" : "malformed_sig"
    return refuse(1, reason, Malformed.toText(signature))
  }
  const { scheme, hash } = signature
  return scheme === identity.scheme && hash === identity.hash
    ? signature
    : refuse(
        1,
        "sig_scheme_mismatch",
        `signed with ${scheme} and ${hash}, enrolled with ${identity.scheme} and ${identity.hash}`,
      )
}

const readAttest = (message: Uint8Array): Attest.Quote | QuoteRefused => {
  const quote = Attest.decode(message)
  if (!Malformed.is(quote)) return quote
  const reason =
    quote.reason === "magic"
      ? "bad_magic"
      : quote.reason === "type"
        ? "wrong_type"
        : "malformed_attest"
  return refuse(3, reason, Malformed.toText(quote))
}

const keyOf = ({ akPublic }: Identity): Public.Key => {
  const bytes = Bytes.fromHex(akPublic)
  const area = bytes === undefined ? undefined : Public.decode(bytes)
  return area === undefined || Malformed.is(area)
    ? invariantBroken("an enrolled key was read when it was enrolled")
    : area.key
}

const judgeChallenge = (
  { extraData }: Attest.Quote,
  challenge: Challenge | null,
  receivedMs: number,
): QuoteRefused | undefined => {
  if (challenge === null) return refuse(5, "nonce_mismatch", "no challenge was issued")
  const answered = Bytes.toHex(extraData)
  if (answered !== challenge.nonce) {
    return refuse(
      5,
      "nonce_mismatch",
      answered === ""
        ? "quoted without a nonce"
        : `quoted for ${answered}, not for ${challenge.nonce}`,
    )
  }
  if (challenge.consumed) {
    return refuse(5, "nonce_consumed", "this challenge was answered before")
  }
  const lateMs = receivedMs - challenge.expiresMs
  return lateMs > 0
    ? refuse(5, "challenge_expired", `the answer came ${lateMs} ms after the challenge expired`)
    : undefined
}
