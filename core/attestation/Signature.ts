/**
 * TPMT_SIGNATURE (TPM 2.0 Part 2, 11.3.4), to its exact end.
 *
 * `scheme(2) | hash(2) | TPM2B` for RSA, two TPM2B (r and s) for ECDSA. Any bytes after it are refused: the
 * same signature must not have many encodings.
 */
import * as Algorithm from "./Algorithm.ts"
import type { Malformed } from "./Malformed.ts"
import * as Reader from "./Reader.ts"
import * as Writer from "./Writer.ts"

export type Signature =
  | {
      readonly scheme: "rsassa" | "rsapss"
      readonly hash: Algorithm.HashName
      readonly value: Uint8Array
    }
  | {
      readonly scheme: "ecdsa"
      readonly hash: Algorithm.HashName
      readonly r: Uint8Array
      readonly s: Uint8Array
    }

/** RSA of 4096 bits. */
const rsaMax = 512
/** P-521. */
const coordinateMax = 66

export const decode = (bytes: Uint8Array): Signature | Malformed => {
  const reader = Reader.make("signature", bytes)
  const schemeId = Reader.u16(reader)
  const hashId = Reader.u16(reader)
  const scheme = Algorithm.schemeOf(schemeId)
  const hash = Algorithm.hashOf(hashId)
  if (scheme === undefined) {
    Reader.fail(reader, "algorithm", 0, `no known signature scheme: ${schemeId.toString(16)}`)
  }
  if (hash === undefined) {
    Reader.fail(reader, "algorithm", 2, `no known hash: ${hashId.toString(16)}`)
  }
  if (scheme === "ecdsa") {
    const r = Reader.sized(reader, coordinateMax, "r")
    const s = Reader.sized(reader, coordinateMax, "s")
    Reader.end(reader)
    return reader.failure ?? { scheme, hash: hash ?? "sha256", r, s }
  }
  const value = Reader.sized(reader, rsaMax, "a signature")
  Reader.end(reader)
  return reader.failure ?? { scheme: scheme ?? "rsassa", hash: hash ?? "sha256", value }
}

export const encode = (signature: Signature): Uint8Array =>
  Writer.join(
    Writer.u16(Algorithm.schemeIds[signature.scheme]),
    Writer.u16(Algorithm.hashIds[signature.hash]),
    ...(signature.scheme === "ecdsa"
      ? [Writer.sized(signature.r), Writer.sized(signature.s)]
      : [Writer.sized(signature.value)]),
  )
