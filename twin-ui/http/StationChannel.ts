/**
 * By which channel a request came in: a station's own, proved by its certificate, or another. What a station hands on it
 * may hand on in its own name only.
 */
import * as Context from "effect/Context"
import type { StationId } from "../../core/event/ids.ts"
import type * as Integrity from "../../projections/integrity/Integrity.ts"

export interface StationChannel {
  /** Whose certificate it was; undefined on a channel without. */
  readonly station: StationId | undefined
  /** Stations that have a certificate are heard over their own channel alone. */
  readonly exclusive: boolean
}

/** Where no listener for stations runs, everything may come in anywhere. */
export const StationChannel = Context.Reference<StationChannel>(
  "sigtwin/twin-ui/http/StationChannel",
  { defaultValue: () => ({ station: undefined, exclusive: false }) },
)

/** Why a reception of that station may not come in by this channel; undefined when it may. */
export const whyNot = (
  { exclusive, station }: StationChannel,
  claimed: string,
  known: Integrity.Station | undefined,
  atMs: number,
): "other-station" | "own-channel-only" | undefined => {
  if (station !== undefined) return claimed === station ? undefined : "other-station"
  return exclusive && known !== undefined && certificateOf(known, atMs) !== undefined
    ? "own-channel-only"
    : undefined
}

/** Fingerprint of the certificate that holds for the station: of the TPM that is enrolled, and not over. */
export const certificateOf = (station: Integrity.Station, atMs: number): string | undefined => {
  const certificate = station.attested?.certificate
  const isGood =
    !station.retired &&
    certificate?.akName === station.attested?.identity?.akName &&
    (certificate?.notAfterMs ?? 0) > atMs
  return isGood ? certificate?.fingerprint : undefined
}
