/** Who is alerted, and how the last alerts stand. */
import * as Decided from "../../core/decide/Alerts.ts"
import type { AlertTargetAdded } from "../../core/event/alert.ts"
import * as FifoMap from "../../core/kernel/FifoMap.ts"
import { type Json, type Projection, sortedPairs } from "../Projection.ts"

export type State = Decided.Alerts

export const projection: Projection<State> = {
  name: "alerts",
  version: 1,
  initial: Decided.make,
  apply: Decided.apply,
  passesReceptions: true,
  copy: ({ alerts, raised, targets }) => ({
    targets: new Map(targets),
    alerts: FifoMap.copy(alerts),
    raised: FifoMap.copy(raised),
  }),
  encode: ({ alerts, raised, targets }) => ({
    targets: sortedPairs(targets).map(([, target]) => target),
    alerts: FifoMap.pairsOldestFirst(alerts).map(([, alert]) => alert),
    raised: FifoMap.pairsOldestFirst(raised).map(([name]) => name),
  }),
  decode: (json: Json): State => {
    // Written by `encode` of the same version; snapshots carry a digest that was checked.
    const from = json as unknown as Encoded
    const state = Decided.make()
    for (const target of from.targets) state.targets.set(target.target, target)
    for (const alert of from.alerts) FifoMap.set(state.alerts, alert.at, alert)
    for (const name of from.raised) FifoMap.set(state.raised, name, true)
    return state
  },
}

interface Encoded {
  readonly targets: ReadonlyArray<AlertTargetAdded>
  readonly alerts: ReadonlyArray<Decided.Alert>
  readonly raised: ReadonlyArray<string>
}
