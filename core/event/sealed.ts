/**
 * Payload bytes as the log holds them: sealed under the device's data key, so that destroying the
 * key erases them. Projections never need the plain text.
 *
 * `digest` is a keyed digest of header and payload (hex, 12 bytes): equal digests mean equal packets, and
 * without the key nothing can be learnt from it. It is also the nonce of `bytes`
 * (AES-256-GCM: cipher text, then a tag of 16 bytes), so sealing is deterministic.
 */
import * as Schema from "effect/Schema"

export const Sealed = Schema.Struct({
  digest: Schema.String,
  /** Length of the plain payload in bytes, 0..12 for an uplink. */
  length: Schema.Int,
  bytes: Schema.Uint8ArrayFromHex,
})
export type Sealed = typeof Sealed.Type
