/** Issues the certificates of stations' channels; absent on a server without a CA. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { StationId } from "../../core/event/ids.ts"
import type * as Problem from "./Problem.ts"

export interface Issued {
  /** PEM. */
  readonly certificate: string
  readonly ca: string
  /** SHA-256 of the certificate, hex. */
  readonly fingerprint: string
  readonly notAfterMs: number
}

export interface StationCaShape {
  /** For the key of the request, whatever else that asks for; refuses one that does not prove its key. */
  readonly issue: (given: {
    readonly csr: string
    readonly station: StationId
    readonly akName: string
    readonly atMs: number
  }) => Effect.Effect<Issued, Problem.Problem>
}

export const StationCa = Context.Reference<StationCaShape | undefined>(
  "sigtwin/twin-ui/http/StationCa",
  { defaultValue: () => undefined },
)
