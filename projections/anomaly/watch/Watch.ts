/**
 * Learns what is usual, and says what is not (`Unusual.ts`): counts as events come in, judges when a bin of ten minutes is over
 * on the log's clock.
 *
 * - First judged, then learnt: what is unusual never becomes its own measure, and while something is open about a thing's traffic
 *   nothing is learnt of that.
 * - A bin in which nothing at all was recorded says nothing of anybody: the twin was not there. (While it is there and nothing comes,
 *   it records ticks: `core/network/keepTime.ts`.) After more than `gapBins` of these levels are seen anew, and what had been judged by
 *   bins is cleared.
 * - Bounded by `Watched.ts`: things are those that are registered, and a few strange stations.
 */
import type { Recorded } from "../../../core/event/Envelope.ts"
import type { MessageAccepted, MessageRefused } from "../../../core/event/decision.ts"
import { outside } from "../../../core/event/subjects.ts"
import { policyDefault } from "../../../core/event/policy.ts"
import * as FifoMap from "../../../core/kernel/FifoMap.ts"
import { ofEvents, ofOutlets, ofThings } from "./detectors/all.ts"
import type { Judged } from "./Detector.ts"
import * as Latency from "./Latency.ts"
import * as Series from "./Series.ts"
import * as Share from "./Share.ts"
import * as Unusual from "./Unusual.ts"
import * as Watched from "./Watched.ts"
import type { Thing, Watch } from "./Watched.ts"

/** Six hours. */
const gapBins = 36

export const make = (): Watch => ({
  bin: -1,
  unbrokenMs: 0,
  network: Watched.thingOf(Unusual.network),
  customers: new Map(),
  owners: new Map(),
  stations: new Map(),
  strangeStations: FifoMap.make(Watched.strangeStationsMax),
  outlets: new Map(),
  challengeEveryMs: policyDefault.challengeEveryMs,
  unwatched: 0,
  list: Unusual.make(),
})

/** Ends the bins that are over on the log's clock. */
export const advance = (watch: Watch, nowMs: number, position: number): void => {
  const bin = Math.floor(nowMs / Series.binMs)
  if (bin === watch.bin) return
  if (watch.bin < 0) {
    watch.bin = bin
    return
  }
  if (bin - watch.bin > gapBins) {
    startAnew(watch, { position, ms: nowMs })
    watch.bin = bin
    watch.unbrokenMs = bin * Series.binMs
    return
  }
  closeBin({ watch, bin: watch.bin, at: { position, ms: (watch.bin + 1) * Series.binMs } })
  if (bin - watch.bin > 1) {
    for (const thing of Watched.things(watch)) Series.breakOff(thing.traffic)
    watch.unbrokenMs = bin * Series.binMs
  }
  watch.bin = bin
}

/** Takes in an event, at the log's clock. */
export const apply = (watch: Watch, recorded: Recorded, nowMs: number): void => {
  const { event, position } = recorded
  switch (event._tag) {
    case "FrameHeard": {
      const thing = watch.stations.get(event.station) ?? strangeStation(watch, event.station)
      Series.add(thing.traffic, position)
      Share.add(thing.macs, event.check === "wrong-mac", position)
      thing.lastMs = nowMs
      return
    }
    case "MessageAccepted":
      return decided(watch, event, position)
    case "MessageRefused":
      return decided(watch, event, position)
    case "DeviceRegistered":
      if (event.customer === undefined) watch.owners.delete(event.device)
      else watch.owners.set(event.device, event.customer)
      return
    case "DeviceRetired":
      watch.owners.delete(event.device)
      return
    case "CustomerRegistered":
      if (watch.customers.has(event.customer)) return
      if (watch.customers.size >= Watched.customersMax) watch.unwatched++
      else watch.customers.set(event.customer, Watched.thingOf(Unusual.onCustomer(event.customer)))
      return
    case "CustomerRetired":
      watch.customers.delete(event.customer)
      return gone(watch, recorded, nowMs, ({ customer }) => customer === event.customer)
    case "StationEnrolled":
      if (watch.stations.has(event.station)) return
      if (watch.stations.size >= Watched.stationsMax) watch.unwatched++
      else watch.stations.set(event.station, Watched.thingOf(Unusual.onStation(event.station)))
      return
    case "StationRetired":
      watch.stations.delete(event.station)
      return gone(watch, recorded, nowMs, ({ station }) => station === event.station)
    case "DestinationAdded": {
      const key = `${event.customer}/${event.destination}`
      if (watch.outlets.has(key)) return
      const who = Unusual.onDestination(event.customer, event.destination)
      if (watch.outlets.size >= Watched.destinationsMax) watch.unwatched++
      else watch.outlets.set(key, Watched.outletOf(who))
      return
    }
    case "DestinationRemoved":
      watch.outlets.delete(`${event.customer}/${event.destination}`)
      return gone(
        watch,
        recorded,
        nowMs,
        ({ customer, destination }) =>
          customer === event.customer && destination === event.destination,
      )
    case "DeliverySucceeded":
      return attempted(watch, recorded, event, nowMs)
    case "DeliveryFailed":
      return attempted(watch, recorded, event, nowMs)
    case "PolicyAdopted":
      watch.challengeEveryMs = event.policy.challengeEveryMs
      return
    case "StationFellSilent":
    case "EvidenceAppraised":
      return look(watch, recorded, nowMs)
    case "BytesHeard":
    case "ReceptionsRepeated":
    case "EarlierTwinFound":
    case "DeviceKeyReplaced":
    case "CounterDisengaged":
    case "DataCentreOpened":
    case "DeliveryOwed":
    case "DeliveryAbandoned":
    case "DeliveriesBegan":
    case "RedeliveryAsked":
    case "CircuitOpened":
    case "CircuitClosed":
    case "ReferenceValuesAdopted":
    case "StationTrustLost":
    case "StationTrustRestored":
    case "ChallengeIssued":
    case "EvidencePresented":
    case "StationBootRefused":
    case "ForeignReceptionsRefused":
      return
    default:
      return outside<
        "attestation" | "decision" | "delivery" | "policy" | "reception" | "registration"
      >(event)
  }
}

