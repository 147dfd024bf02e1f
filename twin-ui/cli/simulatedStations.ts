/** The stations of a simulated world as the way to its devices: what they are ordered to send, the world hears. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as DownlinkWindow from "../../core/frame/DownlinkWindow.ts"
import { type Order, Stations } from "../../core/network/Stations.ts"
import type { World } from "../../core/sim/World.ts"

/** On a clock that stands still meanwhile: an order is carried out at once, dated as it says. */
export const simulatedStations = (world: World): Layer.Layer<Stations> =>
  stationsOf((order) => Effect.sync(() => world.broadcast(order)))

/** On a clock that goes on by itself: an order is carried out when the frame has been sent. */
export const playingStations = (world: World): Layer.Layer<Stations> =>
  stationsOf(
    Effect.fnUntraced(function* (order) {
      // The device answers later than the frame ends, so the world may hear of it beforehand.
      world.broadcast(order)
      const now = yield* Clock.currentTimeMillis
      yield* Effect.sleep(Math.max(0, order.atMs + DownlinkWindow.airtimeMs - now))
    }),
  )

const stationsOf = (transmit: (order: Order) => Effect.Effect<void>): Layer.Layer<Stations> =>
  Layer.succeed(Stations, Stations.of({ transmit }))
