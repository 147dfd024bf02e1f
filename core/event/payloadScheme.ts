/**
 * How devices encrypt their payloads towards the network.
 *
 * Stored names and fields are a wire format: change them only by adding, and through `upcast.ts`.
 * Keys are never here: `core/keys` holds them.
 */
import * as Schema from "effect/Schema"
import { DeviceId } from "./ids.ts"

/** A scheme's id, as `core/crypto/payloadSchemes.ts` lists them. */
export const SchemeId = Schema.String.check(Schema.isPattern(/^[a-z0-9][a-z0-9-]{0,31}$/))

/**
 * From here on the device encrypts under this key; older messages stay under theirs. `scheme` absent: it no
 * longer encrypts.
 */
export const PayloadSchemeAdopted = Schema.TaggedStruct("PayloadSchemeAdopted", {
  device: DeviceId,
  scheme: Schema.optionalKey(SchemeId),
  /** Version of the payload key, from 1; where it no longer encrypts, of the last one (0: there was none). */
  keyVersion: Schema.Int,
  /** The device's roll-over counter in the turn of its counter that is numbered `epoch` here. */
  rolloverCounter: Schema.Int,
  epoch: Schema.Int,
})
export type PayloadSchemeAdopted = typeof PayloadSchemeAdopted.Type
