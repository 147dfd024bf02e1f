/**
 * TPM2B_PUBLIC of RSA and elliptic-curve keys (TPM 2.0 Part 2, 12.2.5), to its exact end.
 *
 * `size(2) | type(2) | nameAlg(2) | attributes(4) | authPolicy TPM2B | symmetric | scheme | ...key`. What a key for
 * attestation or endorsement never is (a derivation function, another cipher than AES in CFB) is refused.
 */
import * as Algorithm from "./Algorithm.ts"
import type { Malformed } from "./Malformed.ts"
import * as Reader from "./Reader.ts"
import * as Writer from "./Writer.ts"

export type Key =
  | {
      readonly type: "rsa"
      readonly bits: number
      /** Never 0: the TPM's short form of 65537 is read as that. */
      readonly exponent: number
      readonly modulus: Uint8Array
    }
  | {
      readonly type: "ecc"
      readonly curve: Algorithm.CurveName
      /** Of the curve's length, leading zeros included. */
      readonly x: Uint8Array
      readonly y: Uint8Array
    }

export interface Public {
  readonly nameAlg: Algorithm.HashName
  /** TPMA_OBJECT, see `attribute`. */
  readonly attributes: number
  readonly authPolicy: Uint8Array
  /** Bits of the AES key a storage key protects its children with; null for none. */
  readonly aesBits: number | null
  readonly scheme: {
    readonly scheme: Algorithm.SchemeName
    readonly hash: Algorithm.HashName
  } | null
  readonly key: Key
}

/** Bits of TPMA_OBJECT (TPM 2.0 Part 2, 8.3). */
export const attribute = {
  fixedTPM: 1 << 1,
  stClear: 1 << 2,
  fixedParent: 1 << 4,
  sensitiveDataOrigin: 1 << 5,
  userWithAuth: 1 << 6,
  adminWithPolicy: 1 << 7,
  noDA: 1 << 10,
  restricted: 1 << 16,
  decrypt: 1 << 17,
  sign: 1 << 18,
} as const
export type Attribute = keyof typeof attribute

export const has = (area: Public, name: Attribute): boolean =>
  (area.attributes & attribute[name]) !== 0

const rsaExponentDefault = 65537
const modulusMax = 512

/** The inside of a TPM2B_PUBLIC, of which a key's name is made. */
export const areaOf = (tpm2b: Uint8Array): Uint8Array => tpm2b.subarray(2)

export const decode = (tpm2b: Uint8Array): Public | Malformed => {
  const reader = Reader.make("public", tpm2b)
  const size = Reader.u16(reader)
  const left = tpm2b.length - reader.at
  if (size > left) Reader.fail(reader, "truncated", 0, `${size} bytes announced, ${left} follow`)
  if (size < left) {
    Reader.fail(reader, "trailing", 2 + size, `${left - size} bytes follow the end`)
  }
  const type = Reader.u16(reader)
  const nameAlg = hash(reader)
  const attributes = Reader.u32(reader)
  const authPolicy = Reader.sized(reader, Algorithm.digestMax, "a policy")
  const aesBits = symmetric(reader)
  const scheme = signing(reader)
  const key = type === Algorithm.ecc ? eccKey(reader) : rsaKey(reader)
  if (type !== Algorithm.rsa && type !== Algorithm.ecc) {
    Reader.fail(reader, "algorithm", 2, `neither an RSA nor an elliptic-curve key: ${type}`)
  }
  Reader.end(reader)
  return reader.failure ?? { nameAlg, attributes, authPolicy, aesBits, scheme, key }
}

