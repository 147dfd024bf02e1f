/**
 * Every projection of the twin. Each has a state of its own type; `Packed` hides it, so that they can
 * stand in one list and be started, folded and compared alike.
 */
import * as Accounts from "./access/Accounts.ts"
import * as Alerts from "./alert/Alerts.ts"
import * as Anomaly from "./anomaly/Anomaly.ts"
import { Chain } from "./chain/Chain.ts"
import { Timeline } from "./chain/Timeline.ts"
import * as CoreNetwork from "./coreNetwork/CoreNetwork.ts"
import * as Delivery from "./delivery/Delivery.ts"
import * as Device from "./device/Device.ts"
import * as Downlinks from "./downlink/Downlinks.ts"
import * as Firewall from "./firewall/Firewall.ts"
import * as Integrity from "./integrity/Integrity.ts"
import * as Schemes from "./payload/Schemes.ts"
import * as Adopted from "./policy/Adopted.ts"
import type { Projection } from "./Projection.ts"
import * as Replay from "./replay/Replay.ts"
import * as Tallies from "./tally/Tallies.ts"
import * as Traffic from "./traffic/Traffic.ts"

/** A projection of some state. */
export interface Packed {
  readonly name: string
  readonly version: number
  /** Runs `use` with the projection as what it is. */
  readonly open: <Result>(use: <State>(projection: Projection<State>) => Result) => Result
}

export const pack = <State>(projection: Projection<State>): Packed => ({
  name: projection.name,
  version: projection.version,
  open: (use) => use(projection),
})

export const all: ReadonlyArray<Packed> = [
  pack(Device.projection),
  pack(Replay.projection),
  pack(Tallies.projection),
  pack(Integrity.projection),
  pack(Delivery.projection),
  pack(CoreNetwork.projection),
  pack(Adopted.projection),
  pack(Traffic.projection),
  pack(Downlinks.projection),
  pack(Schemes.projection),
  pack(Firewall.projection),
  pack(Accounts.projection),
  pack(Alerts.projection),
  pack(Anomaly.projection),
  pack(Chain),
  pack(Timeline),
]
