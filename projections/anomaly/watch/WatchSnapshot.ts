/** What is watched as a snapshot keeps it, and as a copy that goes its own way. */
import * as FifoMap from "../../../core/kernel/FifoMap.ts"
import * as Latency from "./Latency.ts"
import * as Series from "./Series.ts"
import * as Share from "./Share.ts"
import * as Unusual from "./Unusual.ts"
import type { Thing, Watch } from "./Watched.ts"
import * as Watched from "./Watched.ts"

type EncodedThing = readonly [
  series: Series.Encoded,
  macs: Share.Encoded,
  order: Share.Encoded,
  lastMs: number,
]

type EncodedOutlet = readonly [
  who: readonly [customer: string, destination: string],
  attempts: Share.Encoded,
  latency: Latency.Encoded,
  rest: readonly [failures: number, failingSinceMs: number, failingFirstAt: number],
]

export type Encoded = {
  readonly bin: number
  readonly unbrokenMs: number
  readonly network: EncodedThing
  readonly customers: ReadonlyArray<readonly [string, EncodedThing]>
  readonly owners: ReadonlyArray<readonly [string, string]>
  readonly stations: ReadonlyArray<readonly [string, EncodedThing]>
  readonly strangeStations: ReadonlyArray<readonly [string, EncodedThing]>
  readonly outlets: ReadonlyArray<readonly [string, EncodedOutlet]>
  readonly challengeEveryMs: number
  readonly unwatched: number
  readonly list: Unusual.Encoded
}

export const encode = (watch: Watch): Encoded => ({
  bin: watch.bin,
  unbrokenMs: watch.unbrokenMs,
  network: encodeThing(watch.network),
  customers: [...watch.customers].map(([id, thing]) => [id, encodeThing(thing)]),
  owners: [...watch.owners],
  stations: [...watch.stations].map(([id, thing]) => [id, encodeThing(thing)]),
  strangeStations: FifoMap.pairsOldestFirst(watch.strangeStations).map(([id, thing]) => [
    id,
    encodeThing(thing),
  ]),
  outlets: [...watch.outlets].map(([id, outlet]) => [
    id,
    [
      [outlet.who.customer ?? "", outlet.who.destination ?? ""],
      Share.encode(outlet.attempts),
      Latency.encode(outlet.latency),
      [outlet.failures, outlet.failingSinceMs, outlet.failingFirstAt],
    ],
  ]),
  challengeEveryMs: watch.challengeEveryMs,
  unwatched: watch.unwatched,
  list: Unusual.encode(watch.list),
})

export const decode = (from: Encoded): Watch => {
  const customers = new Map(
    from.customers.map(([id, thing]) => [id, decodeThing(Unusual.onCustomer(id), thing)]),
  )
  const strangeStations = FifoMap.make<Thing>(Watched.strangeStationsMax)
  for (const [id, thing] of from.strangeStations)
    FifoMap.set(strangeStations, id, decodeThing(Unusual.onStation(id), thing))
  return {
    bin: from.bin,
    unbrokenMs: from.unbrokenMs,
    network: decodeThing(Unusual.network, from.network),
    customers,
    owners: new Map(from.owners),
    stations: new Map(
      from.stations.map(([id, thing]) => [id, decodeThing(Unusual.onStation(id), thing)]),
    ),
    strangeStations,
    outlets: new Map(
      from.outlets.map(([id, [[customer, destination], attempts, latency, rest]]) => [
        id,
        {
          who: Unusual.onDestination(customer, destination),
          attempts: Share.decode(attempts),
          latency: Latency.decode(latency),
          failures: rest[0],
          failingSinceMs: rest[1],
          failingFirstAt: rest[2],
        },
      ]),
    ),
    challengeEveryMs: from.challengeEveryMs,
    unwatched: from.unwatched,
    list: Unusual.decode(from.list),
  }
}

export const copy = (watch: Watch): Watch => {
  const strangeStations = FifoMap.make<Thing>(Watched.strangeStationsMax)
  for (const [id, thing] of FifoMap.pairsOldestFirst(watch.strangeStations))
    FifoMap.set(strangeStations, id, copyThing(thing))
  return {
    ...watch,
    network: copyThing(watch.network),
    customers: new Map([...watch.customers].map(([id, thing]) => [id, copyThing(thing)])),
    owners: new Map(watch.owners),
    stations: new Map([...watch.stations].map(([id, thing]) => [id, copyThing(thing)])),
    strangeStations,
    outlets: new Map(
      [...watch.outlets].map(([id, outlet]) => [
        id,
        {
          ...outlet,
          attempts: Share.copy(outlet.attempts),
          latency: Latency.copy(outlet.latency),
        },
      ]),
    ),
    list: Unusual.copy(watch.list),
  }
}

const copyThing = ({ lastMs, macs, order, traffic, who }: Thing): Thing => ({
  who,
  traffic: Series.copy(traffic),
  macs: Share.copy(macs),
  order: Share.copy(order),
  lastMs,
})

const encodeThing = ({ lastMs, macs, order, traffic }: Thing): EncodedThing => [
  Series.encode(traffic),
  Share.encode(macs),
  Share.encode(order),
  lastMs,
]

const decodeThing = (who: Unusual.Who, [traffic, macs, order, lastMs]: EncodedThing): Thing => ({
  who,
  traffic: Series.decode(traffic),
  macs: Share.decode(macs),
  order: Share.decode(order),
  lastMs,
})
