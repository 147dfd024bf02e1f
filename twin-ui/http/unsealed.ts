/** Payloads in plain, where their keys are here: the one place of the server that opens them. */
import type { Event } from "../../core/event/Event.ts"
import { deviceIdOf } from "../../core/event/ids.ts"
import { isControl } from "../../core/decide/Attempts.ts"
import * as Bytes from "../../core/kernel/Bytes.ts"
import { type Adoption, readPayload } from "../../core/keys/readPayload.ts"
import type { VaultShape } from "../../core/keys/Vault.ts"

/** Plain payload (or the bytes that are no frame) as hex; undefined where there is none or its key is not here. */
export const payloadHexOf = (vault: VaultShape, event: Event): string | undefined => {
  if (event._tag === "FrameHeard") return hexOf(vault.unseal(event.device, event.payload))
  if (event._tag === "MessageReported" && event.payload !== undefined)
    return hexOf(vault.unseal(event.device, event.payload))
  // Nobody knows whose they are: they are sealed under the strangers' key, whatever device is named.
  if (event._tag === "BytesHeard") return hexOf(vault.unseal(deviceIdOf(0), event.bytes))
  return undefined
}

/**
 * The payload of a message as its customer gets it: decrypted too, where its device encrypts towards the network.
 * `adoptions` and `message` say how and since when.
 */
export const messageHexOf = (
  vault: VaultShape,
  event: Event,
  adoptions: ReadonlyArray<Adoption>,
  message: { readonly epoch: number; readonly position: number } | undefined,
): string | undefined => {
  if (event._tag !== "FrameHeard" || message === undefined) return payloadHexOf(vault, event)
  const { device, frameType, payload: sealed, seq } = event
  const control = isControl(frameType)
  return hexOf(readPayload(vault, adoptions, { device, seq, control, sealed, ...message })?.payload)
}

const hexOf = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : Bytes.toHex(bytes)
