/**
 * Credential blobs: what only the TPM that holds an endorsement key can open, and only for one
 * attestation key (TPM 2.0 Part 1, 24).
 *
 * TPM2B_ID_OBJECT is `size(2) | hmac TPM2B | encrypted identity`, TPM2B_ENCRYPTED_SECRET `size(2) | secret`. In a file of
 * tpm2-tools both follow `badcc0de 00000001`.
 */
import * as Algorithm from "./Algorithm.ts"
import type { Malformed } from "./Malformed.ts"
import * as Reader from "./Reader.ts"
import * as Writer from "./Writer.ts"

export interface Blob {
  readonly hmac: Uint8Array
  readonly encryptedIdentity: Uint8Array
  readonly encryptedSecret: Uint8Array
}

const fileMagic = 0xbadcc0de
const fileVersion = 1
/** A TPM2B of a digest, encrypted. */
const identityMax = 2 + Algorithm.digestMax
/** RSA of 4096 bits; a point of P-521 is shorter. */
const secretMax = 512

/** The TPM2B_ID_OBJECT. */
export const idObjectOf = ({
  hmac,
  encryptedIdentity,
}: Omit<Blob, "encryptedSecret">): Uint8Array =>
  Writer.sized(Writer.join(Writer.sized(hmac), encryptedIdentity))

/** The TPM2B_ENCRYPTED_SECRET. */
export const encryptedSecretOf = ({ encryptedSecret }: Pick<Blob, "encryptedSecret">): Uint8Array =>
  Writer.sized(encryptedSecret)

/** Reads the file that `tpm2_activatecredential -i` takes. */
/** The file `tpm2_activatecredential -i` takes. */
export const encode = (blob: Blob): Uint8Array =>
  Writer.join(
    Writer.u32(fileMagic),
    Writer.u32(fileVersion),
    idObjectOf(blob),
    encryptedSecretOf(blob),
  )

export const decode = (file: Uint8Array): Blob | Malformed => {
  const reader = Reader.make("credential", file)
  if (Reader.u32(reader) !== fileMagic) {
    Reader.fail(reader, "magic", 0, "this does not begin as a credential (badcc0de)")
  }
  const version = Reader.u32(reader)
  if (version !== fileVersion) Reader.fail(reader, "type", 4, `version ${version}: 1 expected`)
  const { at } = reader
  const size = Reader.u16(reader)
  const hmac = Reader.sized(reader, Algorithm.digestMax, "an HMAC")
  const identityLength = size - 2 - hmac.length
  if (identityLength < 0 || identityLength > identityMax) {
    Reader.fail(reader, "size", at, `an identity object of ${size} bytes`)
  }
  const encryptedIdentity = Reader.bytes(reader, Math.max(0, identityLength))
  const encryptedSecret = Reader.sized(reader, secretMax, "a secret")
  Reader.end(reader)
  return reader.failure ?? { hmac, encryptedIdentity, encryptedSecret }
}
