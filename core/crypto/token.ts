/**
 * Tokens: 32 random bytes, of which only a digest is kept. They are as hard to guess as a key, so a plain SHA-256
 * does, where a password needs a slow one.
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto"

const secretLength = 32

/** Begins each, so that people and scanners know one when they see it. */
const prefix = "sgt"

export interface Token {
  /** What its holder shows; seen once. */
  readonly token: string
  /** What it is checked against. */
  readonly verifier: string
}

/** A credential's token: `sgt_ID_SECRET`. */
export const make = (credential: string): Token => {
  const secret = newSecret()
  return { token: `${prefix}_${credential}_${secret}`, verifier: digestOf(secret) }
}

/** Which credential a token says it is, and its secret; undefined where it is no token. */
export const parse = (
  token: string,
): { readonly credential: string; readonly secret: string } | undefined => {
  const read = /^sgt_([0-9A-Za-z][0-9A-Za-z._-]{0,47})_([\w-]{43})$/.exec(token)
  return read === null ? undefined : { credential: read[1], secret: read[2] }
}

/** A secret of its own, for a session's cookie. */
export const newSecret = (): string => randomBytes(secretLength).toString("base64url")

export const digestOf = (secret: string): string =>
  createHash("sha256").update(secret).digest("hex")

/** Whether the digest is of this secret, in a time that does not depend on where they differ. */
export const fits = (secret: string, digest: string): boolean => {
  const given = Buffer.from(digestOf(secret))
  const kept = Buffer.from(digest)
  return given.length === kept.length && timingSafeEqual(given, kept)
}
