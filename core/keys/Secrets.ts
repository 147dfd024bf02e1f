/**
 * Where secrets are kept, each sealed under the master key. A port with two adapters.
 *
 * Calls are synchronous: a key is needed in the middle of a decision, and all adapters are local.
 */
import * as Schema from "effect/Schema"

export type Kind =
  /** The 16-byte radio key of a device; versions from 1. */
  | "radio-key"
  /**
   * What a device's payloads are sealed under; destroying it erases them. Version 1 is in use; others, by the day since 1970 on
   * which they went out of use, only open what is older.
   */
  | "data-key"
  /** The 16-byte key a device encrypts its payloads under; versions from 1. */
  | "payload-key"
  /** What an account's password is checked against; versions from 1. */
  | "password"
  /** What a credential's token is checked against. */
  | "token"
  /** The 32-byte Ed25519 seed that a log's checkpoints are signed with. */
  | "log-key"
  /** Secret headers and signing key of a destination, JSON; versions from 1. */
  | "destination"
  /** Login and password of a polled network's API user, JSON; versions from 1. */
  | "source"

export interface Secret {
  readonly kind: Kind
  readonly id: string
  readonly version: number
  readonly bytes: Uint8Array
}

export interface Secrets {
  readonly get: (kind: Kind, id: string, version: number) => Uint8Array | undefined
  /** All or none, durable when it returns. An existing secret of that name is replaced. */
  readonly put: (secrets: ReadonlyArray<Secret>) => void
  /** Of all versions, or of one. */
  readonly destroy: (kind: Kind, id: string, version?: number) => void
  /** Rising. */
  readonly versions: (kind: Kind, id: string) => ReadonlyArray<number>
  readonly close: () => void
}

export class SecretsUnavailable extends Schema.TaggedError<SecretsUnavailable>()(
  "SecretsUnavailable",
  {
    file: Schema.String,
    reason: Schema.Literals(["unreadable", "wrong-master-key", "bad-master-key", "not-ours"]),
    detail: Schema.String,
  },
) {
  override get message() {
    return `${this.file}: ${this.detail} (${this.reason})`
  }
}

/** What a sealed secret is bound to: moved to another name, it opens no more. */
export const about = (kind: Kind, id: string, version: number): string => `${kind}/${id}/${version}`
