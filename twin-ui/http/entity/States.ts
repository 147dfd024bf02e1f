/** The states that the answers are made from, all of one position. */
import type * as CoreNetwork from "../../../projections/coreNetwork/CoreNetwork.ts"
import type * as Delivery from "../../../projections/delivery/Delivery.ts"
import type * as Device from "../../../projections/device/Device.ts"
import type * as Downlinks from "../../../projections/downlink/Downlinks.ts"
import type * as Integrity from "../../../projections/integrity/Integrity.ts"
import type * as Schemes from "../../../projections/payload/Schemes.ts"
import type * as Adopted from "../../../projections/policy/Adopted.ts"
import type * as Replay from "../../../projections/replay/Replay.ts"
import type * as Tallies from "../../../projections/tally/Tallies.ts"
import type * as Traffic from "../../../projections/traffic/Traffic.ts"

export interface States {
  readonly device: Device.State
  readonly replay: Replay.State
  readonly tally: Tallies.State
  readonly downlink: Downlinks.State
  readonly payload: Schemes.State
  readonly integrity: Integrity.State
  readonly delivery: Delivery.State
  readonly coreNetwork: CoreNetwork.State
  readonly policy: Adopted.State
  readonly traffic: Traffic.State
}

/** What every answer about one thing needs: the states it is made from, and when. */
export interface Scene<Needed extends keyof States> {
  readonly states: Pick<States, Needed>
  /** The instant that is asked about, by the sources' clocks. */
  readonly occurredMs: number
}
