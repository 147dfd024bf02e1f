/**
 * The cryptography that appraisal needs, as plain functions: `core/crypto` has them
 * (`attestationChecks.ts`), and nothing in this folder has any of its own.
 */
import type { HashName } from "./Algorithm.ts"
import type { Key, Public } from "./Public.ts"
import type { Signature } from "./Signature.ts"

/** The digest of the parts, one after the other. */
export type DigestOf = (hash: HashName, ...parts: ReadonlyArray<Uint8Array>) => Uint8Array

/** Who vouches for endorsement keys. PEM. */
export interface Anchors {
  readonly roots: ReadonlyArray<string>
  readonly intermediates: ReadonlyArray<string>
}

/** What an endorsement key's certificate says. */
export interface CertificateFacts {
  /** Why no chain of valid signatures leads to a root at that instant; null where one does. */
  readonly broken: string | null
  /** Extended key usages, dotted. */
  readonly usages: ReadonlyArray<string>
  /** The key it certifies; null for one of another kind. */
  readonly key: Key | null
}

export interface Checks {
  readonly digest: DigestOf
  /** Whether `key` made `signature` over `message`. The key is asked for only when `keyName` was not met lately. */
  readonly verify: (given: {
    readonly keyName: string
    readonly key: () => Key
    readonly signature: Signature
    readonly message: Uint8Array
  }) => boolean
  /** Undefined for bytes that are no certificate. */
  readonly certificate: (
    der: Uint8Array,
    anchors: Anchors,
    atMs: number,
  ) => CertificateFacts | undefined
  /**
   * The credential blob for a secret, the same for the same arguments. Undefined where the endorsement key cannot
   * take one (it is no storage key, or its point is on no curve).
   */
  readonly credential: (given: {
    readonly endorsement: Public
    readonly attestationName: Uint8Array
    readonly secret: Uint8Array
    readonly seed: Uint8Array
  }) => SealedCredential | undefined
}

export interface SealedCredential {
  readonly hmac: Uint8Array
  readonly encryptedIdentity: Uint8Array
  readonly encryptedSecret: Uint8Array
}
