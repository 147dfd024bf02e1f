/**
 * What is watched, and what is usual for it: the network, customers, stations, destinations. Owned by one state
 * and changed in place.
 */
import type { Position } from "../../../core/event/Envelope.ts"
import type * as FifoMap from "../../../core/kernel/FifoMap.ts"
import * as Latency from "./Latency.ts"
import * as Series from "./Series.ts"
import * as Share from "./Share.ts"
import type * as Unusual from "./Unusual.ts"

/** Enrolled stations watched; further ones are counted. */
export const stationsMax = 16_384
/** Stations watched that were heard and never enrolled: anybody who may hand in frames can invent them; the oldest make room. */
export const strangeStationsMax = 1_024
export const customersMax = 4_096
export const destinationsMax = 8_192

export interface Thing {
  readonly who: Unusual.Who
  /** Messages decided on; of a station, its receptions. */
  readonly traffic: Series.Series
  /** Of these, with a wrong MAC. */
  readonly macs: Share.Share
  /** Of these, refused for their number; of stations it is not known. */
  readonly order: Share.Share
  /** By the log's clock. */
  lastMs: number
}

export interface Outlet {
  readonly who: Unusual.Who
  /** Attempts, and those that failed. */
  readonly attempts: Share.Share
  readonly latency: Latency.Latency
  /** Failed in a row. */
  failures: number
  failingSinceMs: number
  failingFirstAt: Position
}

export interface Watch {
  /** Number of the bin that goes on; -1 before the first. */
  bin: number
  /** From here on all bins are known. */
  unbrokenMs: number
  readonly network: Thing
  readonly customers: Map<string, Thing>
  /** Of registered devices: their customer. */
  readonly owners: Map<string, string>
  readonly stations: Map<string, Thing>
  readonly strangeStations: FifoMap.FifoMap<Thing>
  readonly outlets: Map<string, Outlet>
  /** How often stations are challenged, by the policy. */
  challengeEveryMs: number
  /** Things that are not watched for want of room. */
  unwatched: number
  readonly list: Unusual.List
}

export const thingOf = (who: Unusual.Who): Thing => ({
  who,
  traffic: Series.make(),
  macs: Share.make(),
  order: Share.make(),
  lastMs: 0,
})

export const outletOf = (who: Unusual.Who): Outlet => ({
  who,
  attempts: Share.make(),
  latency: Latency.make(),
  failures: 0,
  failingSinceMs: 0,
  failingFirstAt: -1,
})

/** All but destinations. */
export const things = function* (watch: Watch): Generator<Thing> {
  yield watch.network
  yield* watch.customers.values()
  yield* watch.stations.values()
  yield* watch.strangeStations.values.values()
}
