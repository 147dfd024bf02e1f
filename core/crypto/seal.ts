/**
 * Sealing: AES-256-GCM, in the two ways this project needs it.
 *
 * - `lock` and `unlock` seal a secret under the master key with a random nonce.
 * - `sealPayload` and `openPayload` seal a payload under a device's data key with a nonce made of
 *   what is sealed (the idea of RFC 5297: a keyed digest as the initialization vector). Equal packets
 *   give equal bytes, so that a re-import and a simulation are the same to the byte, and a nonce is
 *   never used for two plain texts short of a collision of 96 bits of HMAC-SHA-256.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from "node:crypto"

const nonceLength = 12
const tagLength = 16

/** Shape of a sealed payload: `bytes` is cipher text and tag, `digest` (hex) names the packet and is the nonce. */
interface SealedBytes {
  readonly digest: string
  readonly length: number
  readonly bytes: Uint8Array
}

/** The two keys a data key stands for: one names packets, one hides payloads. */
export interface DataKey {
  readonly naming: KeyObject
  readonly hiding: KeyObject
}

/** Derives both keys from 32 secret bytes (HKDF-SHA-256, RFC 5869). */
export const dataKeyOf = (secret: Uint8Array): DataKey => {
  // One derivation for both: it is most of what a device's first message costs.
  const both = new Uint8Array(hkdfSync("sha256", secret, noSalt, "sigtwin data key", 64))
  return {
    naming: createSecretKey(both.subarray(0, 32)),
    hiding: createSecretKey(both.subarray(32)),
  }
}

const noSalt = new Uint8Array(0)

export const sealPayload = (key: DataKey, packet: Uint8Array, payload: Uint8Array): SealedBytes => {
  const digest = createHmac("sha256", key.naming).update(packet).digest().subarray(0, nonceLength)
  const sealed = { digest: digest.toString("hex"), length: payload.length }
  if (payload.length === 0) return { ...sealed, bytes: new Uint8Array(0) }
  const cipher = createCipheriv("aes-256-gcm", key.hiding, digest)
  const bytes = new Uint8Array(payload.length + tagLength)
  bytes.set(cipher.update(payload))
  cipher.final()
  bytes.set(cipher.getAuthTag(), payload.length)
  return { ...sealed, bytes }
}

/** The payload, or undefined where the key is another or the bytes were changed. */
export const openPayload = (key: DataKey, sealed: SealedBytes): Uint8Array | undefined =>
  sealed.length === 0
    ? new Uint8Array(0)
    : open(key.hiding, Buffer.from(sealed.digest, "hex"), sealed.bytes)

/** `nonce | cipher text | tag`. `about` is bound to it: what is sealed for one purpose opens for no other. */
export const lock = (master: KeyObject, secret: Uint8Array, about: string): Uint8Array => {
  const nonce = randomBytes(nonceLength)
  const cipher = createCipheriv("aes-256-gcm", master, nonce).setAAD(Buffer.from(about))
  return Buffer.concat([nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag()])
}

/** What `lock` sealed, or undefined where master key, purpose or bytes are others. */
export const unlock = (
  master: KeyObject,
  locked: Uint8Array,
  about: string,
): Uint8Array | undefined =>
  locked.length < nonceLength + tagLength
    ? undefined
    : open(
        master,
        locked.subarray(0, nonceLength),
        locked.subarray(nonceLength),
        Buffer.from(about),
      )

const open = (
  key: KeyObject,
  nonce: Uint8Array,
  sealed: Uint8Array,
  about?: Uint8Array,
): Uint8Array | undefined => {
  const textLength = sealed.length - tagLength
  if (textLength < 0) return undefined
  const decipher = createDecipheriv("aes-256-gcm", key, nonce)
  if (about !== undefined) decipher.setAAD(about)
  decipher.setAuthTag(sealed.subarray(textLength))
  try {
    const plain = decipher.update(sealed.subarray(0, textLength))
    decipher.final()
    return new Uint8Array(plain)
  } catch {
    // node:crypto says "wrong tag" only by throwing.
    return undefined
  }
}

export const secretBytes = (count: number): Uint8Array => new Uint8Array(randomBytes(count))

export type MasterKey = KeyObject

export const masterKeyOf = (bytes: Uint8Array): MasterKey => createSecretKey(bytes)