/** A station that nobody enrolled: as long as there is room for strangers. */
const strangeStation = (watch: Watch, station: string): Thing => {
  const known = FifoMap.get(watch.strangeStations, station)
  if (known !== undefined) return known
  const thing = Watched.thingOf(Unusual.onStation(station))
  FifoMap.set(watch.strangeStations, station, thing)
  return thing
}

const decided = (watch: Watch, event: MessageAccepted | MessageRefused, position: number): void => {
  const reason = event._tag === "MessageRefused" ? event.reason : undefined
  count(watch.network, reason, position)
  const customer = reason === "unknown-device" ? undefined : watch.owners.get(event.device)
  const owner = customer === undefined ? undefined : watch.customers.get(customer)
  if (owner !== undefined) count(owner, reason, position)
}

const count = (
  thing: Thing,
  reason: MessageRefused["reason"] | undefined,
  position: number,
): void => {
  Series.add(thing.traffic, position)
  // Strangers have neither MAC nor number to be wrong.
  if (reason === "unknown-device") return
  Share.add(thing.macs, reason === "wrong-mac", position)
  Share.add(thing.order, reason !== undefined && ofNumbers.has(reason), position)
}

const ofNumbers: ReadonlySet<MessageRefused["reason"]> = new Set([
  "number-seen",
  "out-of-sequence",
  "unstated-band",
  "locked",
])

const attempted = (
  watch: Watch,
  recorded: Recorded,
  event: Extract<Recorded["event"], { readonly _tag: "DeliverySucceeded" | "DeliveryFailed" }>,
  nowMs: number,
): void => {
  const outlet = watch.outlets.get(`${event.customer}/${event.destination}`)
  if (outlet === undefined) return
  const isFailed = event._tag === "DeliveryFailed"
  Share.add(outlet.attempts, isFailed, recorded.position)
  if (!isFailed) {
    outlet.failures = 0
    Latency.add(outlet.latency, event.durationMs)
  } else {
    if (outlet.failures === 0) {
      outlet.failingSinceMs = nowMs
      outlet.failingFirstAt = recorded.position
    }
    outlet.failures++
  }
  look(watch, recorded, nowMs)
}

const look = (watch: Watch, recorded: Recorded, nowMs: number): void => {
  const at = { position: recorded.position, ms: nowMs }
  for (const ofEvent of ofEvents) ofEvent(watch, recorded, at)
}

const gone = (
  { list }: Watch,
  { position }: Recorded,
  nowMs: number,
  isGone: (who: Unusual.Who) => boolean,
): void => Unusual.clearAll(list, isGone, "it is no longer there", { position, ms: nowMs })

const closeBin = (judged: Judged): void => {
  const { watch } = judged
  for (const thing of Watched.things(watch)) {
    Series.close(thing.traffic)
    Share.close(thing.macs)
    Share.close(thing.order)
  }
  for (const thing of Watched.things(watch)) {
    for (const ofThing of ofThings) ofThing(thing, judged)
    learn(thing, judged)
  }
  for (const outlet of watch.outlets.values()) {
    Share.close(outlet.attempts)
    for (const ofOutlet of ofOutlets) ofOutlet(outlet, judged)
    if (!Unusual.isOpen(watch.list, "delivery-outage", outlet.who)) Share.learn(outlet.attempts)
  }
}

const ofTraffic = ["traffic-surge", "traffic-drop", "station-outage"] as const

const learn = ({ macs, order, traffic, who }: Thing, { bin, watch: { list } }: Judged): void => {
  if (ofTraffic.some((kind) => Unusual.isOpen(list, kind, who))) Series.pass(traffic, bin)
  else Series.learn(traffic, bin)
  if (!Unusual.isOpen(list, "mac-storm", who)) Share.learn(macs)
  if (!Unusual.isOpen(list, "sequence-disorder", who)) Share.learn(order)
}

/** Not those that an event ends. */
const byBins: ReadonlySet<Unusual.Kind> = new Set<Unusual.Kind>([
  "traffic-surge",
  "traffic-drop",
  "mac-storm",
  "station-outage",
  "sequence-disorder",
  "jamming-region",
])

const startAnew = (watch: Watch, at: Unusual.Moment): void => {
  for (const thing of Watched.things(watch)) Series.forget(thing.traffic)
  for (const one of Unusual.openOnes(watch.list))
    if (byBins.has(one.kind))
      Unusual.clear(watch.list, one.kind, one, "the whole log was silent since", at)
}
