/**
 * Signed notes, https://c2sp.org/signed-note: a text, an empty line, and lines of signatures. Keys are Ed25519 (type 1).
 *
 * A key's name and public half are written as one word, `NAME+ID+KEY`: the *verifier key* of Go's
 * golang.org/x/mod/sumdb/note, which other tools read too.
 */
import * as ed25519 from "../../crypto/ed25519.ts"
import { sha256 } from "../../crypto/sha256.ts"
import * as Bytes from "../../kernel/Bytes.ts"
import * as Rejected from "../../kernel/Rejected.ts"
import * as Base64 from "./Base64.ts"

/** Signs notes under a name. */
export interface Signer {
  readonly name: string
  readonly key: ed25519.SigningKey
}

/** Whom to believe. */
export interface Verifier {
  readonly name: string
  readonly publicKey: Uint8Array
}

const typeEd25519 = 1
/** The specification's least number of signatures that a reader must take. */
const signaturesMax = 16
const noteCharsMax = 65_536

/** Of a text that ends in a newline. */
export const signed = (text: string, { key, name }: Signer): string => {
  const signature = key.sign(encoder.encode(text))
  const id = keyId({ name, publicKey: key.publicKey })
  return `${text}\n— ${name} ${Base64.encode(Uint8Array.from([...id, ...signature]))}\n`
}

/** The text of a note that the verifier's key signed; Rejected for any other. */
export const opened = (note: string, verifier: Verifier): string | Rejected.Rejected => {
  if (note.length > noteCharsMax)
    return rejected("signatures", `a note of more than ${noteCharsMax} characters`)
  const split = note.lastIndexOf("\n\n")
  if (split < 0 || !note.endsWith("\n")) return rejected("signatures", "no signed note")
  const text = note.slice(0, split + 1)
  const lines = note.slice(split + 2, -1).split("\n")
  if (lines.length > signaturesMax)
    return rejected("signatures", `more than ${signaturesMax} signatures`)
  const id = keyId(verifier)
  let found = false
  for (const line of lines) {
    const [dash, name, encoded, ...rest] = line.split(" ")
    const bytes = encoded === undefined ? undefined : Base64.decode(encoded)
    if (dash !== "—" || bytes === undefined || bytes.length < 5 || rest.length > 0)
      return rejected("signatures", `"${line}" is no signature line`)
    if (name !== verifier.name || !Bytes.equal(bytes.subarray(0, 4), id)) continue
    if (!ed25519.holds(verifier.publicKey, encoder.encode(text), bytes.subarray(4)))
      return rejected("signatures", `the signature of ${name} does not hold`)
    found = true
  }
  return found ? text : rejected("signatures", `not signed by ${verifier.name}`)
}

/** `NAME+ID+KEY`. */
export const verifierKey = (verifier: Verifier): string =>
  `${verifier.name}+${Bytes.toHex(keyId(verifier))}+${Base64.encode(
    Uint8Array.from([typeEd25519, ...verifier.publicKey]),
  )}`

/** Reads a verifier key; what is none, or names another key than it holds, is Rejected. */
export const parseVerifierKey = (word: string): Verifier | Rejected.Rejected => {
  const [, name, id, encoded] = /^([^\s+]+)\+([0-9a-f]{8})\+(\S+)$/.exec(word) ?? []
  const bytes = encoded === undefined ? undefined : Base64.decode(encoded)
  if (
    bytes === undefined ||
    bytes.length !== 1 + ed25519.publicKeyBytes ||
    bytes[0] !== typeEd25519
  )
    return rejected("key", "no verifier key (NAME+ID+KEY) of Ed25519")
  const verifier = { name, publicKey: bytes.subarray(1) }
  return Bytes.toHex(keyId(verifier)) === id
    ? verifier
    : rejected("key", "the verifier key's id is not that of its key")
}

const keyId = ({ name, publicKey }: Verifier): Uint8Array =>
  sha256(encoder.encode(`${name}\n`), Uint8Array.of(typeEd25519), publicKey).subarray(0, 4)

const encoder = new TextEncoder()

const rejected = (where: string, detail: string): Rejected.Rejected =>
  Rejected.make("note", where, detail)
