/**
 * Under which scheme and key each device encrypted its payloads, and since when: a message is read under those of its
 * time. A fold of the log that whoever reads payloads keeps for itself.
 */
import type { Position, Recorded } from "../event/Envelope.ts"

/** Adoptions kept of a device, the latest; messages older than those cannot be read (docs/formats/payload-encryption.md). */
export const adoptionsMax = 16

export type Adoption = {
  readonly position: Position
  /** Null: it no longer encrypted. */
  readonly scheme: string | null
  readonly keyVersion: number
  readonly rolloverCounter: number
  readonly epoch: number
}

export interface PayloadSchemes {
  /** Oldest first. */
  readonly byDevice: Map<string, ReadonlyArray<Adoption>>
}

export const make = (): PayloadSchemes => ({ byDevice: new Map() })

export const apply = (schemes: PayloadSchemes, { event, position }: Recorded): void => {
  if (event._tag !== "PayloadSchemeAdopted") return
  const { epoch, keyVersion, rolloverCounter, scheme = null } = event
  const adoption = { position, scheme, keyVersion, rolloverCounter, epoch }
  const known = of(schemes, event.device)
  schemes.byDevice.set(event.device, [...known, adoption].slice(-adoptionsMax))
}

/** Oldest first. */
export const of = (schemes: PayloadSchemes, device: string): ReadonlyArray<Adoption> =>
  schemes.byDevice.get(device) ?? []
