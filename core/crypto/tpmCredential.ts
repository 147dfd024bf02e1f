/**
 * Making a credential (TPM 2.0 Part 1, 24.3; B.10.4 and C.6.4): the part of TPM2_MakeCredential that a verifier does itself.
 *
 * Nothing is drawn here: the padding (RSA) or the ephemeral key (elliptic curves) comes out of the seed, so that the
 * same arguments give the same blob on every machine.
 */
import {
  constants,
  createCipheriv,
  createDecipheriv,
  createECDH,
  createHmac,
  createPublicKey,
  publicEncrypt,
} from "node:crypto"
import { digest, type HashName } from "./digest.ts"
import { jwkOf, type PublicKey } from "./publicKey.ts"

export interface CredentialGiven {
  readonly endorsement: {
    readonly nameAlg: HashName
    readonly aesBits: number | null
    readonly key: PublicKey
  }
  readonly attestationName: Uint8Array
  readonly secret: Uint8Array
  readonly seed: Uint8Array
}

const encoder = new TextEncoder()
const label = encoder.encode("IDENTITY\0")

/** Undefined where the endorsement key is no storage key, or no key at all. */
export const tpmCredential = ({
  endorsement,
  attestationName,
  secret,
  seed,
}: CredentialGiven): SealedIdentity | undefined => {
  const { nameAlg, aesBits, key } = endorsement
  if (aesBits === null) return undefined
  const shared = share(key, nameAlg, seed)
  if (shared === undefined) return undefined
  const cipherKey = kdfA(nameAlg, shared.seed, "STORAGE", attestationName, aesBits)
  const cipher = createCipheriv(`aes-${aesBits}-cfb`, cipherKey, Buffer.alloc(16))
  const size = Buffer.from([secret.length >> 8, secret.length & 0xff])
  const encryptedIdentity = Buffer.concat([cipher.update(size), cipher.update(secret)])
  const hmac = integrityOf(nameAlg, shared.seed, encryptedIdentity, attestationName)
  return { hmac, encryptedIdentity, encryptedSecret: shared.encrypted }
}

/** TPM2_ActivateCredential's part: the secret, or undefined where the HMAC is not that of this name. For the simulator. */
export const openIdentity = (
  given: {
    readonly hash: HashName
    readonly aesBits: number
    readonly agreed: Uint8Array
    readonly ephemeralX: Uint8Array
    readonly staticX: Uint8Array
  },
  attestationName: Uint8Array,
  { hmac, encryptedIdentity }: Pick<SealedIdentity, "hmac" | "encryptedIdentity">,
): Uint8Array | undefined => {
  const { hash, aesBits, agreed, ephemeralX, staticX } = given
  const seed = kdfE(hash, agreed, ephemeralX, staticX)
  if (!integrityOf(hash, seed, encryptedIdentity, attestationName).equals(hmac)) return undefined
  const cipherKey = kdfA(hash, seed, "STORAGE", attestationName, aesBits)
  const decipher = createDecipheriv(`aes-${aesBits}-cfb`, cipherKey, Buffer.alloc(16))
  const identity = decipher.update(encryptedIdentity)
  return identity.subarray(2, 2 + identity.readUInt16BE(0))
}

interface SealedIdentity {
  readonly hmac: Uint8Array
  readonly encryptedIdentity: Uint8Array
  /** The inside of TPM2B_ENCRYPTED_SECRET. */
  readonly encryptedSecret: Uint8Array
}

const integrityOf = (
  hash: HashName,
  seed: Uint8Array,
  encryptedIdentity: Uint8Array,
  attestationName: Uint8Array,
): Buffer => {
  const key = kdfA(hash, seed, "INTEGRITY", none, digest(hash).length * 8)
  return createHmac(hash, key).update(encryptedIdentity).update(attestationName).digest()
}

const none = new Uint8Array(0)

interface Shared {
  readonly seed: Uint8Array
  /** The inside of TPM2B_ENCRYPTED_SECRET. */
  readonly encrypted: Uint8Array
}

const share = (key: PublicKey, hash: HashName, seed: Uint8Array): Shared | undefined => {
  try {
    return key.type === "rsa" ? shareRsa(key, hash, seed) : shareEcc(key, hash, seed)
  } catch {
    // node:crypto says "no such key" or "no point of the curve" only by throwing.
    return undefined
  }
}

