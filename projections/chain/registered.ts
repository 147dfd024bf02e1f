/** Who takes part: things come, are described, and go. */
import type { Recorded } from "../../core/event/Envelope.ts"
import type { LinkReported } from "../../core/event/network.ts"
import type {
  DataCentreOpened,
  DeviceRegistered,
  StationEnrolled,
} from "../../core/event/registration.ts"
import { begin, finish, at, linkKey, trustKey } from "./happenings.ts"
import * as Pulse from "./Pulse.ts"
import {
  customersMax,
  dataCentresMax,
  devicesMax,
  groupsMax,
  linksMax,
  stationsMax,
  type Customer,
  type Device,
  type Station,
  type State,
} from "./State.ts"

export const deviceRegistered = (draft: State, event: DeviceRegistered): void => {
  const customer = event.customer ?? ""
  const group = event.group ?? ""
  if (customer !== "") customerOf(draft, customer)
  const label = [customer === "" ? "others" : customer, group].filter((part) => part !== "")
  const key = joinGroup(draft, `${customer}/${group}`, customer, label.join(" · "))
  const known = draft.devices.get(event.device)
  if (known === undefined) {
    if (addDevice(draft, event.device, key) === undefined) draft.devicesBeyond++
    return
  }
  leaveGroup(draft, known.group)
  countGroup(draft, key, 1)
  draft.devices.set(event.device, { ...known, group: key })
}

/** A device that a network speaks of, registered or not; undefined when there is no room for it. */
export const reportedDevice = (draft: State, id: string, source: string): Device | undefined => {
  const known = draft.devices.get(id)
  if (known !== undefined) return known
  if (draft.devices.size >= devicesMax) return undefined
  return addDevice(draft, id, joinGroup(draft, `/${source}`, "", `${source} · reported`))
}

export const deviceRetired = (draft: State, id: string): void => {
  const device = draft.devices.get(id)
  if (device === undefined) return
  draft.devices.delete(id)
  leaveGroup(draft, device.group)
}

const addDevice = (draft: State, id: string, group: string): Device | undefined => {
  if (draft.devices.size >= devicesMax) return undefined
  const device: Device = {
    id,
    n: draft.devicesSeen++,
    group,
    heardMs: 0,
    station: "",
    verdict: "none",
    warning: "",
    warnedMs: 0,
    refusal: "",
    refusedMs: 0,
  }
  draft.devices.set(id, device)
  countGroup(draft, group, 1)
  return device
}

/** The group's key, or that of the group of all others when there is no room for one more. */
const joinGroup = (draft: State, key: string, customer: string, label: string): string => {
  if (draft.groups.has(key)) return key
  const full = draft.groups.size >= groupsMax - 1
  const made = full ? { key: "/", customer: "", label: "others" } : { key, customer, label }
  if (!draft.groups.has(made.key))
    draft.groups.set(made.key, { ...made, n: draft.groups.size, devices: 0 })
  return made.key
}

const leaveGroup = (draft: State, key: string): void => countGroup(draft, key, -1)

const countGroup = (draft: State, key: string, by: number): void => {
  const group = draft.groups.get(key)
  // An empty group stays: its number is part of its place.
  if (group !== undefined) draft.groups.set(key, { ...group, devices: group.devices + by })
}

export const stationEnrolled = (draft: State, event: StationEnrolled): void => {
  const station = stationOf(draft, event.station)
  if (station === undefined) return
  draft.stations.set(station.id, {
    ...station,
    name: event.name ?? station.name,
    city: event.city ?? station.city,
    lat: event.lat ?? station.lat,
    lng: event.lng ?? station.lng,
    dataCentre: event.dataCentre ?? station.dataCentre,
  })
}

