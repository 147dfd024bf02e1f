/** The cryptography that the appraisal of stations asks for (core/attestation/Checks.ts). */
import { createPublicKey, type KeyObject, constants, verify as verifyNow } from "node:crypto"
import { digest, type HashName } from "./digest.ts"
import { endorsementCertificate } from "./endorsementCertificate.ts"
import { jwkOf, type PublicKey } from "./publicKey.ts"
import { tpmCredential } from "./tpmCredential.ts"
import * as FifoMap from "../kernel/FifoMap.ts"

/** Attestation keys kept ready: a network's stations. 16,384 of 0.7 KB (measured) are 12 MB. */
const keysMax = 16_384

type Signature =
  | { readonly scheme: "rsassa" | "rsapss"; readonly hash: HashName; readonly value: Uint8Array }
  | {
      readonly scheme: "ecdsa"
      readonly hash: HashName
      readonly r: Uint8Array
      readonly s: Uint8Array
    }

interface VerifyGiven {
  readonly keyName: string
  readonly key: () => PublicKey
  readonly signature: Signature
  readonly message: Uint8Array
}

/** Its cache is of keys by their names, which are hashes of them: it changes how fast the answers come, not which. */
export const attestationChecks = () => {
  const keys = FifoMap.make<Kept>(keysMax)
  const keptOf = ({ keyName, key }: VerifyGiven): Kept => {
    const known = FifoMap.get(keys, keyName)
    if (known !== undefined) return known
    const made = keep(key())
    FifoMap.set(keys, keyName, made)
    return made
  }
  return {
    digest,
    verify: (given: VerifyGiven): boolean => holds(keptOf(given), given),
    certificate: endorsementCertificate,
    credential: tpmCredential,
  }
}

interface Kept {
  readonly type: PublicKey["type"]
  /** Undefined where it is no key: a point that lies on no curve. */
  readonly object: KeyObject | undefined
  readonly coordinateLength: number
}

const keep = (key: PublicKey): Kept => ({
  type: key.type,
  object: objectOf(key),
  coordinateLength: key.type === "ecc" ? key.x.length : 0,
})

const objectOf = (key: PublicKey): KeyObject | undefined => {
  try {
    return createPublicKey({ key: jwkOf(key), format: "jwk" })
  } catch {
    // node:crypto says "no key" only by throwing.
    return undefined
  }
}

const holds = ({ type, object, coordinateLength }: Kept, given: VerifyGiven): boolean => {
  const { message, signature } = given
  if (object === undefined) return false
  if (signature.scheme === "ecdsa") {
    const { hash, r, s } = signature
    if (type !== "ecc" || r.length > coordinateLength || s.length > coordinateLength) return false
    // Fixed length, as IEEE P1363 wants it; a TPM may leave leading zeros out.
    const both = new Uint8Array(2 * coordinateLength)
    both.set(r, coordinateLength - r.length)
    both.set(s, 2 * coordinateLength - s.length)
    return verifyNow(hash, message, { key: object, dsaEncoding: "ieee-p1363" }, both)
  }
  if (type !== "rsa") return false
  const { scheme, hash, value } = signature
  return scheme === "rsassa"
    ? verifyNow(hash, message, object, value)
    : verifyNow(
        hash,
        message,
        {
          key: object,
          padding: constants.RSA_PKCS1_PSS_PADDING,
          saltLength: constants.RSA_PSS_SALTLEN_AUTO,
        },
        value,
      )
}
