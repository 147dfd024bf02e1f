/** Signatures by Ed25519 (RFC 8032). A key is its 32-byte seed; its public form is 32 bytes too. */
import {
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign as signWith,
  verify as verifyWith,
} from "node:crypto"

export const seedBytes = 32
export const publicKeyBytes = 32
export const signatureBytes = 64

export interface SigningKey {
  readonly publicKey: Uint8Array
  readonly sign: (message: Uint8Array) => Uint8Array
}

/** DER around a raw key (RFC 8410, sections 4 and 7): node:crypto takes keys in no shorter form. */
const privatePrefix = Buffer.from("302e020100300506032b657004220420", "hex")
const publicPrefix = Buffer.from("302a300506032b6570032100", "hex")

export const signingKeyOf = (seed: Uint8Array): SigningKey => {
  const key = createPrivateKey({
    key: Buffer.concat([privatePrefix, seed]),
    format: "der",
    type: "pkcs8",
  })
  const spki = createPublicKey(key).export({ format: "der", type: "spki" })
  return {
    publicKey: new Uint8Array(spki.subarray(publicPrefix.length)),
    sign: (message) => new Uint8Array(signWith(null, message, key)),
  }
}

/** Whether the owner of the public key signed these very bytes. */
export const holds = (
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean => {
  if (publicKey.length !== publicKeyBytes || signature.length !== signatureBytes) return false
  const key = readPublicKey(publicKey)
  return key !== undefined && verifyWith(null, message, key, signature)
}

const readPublicKey = (raw: Uint8Array): KeyObject | undefined => {
  try {
    return createPublicKey({
      key: Buffer.concat([publicPrefix, raw]),
      format: "der",
      type: "spki",
    })
  } catch {
    return undefined // node:crypto says "no point of the curve" only by throwing
  }
}
