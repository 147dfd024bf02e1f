/**
 * Stations without a way to them: each order is written to the program's log and fails, so that nothing counts as sent
 * that was not. What runs until stations can be reached.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Stations, StationUnreachable } from "./Stations.ts"

export const layer: Layer.Layer<Stations> = Layer.succeed(
  Stations,
  Stations.of({
    transmit: Effect.fnUntraced(function* ({ atMs, frequencyHz, station }) {
      // Never the frame: it shows the payload to whoever knows device and number.
      yield* Effect.logWarning("no link to the station: a downlink is not sent", {
        station,
        atMs,
        frequencyHz,
      })
      return yield* new StationUnreachable({ station, reason: "no-link" })
    }),
  }),
)
