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
  hash,
  hkdfSync,
  type KeyObject,
  randomBytes,
  randomFillSync,
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

/**
 * A new secret for a data key, to be kept: its first byte says how the keys are derived from the 32 random bytes behind it.
 * `random` gives as many bytes as it is asked for.
 */
export const newDataSecret = (random: (count: number) => Uint8Array): Uint8Array => {
  const secret = new Uint8Array(1 + randomLength)
  secret[0] = oneStep
  secret.set(random(randomLength), 1)
  return secret
}

const randomLength = 32

/** The one-step derivation below; a secret of 32 bytes, without this mark, is of the time before it. */
const oneStep = 2

/**
 * Derives both keys from a secret: NIST SP 800-56C rev. 2, section 4.1, option 1, with SHA-512, whose one block is both
 * keys. Of 32 bare bytes by HKDF-SHA-256 (RFC 5869), as it was done at first: it costs eight times as much (measured),
 * and with a million devices nearly each message is the first one under its key.
 */
export const dataKeyOf = (secret: Uint8Array): DataKey => {
  // By its length too: bare bytes may begin with anything.
  if (secret.length === renewedLength && secret[0] === renewed)
    return {
      naming: createSecretKey(secret.subarray(1 + randomLength)),
      hiding: dataKeyOf(Uint8Array.of(oneStep, ...secret.subarray(1, 1 + randomLength))).hiding,
    }
  const both =
    secret.length === randomLength
      ? new Uint8Array(hkdfSync("sha256", createSecretKey(secret), noSalt, purpose, 64))
      : hash("sha512", Buffer.concat([firstBlock, secret.subarray(1), purposeBytes]), "buffer")
  return {
    naming: createSecretKey(both.subarray(0, 32)),
    hiding: createSecretKey(both.subarray(32)),
  }
}

/** A secret that hides by new random bytes, and names packets by the key behind them, as its predecessor did. */
const renewed = 3
const renewedLength = 1 + randomLength + 32

/** The next secret of the same device: packets keep their names, so that one sent again is known again. */
export const renewedSecret = (
  secret: Uint8Array,
  random: (count: number) => Uint8Array,
): Uint8Array =>
  Buffer.concat([Uint8Array.of(renewed), random(randomLength), dataKeyOf(secret).naming.export()])

const noSalt = new Uint8Array(0)
const purpose = "sigtwin data key"
const purposeBytes = Buffer.from(purpose)

/** The counter of the derivation's first and only block. */
const firstBlock = Uint8Array.of(0, 0, 0, 1)

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

/** Random bytes. Drawn many at once: a call costs as much as a hash (measured). What was given is not kept. */
export const secretBytes = (count: number): Uint8Array => {
  if (count > pool.length) return new Uint8Array(randomBytes(count))
  if (count > pool.length - drawnTo) {
    randomFillSync(pool)
    drawnTo = 0
  }
  const given = pool.slice(drawnTo, drawnTo + count)
  pool.fill(0, drawnTo, drawnTo + count)
  drawnTo += count
  return given
}

const pool = new Uint8Array(4_096)
let drawnTo = pool.length

export type MasterKey = KeyObject

export const masterKeyOf = (bytes: Uint8Array): MasterKey => createSecretKey(bytes)