/** The seed itself, in OAEP (RFC 8017, 7.1.1) with a padding made of it. */
const shareRsa = (
  key: PublicKey & { readonly type: "rsa" },
  hash: HashName,
  given: Uint8Array,
): Shared | undefined => {
  const size = key.modulus.length
  const hashLength = digest(hash).length
  // The seed has the length of the name hash.
  const seed = given.length === hashLength ? given : derive(hash, "seed", given)
  const padding = derive(hash, "OAEP padding", seed)
  if (size < seed.length + 2 * hashLength + 2) return undefined
  const data = Buffer.alloc(size - hashLength - 1)
  data.set(digest(hash, label))
  data[data.length - seed.length - 1] = 1
  data.set(seed, data.length - seed.length)
  const masked = xor(data, mgf1(hash, padding, data.length))
  const block = Buffer.concat([none1, xor(padding, mgf1(hash, masked, hashLength)), masked])
  const publicKey = createPublicKey({ key: jwkOf(key), format: "jwk" })
  const encrypted = publicEncrypt({ key: publicKey, padding: constants.RSA_NO_PADDING }, block)
  return { seed, encrypted }
}

/** A key of its own for this credential, agreed with the endorsement key (TPM 2.0 Part 1, C.6.4). */
const shareEcc = (
  key: PublicKey & { readonly type: "ecc" },
  hash: HashName,
  given: Uint8Array,
): Shared => {
  const ephemeral = createECDH(nodeCurves[key.curve])
  // Half the curve's order at most, so always a private key; its first bit is all that is lost.
  const scalar = Buffer.from(kdfA(hash, given, "EPHEMERAL", none, key.x.length * 8))
  scalar[0] = key.curve === "p521" ? 0 : scalar[0] & 0x7f
  ephemeral.setPrivateKey(scalar)
  const point = ephemeral.getPublicKey()
  const [x, y] = [point.subarray(1, 1 + key.x.length), point.subarray(1 + key.x.length)]
  const agreed = ephemeral.computeSecret(Buffer.concat([uncompressed, key.x, key.y]))
  const seed = kdfE(hash, agreed, x, key.x)
  const size = Buffer.from([x.length >> 8, x.length & 0xff])
  return { seed, encrypted: Buffer.concat([size, x, size, y]) }
}

const none1 = Buffer.alloc(1)
const uncompressed = Buffer.from([4])
const nodeCurves = { p256: "prime256v1", p384: "secp384r1", p521: "secp521r1" } as const

const derive = (hash: HashName, purpose: string, from: Uint8Array): Uint8Array =>
  createHmac(hash, from).update(`sigtwin ${purpose}`).digest()

/** KDFa (TPM 2.0 Part 1, 11.4.10.2; NIST SP 800-108 in counter mode). `bits` is a multiple of eight. */
const kdfA = (
  hash: HashName,
  key: Uint8Array,
  purpose: string,
  context: Uint8Array,
  bits: number,
): Uint8Array => {
  const parts: Array<Buffer> = []
  for (let i = 1, length = 0; length < bits / 8; i++) {
    const hmac = createHmac(hash, key)
    hmac.update(u32(i)).update(`${purpose}\0`).update(context).update(u32(bits))
    const part = hmac.digest()
    parts.push(part)
    length += part.length
  }
  return Buffer.concat(parts).subarray(0, bits / 8)
}

/** KDFe (TPM 2.0 Part 1, 11.4.10.3; NIST SP 800-56A) for a seed of the hash's own length: one round. */
const kdfE = (
  hash: HashName,
  agreed: Uint8Array,
  ...infos: ReadonlyArray<Uint8Array>
): Uint8Array => digest(hash, u32(1), agreed, label, ...infos)

/** RFC 8017, B.2.1. */
const mgf1 = (hash: HashName, seed: Uint8Array, length: number): Uint8Array => {
  const parts: Array<Uint8Array> = []
  for (let i = 0, got = 0; got < length; i++) {
    const part = digest(hash, seed, u32(i))
    parts.push(part)
    got += part.length
  }
  return Buffer.concat(parts).subarray(0, length)
}

const xor = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((byte, i) => byte ^ b[i])

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
