/**
 * Sealing to somebody who is not here: X25519 with an ephemeral key, HKDF-SHA-256 and AES-256-GCM, so that what only a key
 * locked away can open is renewed without it.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
} from "node:crypto"
import * as seal from "./seal.ts"

const keyLength = 32

/** DER of an X25519 key without its last 32 bytes, the key itself (RFC 8410). */
const privateHead = Buffer.from("302e020100300506032b656e04220420", "hex")
const publicHead = Buffer.from("302a300506032b656e032100", "hex")

export interface RecoveryKey {
  /** To be printed and locked away. */
  readonly secret: Uint8Array
  readonly publicKey: Uint8Array
}

export const make = (): RecoveryKey => {
  const { privateKey, publicKey } = generateKeyPairSync("x25519")
  const secret = privateKey.export({ format: "der", type: "pkcs8" }).subarray(-keyLength)
  return { secret: new Uint8Array(secret), publicKey: rawOf(publicKey) }
}

/** `ephemeral public key | locked`. */
export const sealTo = (publicKey: Uint8Array, secret: Uint8Array, about: string): Uint8Array => {
  const own = generateKeyPairSync("x25519")
  const shared = diffieHellman({ privateKey: own.privateKey, publicKey: publicOf(publicKey) })
  const ephemeral = rawOf(own.publicKey)
  const key = keyFrom(shared, ephemeral, publicKey)
  return new Uint8Array(Buffer.concat([ephemeral, seal.lock(key, secret, about)]))
}

/** What was sealed to the key that `secret` belongs to; undefined where it is another or bytes were changed. */
export const openWith = (
  secret: Uint8Array,
  sealed: Uint8Array,
  about: string,
): Uint8Array | undefined => {
  if (secret.length !== keyLength || sealed.length <= keyLength) return undefined
  const privateKey = createPrivateKey({
    key: Buffer.concat([privateHead, secret]),
    format: "der",
    type: "pkcs8",
  })
  const ephemeral = sealed.subarray(0, keyLength)
  const shared = diffieHellman({ privateKey, publicKey: publicOf(ephemeral) })
  const key = keyFrom(shared, ephemeral, rawOf(createPublicKey(privateKey)))
  return seal.unlock(key, sealed.subarray(keyLength), about)
}

/** As people copy it: groups of eight hexadecimal digits, and one of four that says whether they are right. */
export const toText = (secret: Uint8Array): string => {
  const hex = Buffer.from(secret).toString("hex")
  return [...(hex.match(/.{8}/g) ?? []), checkOf(hex)].join("-")
}

/** Undefined for what is no such text, or was copied wrongly. */
export const parse = (text: string): Uint8Array | undefined => {
  const digits = text.toLowerCase().replace(/[\s-]/g, "")
  if (!/^[0-9a-f]{68}$/.test(digits)) return undefined
  const hex = digits.slice(0, 64)
  return checkOf(hex) === digits.slice(64) ? new Uint8Array(Buffer.from(hex, "hex")) : undefined
}

const checkOf = (hex: string): string => createHash("sha256").update(hex).digest("hex").slice(0, 4)

const rawOf = (publicKey: KeyObject): Uint8Array =>
  new Uint8Array(publicKey.export({ format: "der", type: "spki" }).subarray(-keyLength))

const publicOf = (raw: Uint8Array): KeyObject =>
  createPublicKey({ key: Buffer.concat([publicHead, raw]), format: "der", type: "spki" })

const keyFrom = (shared: Buffer, ephemeral: Uint8Array, publicKey: Uint8Array): KeyObject =>
  createSecretKey(
    new Uint8Array(
      hkdfSync(
        "sha256",
        shared,
        Buffer.concat([ephemeral, publicKey]),
        "sigtwin recovery key",
        keyLength,
      ),
    ),
  )
