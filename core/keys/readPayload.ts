/**
 * Reads a message's payload: unseals it and, where its device encrypts towards the network, decrypts it. The log keeps
 * what came over the air; plain text exists only in what this gives, for the moment of reading.
 *
 * Who calls has made sure that the reader may read.
 */
import type { Position } from "../event/Envelope.ts"
import { addressOf, type DeviceId } from "../event/ids.ts"
import type { Sealed } from "../event/sealed.ts"
import type { VaultShape } from "./Vault.ts"

/** How a device's payloads are encrypted, as `core/decide/PayloadSchemes.ts` gives it. */
export interface Adoption {
  readonly position: Position
  readonly scheme: string | null
  readonly keyVersion: number
  readonly rolloverCounter: number
  readonly epoch: number
}

export interface Message {
  readonly device: DeviceId
  readonly seq: number
  readonly epoch: number
  /** A control frame's payload is the network's own and never encrypted. */
  readonly control: boolean
  readonly sealed: Sealed
  /** Of its acceptance: what was adopted before it holds for it. */
  readonly position: Position
}

export interface ReadPayload {
  readonly payload: Uint8Array
  /** The scheme it was decrypted by; undefined: it is what came over the air. */
  readonly scheme: string | undefined
}

/** Undefined where a key was destroyed or never was here, or the roll-over counter cannot be known. */
export const readPayload = (
  vault: Pick<VaultShape, "unseal" | "decryptPayload">,
  adoptions: ReadonlyArray<Adoption>,
  { control, device, epoch, position, sealed, seq }: Message,
): ReadPayload | undefined => {
  const heard = vault.unseal(device, sealed)
  if (heard === undefined) return undefined
  const adoption = adoptions.findLast((each) => each.position < position)
  const scheme = adoption?.scheme ?? undefined
  if (adoption === undefined || scheme === undefined || control || heard.length === 0)
    return { payload: heard, scheme: undefined }
  const address = addressOf(device)
  // The twin counts the turns of the counter as the device does, from the adoption on.
  const rolloverCounter = adoption.rolloverCounter + epoch - adoption.epoch
  if (address === undefined || rolloverCounter < 0 || rolloverCounter > 0xffff_ffff)
    return undefined
  const { keyVersion } = adoption
  const encrypted = { device: address, seq, rolloverCounter, scheme, keyVersion, payload: heard }
  const payload = vault.decryptPayload(encrypted)
  return payload === undefined ? undefined : { payload, scheme }
}
