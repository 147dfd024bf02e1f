/** What is registered before anything is heard, and the device keys that go to the key store. */
import type { AppraisalPolicy } from "../attestation/Evidence.ts"
import type { NewEvent } from "../event/Envelope.ts"
import { noCauses } from "../event/Envelope.ts"
import type { Known } from "../event/Event.ts"
import type { CustomerId, DestinationId, DeviceId, StationId } from "../event/ids.ts"
import type { Policy } from "../event/policy.ts"
import { streamOf } from "../event/streamOf.ts"
import * as Bytes from "../kernel/Bytes.ts"
import type { Attesters } from "./attester/Attester.ts"
import * as Platform from "./attester/Platform.ts"
import * as Geography from "./Geography.ts"
import type { Ground } from "./Ground.ts"
import { keyOf } from "./Ground.ts"
import * as Group from "./Group.ts"
import * as Station from "./Station.ts"

export interface Setup {
  readonly events: ReadonlyArray<NewEvent>
  readonly keys: ReadonlyArray<{ readonly device: DeviceId; readonly key: Uint8Array }>
  /** Of the devices that ask: what they are told where their customer does not answer, as hex. */
  readonly downlinkDefaults: ReadonlyArray<{ readonly device: DeviceId; readonly payload: string }>
  /** For a twin that attests stations: their pinned endorsement keys, and the reference values of their models. */
  readonly attestation: () => Attestation
}

/** The operator's word on whose TPMs these are, and what they should measure. */
export interface Attestation {
  readonly pins: ReadonlyArray<{ readonly station: StationId; readonly ekName: string }>
  /** In the order in which they are published. */
  readonly references: ReadonlyArray<{
    readonly stations: ReadonlyArray<StationId>
    readonly values: AppraisalPolicy
    readonly superseded: boolean
  }>
}

export interface Destination {
  readonly url: string
  readonly loopbackAllowed: boolean
}

/** Names of nobody (RFC 2606): for deliveries that are only modelled. */
export const destinationDefault = (customer: CustomerId): Destination => ({
  url: `https://${customer}.example.invalid/uplink`,
  loopbackAllowed: false,
})

export const newEvent = (occurredMs: number, event: Known): NewEvent => ({
  stream: streamOf(event),
  occurredMs,
  causes: noCauses,
  event,
})

export const setup = (
  ground: Ground,
  given: {
    readonly seed: number
    readonly isDemo: boolean
    readonly policy: Policy | undefined
    readonly destination: (customer: CustomerId) => Destination
    readonly attesters: Attesters
  },
): Setup => {
  const { root, stations, deviceCount, ages } = ground
  const events: Array<NewEvent> = []
  const keys: Array<Setup["keys"][number]> = []
  const downlinkDefaults: Array<Setup["downlinkDefaults"][number]> = []
  const add = (event: Known): void => {
    events.push(newEvent(ages.originMs, event))
  }
  if (given.isDemo) {
    const { seed } = given
    add({ _tag: "DemoBegan", seed, devices: deviceCount, stations: stations.length })
  }
  if (given.policy !== undefined) {
    const note = "The simulated network's policy."
    add({ _tag: "PolicyAdopted", version: 1, policy: given.policy, note })
  }
  for (const { id, name, links } of Station.dataCentres) {
    add({ _tag: "DataCentreOpened", dataCentre: id, name, links })
  }
  for (const station of stations) {
    const { id, name, position, dataCentre, configDigest } = station
    const city = Geography.cities[station.city].name
    const [lat, lng] = [Geography.latOf(position), Geography.lngOf(position)]
    add({ _tag: "StationEnrolled", station: id, name, city, lat, lng, dataCentre })
    add({ _tag: "ReferenceValuesAdopted", station: id, configDigest })
  }
  for (const { id, name } of Group.customers) {
    add({ _tag: "CustomerRegistered", customer: id, name })
    add({
      _tag: "DestinationAdded",
      customer: id,
      destination: destinationIdOf(id),
      ...given.destination(id),
    })
  }
  for (let index = 0; index < deviceCount; index++) {
    const device = ground.device(index)
    add({
      _tag: "DeviceRegistered",
      device: device.id,
      customer: device.customer,
      group: device.group.name,
      radioZone: "RC1",
      contractPerDay: device.contractPerDay,
      rollover: device.rollover,
      keyVersion: 1,
    })
    keys.push({ device: device.id, key: keyOf(root, index) })
    if (device.askEvery > 0) {
      const payload = Bytes.toHex(root.fork(`default-${index}`).bytes(8))
      downlinkDefaults.push({ device: device.id, payload })
    }
  }
  return { events, keys, downlinkDefaults, attestation: () => attestation(ground, given.attesters) }
}

const attestation = ({ stations }: Ground, attesters: Attesters): Attestation => ({
  pins: stations.map(({ id }) => ({ station: id, ekName: attesters.endorsementName(id) })),
  references: Platform.models.flatMap((model) => {
    const fitted = stations.filter((station) => station.model === model).map(({ id }) => id)
    return fitted.length === 0
      ? []
      : Platform.releases.map((release) => ({
          stations: fitted,
          values: Platform.policyOf(model, release),
          superseded: release !== Platform.currentRelease,
        }))
  }),
})

/** Each customer has one destination. */
const destinationIdOf = (customer: CustomerId): DestinationId =>
  // A customer's id is short, so this fits the pattern too.
  `${customer}-main` as DestinationId
