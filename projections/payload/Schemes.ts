/** How each device's payloads are encrypted and since when, for whoever reads them (`core/keys/readPayload.ts`). */
import * as PayloadSchemes from "../../core/decide/PayloadSchemes.ts"
import { sortedPairs, type Json, type Projection } from "../Projection.ts"

export type State = PayloadSchemes.PayloadSchemes

export const projection: Projection<State> = {
  name: "payload",
  version: 1,
  passesReceptions: true,
  initial: PayloadSchemes.make,
  apply: PayloadSchemes.apply,
  copy: ({ byDevice }) => ({ byDevice: new Map(byDevice) }),
  encode: ({ byDevice }) => ({ devices: sortedPairs(byDevice) }),
  decode: (json: Json): State => {
    // Written by `encode` of the same version; snapshots carry a digest that was checked.
    const from = json as unknown as {
      readonly devices: ReadonlyArray<readonly [string, ReadonlyArray<PayloadSchemes.Adoption>]>
    }
    return { byDevice: new Map(from.devices) }
  },
}

/** Oldest first; none for a device that never encrypted. */
export const adoptionsOf = PayloadSchemes.of
