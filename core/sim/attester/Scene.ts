/** All that a station has at hand when it is challenged. */
import type { PriorState } from "../../attestation/Evidence.ts"
import type * as Life from "./Life.ts"
import type * as Platform from "./Platform.ts"
import type * as Tpm from "./Tpm.ts"

export interface Scene {
  readonly tpm: Tpm.Tpm
  /** Another station's. */
  readonly neighbour: Tpm.Tpm
  readonly model: Platform.Model
  readonly moment: Life.Moment
  readonly nonce: Uint8Array
  readonly atMs: number
  /** State of the last accepted evidence, as the verifier told it. */
  readonly accepted: PriorState | null
  /** The station's own. */
  readonly noise: number
}
