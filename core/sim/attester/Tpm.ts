/**
 * A TPM in software: the keys of a station's TPM and what they sign, the same bytes a TPM would make.
 *
 * Test keys, drawn from the world's seed: never anybody's secret. Signatures are deterministic (RFC 6979), which a real
 * TPM's need not be.
 */
import { p256 } from "@noble/curves/nist.js"
import * as Attest from "../../attestation/Attest.ts"
import type * as Credential from "../../attestation/Credential.ts"
import * as Malformed from "../../attestation/Malformed.ts"
import * as Name from "../../attestation/Name.ts"
import * as Public from "../../attestation/Public.ts"
import * as Signature from "../../attestation/Signature.ts"
import * as Reader from "../../attestation/Reader.ts"
import * as Writer from "../../attestation/Writer.ts"
import { digest } from "../../crypto/digest.ts"
import { openIdentity } from "../../crypto/tpmCredential.ts"
import * as Bytes from "../../kernel/Bytes.ts"
import { invariant } from "../../kernel/invariant.ts"
import type { Random } from "../../kernel/Random.ts"

interface Key {
  readonly secret: Uint8Array
  readonly area: Public.Public
  /** TPM2B_PUBLIC. */
  readonly publicBytes: Uint8Array
  readonly name: Uint8Array
}

export interface Tpm {
  readonly endorsement: Key
  readonly attestation: Key
  /** Another attestation key of the same TPM, that nobody enrols. */
  readonly other: Key
  /** Of the attestation key: what its quotes say of their signer. */
  readonly qualifiedName: Uint8Array
}

/** PolicyA (TCG EK Credential Profile 2.5, B.3): an endorsement key is used with the endorsement hierarchy's secret. */
const endorsementPolicy = Bytes.fromHex(
  "837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b331469aa",
)
const { fixedTPM, fixedParent, sensitiveDataOrigin, userWithAuth } = Public.attribute
const { adminWithPolicy, restricted, decrypt, sign } = Public.attribute
const ownKey = fixedTPM | fixedParent | sensitiveDataOrigin

export const make = (random: Random): Tpm => {
  invariant(endorsementPolicy !== undefined, "a constant in hexadecimal")
  const storage = {
    attributes: ownKey | adminWithPolicy | restricted | decrypt,
    authPolicy: endorsementPolicy,
    aesBits: 128,
    scheme: null,
  }
  const signing = {
    attributes: ownKey | userWithAuth | restricted | sign,
    authPolicy: new Uint8Array(0),
    aesBits: null,
    scheme: { scheme: "ecdsa", hash: "sha256" },
  } as const
  const endorsement = keyOf(random.fork("endorsement"), storage)
  const attestation = keyOf(random.fork("attestation"), signing)
  return {
    endorsement,
    attestation,
    other: keyOf(random.fork("other"), signing),
    qualifiedName: Name.qualified(
      { ekName: endorsement.name, akName: attestation.name, ekHash: "sha256", akHash: "sha256" },
      digest,
    ),
  }
}

/** TPMT_SIGNATURE over any bytes, which a real TPM's restricted key would only give to its own. */
export const signWith = ({ secret }: Pick<Key, "secret">, message: Uint8Array): Uint8Array => {
  const both = p256.sign(message, secret, { lowS: false })
  return Signature.encode({
    scheme: "ecdsa",
    hash: "sha256",
    r: both.subarray(0, 32),
    s: both.subarray(32),
  })
}

/** The other signature of the same message: (r, n - s) holds as well. */
export const malleated = (signature: Uint8Array): Uint8Array => {
  const read = Signature.decode(signature)
  if (Malformed.is(read) || read.scheme !== "ecdsa") return signature
  const s = p256.Point.Fn.ORDER - BigInt(`0x${Bytes.toHex(read.s)}`)
  const bytes = Bytes.fromHex(s.toString(16).padStart(64, "0"))
  return bytes === undefined ? signature : Signature.encode({ ...read, s: bytes })
}

/** TPM2_ActivateCredential: the secret, or undefined where the credential is for another key. */
export const activate = (
  { endorsement, attestation }: Tpm,
  blob: Credential.Blob,
): Uint8Array | undefined => {
  const reader = Reader.make("credential", blob.encryptedSecret)
  const x = Reader.sized(reader, 32, "x")
  const y = Reader.sized(reader, 32, "y")
  Reader.end(reader)
  const { key } = endorsement.area
  if (Reader.failed(reader) || key.type !== "ecc") return undefined
  const agreed = agree(endorsement.secret, Writer.join(Uint8Array.of(4), x, y))
  if (agreed === undefined) return undefined
  return openIdentity(
    { hash: "sha256", aesBits: 128, agreed, ephemeralX: x, staticX: key.x },
    attestation.name,
    blob,
  )
}

const agree = (secret: Uint8Array, point: Uint8Array): Uint8Array | undefined => {
  try {
    return p256.getSharedSecret(secret, point).subarray(1)
  } catch {
    // The library says "no point of the curve" only by throwing.
    return undefined
  }
}

const keyOf = (random: Random, given: Omit<Public.Public, "nameAlg" | "key">): Key => {
  const secret = random.bytes(32)
  // Below the curve's order, whatever was drawn.
  secret[0] &= 0x7f
  const point = p256.getPublicKey(secret, false)
  const key = { type: "ecc", curve: "p256", x: point.slice(1, 33), y: point.slice(33) } as const
  const area: Public.Public = { nameAlg: "sha256", ...given, key }
  const publicBytes = Public.encode(area)
  return { secret, area, publicBytes, name: Name.of(area, publicBytes, digest) }
}

/** What TPM2_Certify of the key itself would sign (TPM 2.0 Part 2, 10.12.3). */
export const certifyBytes = (tpm: Tpm, quoteBytes: Uint8Array): Uint8Array =>
  Writer.join(
    typed(quoteBytes, 0x8017),
    Writer.sized(tpm.attestation.name),
    Writer.sized(tpm.qualifiedName),
  )

/** What TPM2_GetTime would sign (TPM 2.0 Part 2, 10.12.6). */
export const timeBytes = (quote: Attest.Quote, quoteBytes: Uint8Array): Uint8Array => {
  const head = typed(quoteBytes, 0x8019)
  const clockInfo = head.subarray(head.length - 25, head.length - 8)
  return Writer.join(head, Writer.u64(quote.clock), clockInfo, Writer.u64(quote.firmwareVersion))
}

/** The common head of an attestation, to the firmware version, as of another type. */
const typed = (quoteBytes: Uint8Array, type: number): Uint8Array => {
  const read = Attest.decode(quoteBytes)
  invariant(!Malformed.is(read), "the model's own quotes can be read")
  const length = 6 + 2 + read.qualifiedSigner.length + 2 + read.extraData.length + 17 + 8
  const head = quoteBytes.slice(0, length)
  head.set(Writer.u16(type), 4)
  return head
}
