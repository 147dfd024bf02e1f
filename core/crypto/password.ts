/**
 * Passwords: argon2id (RFC 9106) over what was typed, kept as a text that names its own parameters, so that they may
 * grow and old ones still be checked.
 *
 * The parameters are OWASP's second choice (Password Storage Cheat Sheet: 19 MiB, 2 passes, 1 lane): 64 ms on the machine
 * this was written on (measured).
 */
import { argon2, type Argon2Parameters, randomBytes, timingSafeEqual } from "node:crypto"

const memoryKiB = 19_456
const passes = 2
const parallelism = 1
const tagLength = 32
const saltLength = 16

/** Characters of a password: fewer are guessed, more are somebody else's file. */
export const passwordLengthMin = 12
export const passwordLengthMax = 1_024

/** What `check` needs, and nothing to find the password by but trying. */
export const verifierOf = async (password: string): Promise<string> => {
  const salt = randomBytes(saltLength)
  const tag = await derive(password, { salt, memory: memoryKiB, passes, parallelism, tagLength })
  return `$argon2id$v=19$m=${memoryKiB},t=${passes},p=${parallelism}$${text(salt)}$${text(tag)}`
}

/** Whether the verifier was made of this password. A verifier of another form fits none. */
export const check = async (password: string, verifier: string): Promise<boolean> => {
  const read = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([\w+/]+)\$([\w+/]+)$/.exec(
    verifier,
  )
  if (read === null) return false
  const tag = Buffer.from(read[5], "base64")
  const given = await derive(password, {
    salt: Buffer.from(read[4], "base64"),
    memory: Number(read[1]),
    passes: Number(read[2]),
    parallelism: Number(read[3]),
    tagLength: tag.length,
  })
  return given.length === tag.length && timingSafeEqual(given, tag)
}

const derive = (
  password: string,
  { salt, ...parameters }: Omit<Argon2Parameters, "message" | "nonce"> & { readonly salt: Buffer },
): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const message = Buffer.from(password.normalize("NFKC"))
    argon2("argon2id", { message, nonce: salt, ...parameters }, (error, tag) =>
      error === null ? resolve(tag) : reject(error),
    )
  })

const text = (bytes: Buffer): string => bytes.toString("base64").replace(/=+$/, "")
