/** Payloads in plain, where their keys are here: the one place of the server that opens them. */
import type { Event } from "../../core/event/Event.ts"
import { deviceIdOf } from "../../core/event/ids.ts"
import * as Bytes from "../../core/kernel/Bytes.ts"
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

const hexOf = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : Bytes.toHex(bytes)
