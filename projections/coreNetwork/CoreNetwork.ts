/**
 * What the core is made of and what stands of it (`Parts.ts`): data centres with their links and since when each is up or
 * down, servers, load balancers and backends; and which stations report to which data centre.
 */
import type { Position, Recorded } from "../../core/event/Envelope.ts"
import { outside } from "../../core/event/subjects.ts"
import type { Availability } from "./Availability.ts"
import * as Parts from "./Parts.ts"
import { sortedPairs, type Json, type Projection } from "../Projection.ts"

/** Links kept of one data centre; reports of further ones are only counted (`overflow`). */
export const linksMax = 64

export type Link = {
  readonly link: string
  readonly up: boolean
  /** The report that made it so, and when that occurred; null where none did and it is taken to be up. */
  readonly since: Position | null
  readonly sinceMs: number | null
}

export type DataCentre = {
  readonly dataCentre: string
  readonly name: string
  readonly opened: Position
  readonly links: ReadonlyArray<Link>
}

export interface State {
  readonly dataCentres: Map<string, DataCentre>
  /** Enrolled stations and the data centre they report to. */
  readonly stations: Map<string, string>
  /** What the core is made of besides, and what rests on it. */
  readonly parts: Map<string, Parts.Part>
  readonly services: Map<string, Parts.Service>
  /** By service, also of those that follow from data centres. */
  readonly availability: Map<string, Availability>
  /** Newest instant seen here. */
  latestMs: number
  overflow: number
}

const apply = (draft: State, recorded: Recorded): void => {
  if (!takeIn(draft, recorded)) return
  const { occurredMs: ms, position } = recorded
  draft.latestMs = Math.max(draft.latestMs, ms)
  Parts.look(draft, { ms, position })
}

/** True where what the core is made of, or what of it is up, may have changed. */
const takeIn = (draft: State, { event, occurredMs, position }: Recorded): boolean => {
  switch (event._tag) {
    case "DataCentreOpened": {
      const { dataCentre, links, name } = event
      const before = draft.dataCentres.get(dataCentre)
      draft.dataCentres.set(dataCentre, {
        dataCentre,
        name,
        opened: before?.opened ?? position,
        links: [...new Set(links)].slice(0, linksMax).map(
          (link) =>
            before?.links.find((known) => known.link === link) ?? {
              link,
              up: true,
              since: null,
              sinceMs: null,
            },
        ),
      })
      return true
    }
    case "LinkReported": {
      const centre = draft.dataCentres.get(event.dataCentre)
      if (centre === undefined) return false
      const known = centre.links.find(({ link }) => link === event.link)
      // A report that says what was so already does not move the beginning of it.
      if (known?.since != null && known.up === event.up) return false
      if (known === undefined && centre.links.length >= linksMax) {
        draft.overflow++
        return false
      }
      const changed = { link: event.link, up: event.up, since: position, sinceMs: occurredMs }
      draft.dataCentres.set(event.dataCentre, {
        ...centre,
        links:
          known === undefined
            ? [...centre.links, changed]
            : centre.links.map((each) => (each === known ? changed : each)),
      })
      return true
    }
    case "CorePartAdded":
      if (!Parts.add(draft, event, position)) draft.overflow++
      return true
    case "CorePartRemoved":
      return draft.parts.delete(event.part)
    case "CorePartReported":
      Parts.report(draft, event, { position, ms: occurredMs })
      return true
    case "CoreServiceDeclared":
      if (!Parts.declare(draft, event, position)) draft.overflow++
      return true
    case "StationEnrolled":
      if (event.dataCentre === undefined) draft.stations.delete(event.station)
      else draft.stations.set(event.station, event.dataCentre)
      return false
    case "StationRetired":
      draft.stations.delete(event.station)
      return false
    case "DeviceRegistered":
    case "DeviceKeyReplaced":
    case "DeviceRetired":
    case "CounterDisengaged":
    case "CustomerRegistered":
    case "CustomerRetired":
    case "DestinationAdded":
    case "DestinationRemoved":
    case "DemoBegan":
    case "Ticked":
      return false
    default:
      outside<"infrastructure" | "network" | "registration">(event)
      return false
  }
}

export const projection: Projection<State> = {
  name: "coreNetwork",
  version: 2,
  passesReceptions: true,
  initial: () => ({
    dataCentres: new Map(),
    stations: new Map(),
    parts: new Map(),
    services: new Map(),
    availability: new Map(),
    latestMs: 0,
    overflow: 0,
  }),
  apply,
  copy: (state) => ({
    ...state,
    dataCentres: new Map(state.dataCentres),
    stations: new Map(state.stations),
    parts: new Map(state.parts),
    services: new Map(state.services),
    availability: new Map(state.availability),
  }),
  encode: (state) => ({
    dataCentres: sortedPairs(state.dataCentres).map(([, centre]) => centre),
    stations: sortedPairs(state.stations),
    parts: sortedPairs(state.parts),
    services: sortedPairs(state.services),
    availability: sortedPairs(state.availability),
    latestMs: state.latestMs,
    overflow: state.overflow,
  }),
  decode: (json: Json): State => {
    // Written by `encode` of the same version; snapshots carry a digest that was checked.
    const from = json as unknown as Encoded
    return {
      dataCentres: new Map(from.dataCentres.map((centre) => [centre.dataCentre, centre])),
      stations: new Map(from.stations),
      parts: new Map(from.parts),
      services: new Map(from.services),
      availability: new Map(from.availability),
      latestMs: from.latestMs,
      overflow: from.overflow,
    }
  },
}

interface Encoded {
  readonly dataCentres: ReadonlyArray<DataCentre>
  readonly stations: ReadonlyArray<readonly [string, string]>
  readonly parts: ReadonlyArray<readonly [string, Parts.Part]>
  readonly services: ReadonlyArray<readonly [string, Parts.Service]>
  readonly availability: ReadonlyArray<readonly [string, Availability]>
  readonly latestMs: number
  readonly overflow: number
}

export const find = (state: State, dataCentre: string): DataCentre | undefined =>
  state.dataCentres.get(dataCentre)

/** Data centres with at least one link up, or with no links at all, can be reached. */
export const isReachable = (centre: DataCentre): boolean =>
  centre.links.length === 0 || centre.links.some(({ up }) => up)

/** Enrolled stations that report to it, by id. */
export const stationsOf = (state: State, dataCentre: string): ReadonlyArray<string> =>
  [...state.stations]
    .filter(([, centre]) => centre === dataCentre)
    .map(([station]) => station)
    .toSorted()
