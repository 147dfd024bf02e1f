/** A double of the stations for tests: keeps every order and does with it as it is told. No radio sends. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type Order, Stations, StationUnreachable } from "../../../core/network/Stations.ts"

export interface RecordingStations {
  readonly orders: Array<Order>
  /** What comes of the coming orders, first to last; `sent` when none is left. */
  readonly outcomes: Array<"sent" | "refused" | "silent">
  readonly layer: Layer.Layer<Stations>
}

export const recordingStations = (): RecordingStations => {
  const orders: RecordingStations["orders"] = []
  const outcomes: RecordingStations["outcomes"] = []
  return {
    orders,
    outcomes,
    layer: Layer.succeed(
      Stations,
      Stations.of({
        transmit: (order) =>
          Effect.suspend(() => {
            orders.push(order)
            switch (outcomes.shift() ?? "sent") {
              case "sent":
                return Effect.void
              case "refused":
                return new StationUnreachable({ station: order.station, reason: "refused" })
              case "silent":
                return Effect.never
            }
          }),
      }),
    ),
  }
}
