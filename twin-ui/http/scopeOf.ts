/** What of the tables a viewer may see, as a list: the tables are another process's, which knows of no accounts. */
import * as Effect from "effect/Effect"
import { scopeMax, type Scope } from "../../projections/analytics/Analytics.ts"
import * as Delivery from "../../projections/delivery/Delivery.ts"
import * as Device from "../../projections/device/Device.ts"
import * as Integrity from "../../projections/integrity/Integrity.ts"
import type { LogUnavailable } from "../../core/log/EventLog.ts"
import type { ProjectionStopped, Twin } from "../../projections/run/Twin.ts"
import * as Problem from "./Problem.ts"
import { local, type Viewer } from "./Viewer.ts"

export type ScopeOf = (
  viewer: Viewer,
) => Effect.Effect<Scope, Problem.Problem | ProjectionStopped | LogUnavailable>

/** By the permissions and the owners of now, whatever instant is asked about. */
export const scopeBy =
  (twin: Twin["Service"]): ScopeOf =>
  (viewer) =>
    Effect.gen(function* () {
      if (viewer.whole) return "whole" as const
      const { devices } = yield* twin.state(Device.projection)
      const { customers } = yield* twin.state(Delivery.projection)
      const { stations } = yield* twin.state(Integrity.projection)
      const scope = {
        devices: [...devices.keys()].filter((device) => viewer.mayOn("read", { device })),
        customers: [...customers.keys()].filter((customer) => viewer.mayOn("read", { customer })),
        stations: [...stations.keys()].filter((station) => viewer.mayOn("read", { station })),
        network: viewer.mayOn("read", "network"),
      }
      if (scope.devices.length > scopeMax)
        return yield* Problem.make(
          "not-permitted",
          `${viewer.name} sees ${scope.devices.length} devices; questions over tables are answered for ${scopeMax} at most, or for who sees the whole`,
        )
      return scope
    })

/** Whoever opens the log's file sees all of it. */
export const scopeHere: ScopeOf = (viewer) =>
  viewer === local
    ? Effect.succeed("whole")
    : Effect.fail(Problem.make("not-permitted", `${viewer.name} may not ask this here`))
