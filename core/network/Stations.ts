/**
 * The way to the stations: the one thing in this project that makes a radio send. Only `core/network/downlink.ts` asks for it.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { StationId } from "../event/ids.ts"

/** A frame to be sent once, by one station. */
export interface Order {
  readonly station: StationId
  /** Preamble, sync and fifteen bytes as they go on air, hex. It is not encrypted: no log line shows it. */
  readonly frameHex: string
  /** Absent: at the frequency that answers the one at which the station itself heard the device. */
  readonly frequencyHz: number | undefined
  /** When it begins, by the station's clock. */
  readonly atMs: number
}

export class StationUnreachable extends Schema.TaggedError<StationUnreachable>()(
  "StationUnreachable",
  {
    station: StationId,
    /** `no-link`: there is no way to that station; `refused`: it answered that it will not send. */
    reason: Schema.Literals(["no-link", "refused"]),
  },
) {}

export class Stations extends Context.Service<
  Stations,
  {
    /**
     * Ends when the station says that it has sent the frame: an adapter must not end before it knows. A failure
     * means that nothing was sent. Interrupted when the window is over; the station then must not send either.
     */
    readonly transmit: (order: Order) => Effect.Effect<void, StationUnreachable>
  }
>()("sigtwin/core/network/Stations") {}
