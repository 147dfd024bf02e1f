/** Public keys as a TPM writes them, and as node:crypto takes them. */
import type { JsonWebKey, KeyObject } from "node:crypto"

export type PublicKey =
  | { readonly type: "rsa"; readonly exponent: number; readonly modulus: Uint8Array }
  | {
      readonly type: "ecc"
      readonly curve: Curve
      /** Of the curve's length. */
      readonly x: Uint8Array
      readonly y: Uint8Array
    }

type Curve = "p256" | "p384" | "p521"

const jwkCurves = { p256: "P-256", p384: "P-384", p521: "P-521" } as const
const lengths = { p256: 32, p384: 48, p521: 66 } as const
const curves = ["p256", "p384", "p521"] as const

export const jwkOf = (key: PublicKey): JsonWebKey =>
  key.type === "rsa"
    ? { kty: "RSA", n: text(key.modulus), e: text(exponentBytes(key.exponent)) }
    : { kty: "EC", crv: jwkCurves[key.curve], x: text(key.x), y: text(key.y) }

/** Null for a key of another kind. */
export const publicKeyOf = (key: KeyObject) => {
  const { kty, n, e, crv, x, y } = key.export({ format: "jwk" })
  if (kty === "RSA" && n !== undefined && e !== undefined) {
    const modulus = Buffer.from(n, "base64url")
    const exponent = Buffer.from(e, "base64url").readUIntBE(0, Buffer.from(e, "base64url").length)
    return { type: "rsa", bits: modulus.length * 8, exponent, modulus } as const
  }
  const curve = curves.find((name) => jwkCurves[name] === crv)
  if (kty !== "EC" || curve === undefined || x === undefined || y === undefined) return null
  return { type: "ecc", curve, x: padded(x, lengths[curve]), y: padded(y, lengths[curve]) } as const
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64url")

const exponentBytes = (exponent: number): Uint8Array => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(exponent)
  return bytes.subarray(bytes.findIndex((byte) => byte !== 0))
}

const padded = (coordinate: string, length: number): Uint8Array => {
  const bytes = Buffer.from(coordinate, "base64url")
  return Buffer.concat([Buffer.alloc(Math.max(0, length - bytes.length)), bytes])
}