/** The station, added when it is new; undefined when there is no room for it. */
export const stationOf = (draft: State, id: string): Station | undefined => {
  const known = draft.stations.get(id)
  if (known !== undefined) return known
  if (draft.stations.size >= stationsMax) return undefined
  const station: Station = {
    id,
    n: draft.stationsSeen++,
    name: "",
    city: "",
    lat: null,
    lng: null,
    dataCentre: "",
    trust: "unattested",
    trustMs: 0,
    trustAt: -1,
    heardMs: 0,
    pulse: Pulse.still,
  }
  draft.stations.set(id, station)
  return station
}

export const stationRetired = (draft: State, id: string): void => {
  const station = draft.stations.get(id)
  if (station === undefined) return
  countTrust(draft, station.trust, -1)
  draft.stations.delete(id)
}

/** Its trust from here on; losing it begins an incident, anything else ends that. */
export const trustChanged = (
  draft: State,
  id: string,
  trust: Station["trust"],
  recorded: Recorded,
): void => {
  const station = stationOf(draft, id)
  if (station === undefined) return
  countTrust(draft, station.trust, -1)
  countTrust(draft, trust, 1)
  const since = station.trust === trust ? {} : { trustMs: draft.nowMs, trustAt: recorded.position }
  draft.stations.set(id, { ...station, trust, ...since })
  if (trust !== "lost") return finish(draft, trustKey(id), recorded)
  const label = `${id} lost trust`
  const about = { kind: "trust-lost", label, tone: "refused", station: id, count: 0 } as const
  begin(draft, trustKey(id), about, at(draft, recorded))
}

const countTrust = (draft: State, trust: Station["trust"], by: number): void => {
  if (trust === "attested") draft.stationsAttested += by
  if (trust === "lost") draft.stationsLost += by
}

export const dataCentreOpened = (draft: State, event: DataCentreOpened): void => {
  const { dataCentre: id, name } = event
  const known = draft.dataCentres.get(id)
  if (known === undefined && draft.dataCentres.size >= dataCentresMax) return
  const links = event.links.slice(0, linksMax).map((link) => ({
    name: link,
    up: true,
    sinceMs: 0,
    at: -1,
  }))
  const n = known?.n ?? draft.dataCentres.size
  draft.dataCentres.set(id, { id, n, name, links, pulse: known?.pulse ?? Pulse.still })
}

export const linkReported = (draft: State, event: LinkReported, recorded: Recorded): void => {
  const centre = draft.dataCentres.get(event.dataCentre)
  if (centre === undefined) return
  const { link: name, up } = event
  const found = centre.links.find((link) => link.name === name)
  if (found?.up === up || (found === undefined && centre.links.length >= linksMax)) return
  const link = { name, up, sinceMs: draft.nowMs, at: recorded.position }
  const links =
    found === undefined
      ? [...centre.links, link]
      : centre.links.map((other) => (other.name === name ? link : other))
  draft.dataCentres.set(centre.id, { ...centre, links })
  const key = linkKey(centre.id, name)
  if (up) return finish(draft, key, recorded)
  const label = `${centre.name} · ${name} down`
  const about = { kind: "link-down", label, tone: "suspicious", dataCentre: centre.id } as const
  begin(draft, key, about, at(draft, recorded))
}

/** The customer, added when it is new; undefined when there is no room for it. */
export const customerOf = (draft: State, id: string): Customer | undefined => {
  const known = draft.customers.get(id)
  if (known !== undefined) return known
  if (draft.customers.size >= customersMax) return undefined
  const customer: Customer = {
    id,
    n: draft.customers.size,
    name: "",
    delivered: 0,
    pending: 0,
    failing: 0,
    abandoned: 0,
    error: "",
    failingMs: 0,
    pulse: Pulse.still,
    durations: [],
  }
  draft.customers.set(id, customer)
  return customer
}

export const customerNamed = (draft: State, id: string, name: string | undefined): void => {
  const customer = customerOf(draft, id)
  if (customer !== undefined && name !== undefined) draft.customers.set(id, { ...customer, name })
}