export const encode = ({
  nameAlg,
  attributes,
  authPolicy,
  aesBits,
  scheme,
  key,
}: Public): Uint8Array =>
  Writer.sized(
    Writer.join(
      Writer.u16(key.type === "rsa" ? Algorithm.rsa : Algorithm.ecc),
      Writer.u16(Algorithm.hashIds[nameAlg]),
      Writer.u32(attributes),
      Writer.sized(authPolicy),
      ...(aesBits === null
        ? [Writer.u16(Algorithm.none)]
        : [Algorithm.aes, aesBits, Algorithm.cfb].map(Writer.u16)),
      ...(scheme === null
        ? [Writer.u16(Algorithm.none)]
        : [
            Writer.u16(Algorithm.schemeIds[scheme.scheme]),
            Writer.u16(Algorithm.hashIds[scheme.hash]),
          ]),
      ...(key.type === "rsa"
        ? [
            Writer.u16(key.bits),
            Writer.u32(key.exponent === rsaExponentDefault ? 0 : key.exponent),
            Writer.sized(key.modulus),
          ]
        : [
            Writer.u16(Algorithm.curveIds[key.curve]),
            Writer.u16(Algorithm.none),
            Writer.sized(key.x),
            Writer.sized(key.y),
          ]),
    ),
  )

const hash = (reader: Reader.Reader): Algorithm.HashName => {
  const { at } = reader
  const id = Reader.u16(reader)
  const name = Algorithm.hashOf(id)
  if (name === undefined) Reader.fail(reader, "algorithm", at, `no known hash: ${id.toString(16)}`)
  return name ?? "sha256"
}

const symmetric = (reader: Reader.Reader): number | null => {
  const { at } = reader
  const id = Reader.u16(reader)
  if (id === Algorithm.none) return null
  const bits = Reader.u16(reader)
  const mode = Reader.u16(reader)
  if (id !== Algorithm.aes || mode !== Algorithm.cfb) {
    Reader.fail(reader, "algorithm", at, "another cipher than AES in CFB")
  }
  if (bits !== 128 && bits !== 192 && bits !== 256) {
    Reader.fail(reader, "size", at + 2, `an AES key of ${bits} bits`)
  }
  return bits
}

const signing = (reader: Reader.Reader): Public["scheme"] => {
  const { at } = reader
  const id = Reader.u16(reader)
  if (id === Algorithm.none) return null
  const scheme = Algorithm.schemeOf(id)
  if (scheme === undefined) {
    Reader.fail(reader, "algorithm", at, `no known signature scheme: ${id.toString(16)}`)
  }
  return { scheme: scheme ?? "rsassa", hash: hash(reader) }
}

const rsaKey = (reader: Reader.Reader): Key => {
  const bits = Reader.u16(reader)
  const exponentAt = reader.at
  const exponent = Reader.u32(reader)
  // The TPM's own form of 65537 is 0; the same key written in two ways would have two names.
  if (exponent === rsaExponentDefault) {
    Reader.fail(reader, "value", exponentAt, "the exponent 65537 is written as 0")
  }
  const { at } = reader
  const modulus = Reader.sized(reader, modulusMax, "a modulus")
  if (modulus.length * 8 !== bits) {
    Reader.fail(reader, "size", at, `a modulus of ${modulus.length} bytes in a key of ${bits} bits`)
  }
  return { type: "rsa", bits, exponent: exponent === 0 ? rsaExponentDefault : exponent, modulus }
}

const eccKey = (reader: Reader.Reader): Key => {
  const { at } = reader
  const id = Reader.u16(reader)
  const curve = Algorithm.curveOf(id)
  if (curve === undefined) Reader.fail(reader, "algorithm", at, `no known curve: ${id}`)
  if (Reader.u16(reader) !== Algorithm.none) {
    Reader.fail(reader, "algorithm", at + 2, "a key with a derivation function")
  }
  const length = Algorithm.coordinateLengths[curve ?? "p256"]
  const coordinate = (name: string): Uint8Array => {
    const from = reader.at
    const value = Reader.sized(reader, length, name)
    if (value.length !== length) {
      Reader.fail(reader, "size", from, `${name} of ${value.length} bytes: ${length} expected`)
    }
    return value
  }
  return { type: "ecc", curve: curve ?? "p256", x: coordinate("x"), y: coordinate("y") }
}
