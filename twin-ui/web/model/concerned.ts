/** The things that an incident is about: the first is what its panel opens with, the others are selected with it. */
import type { ChainView, Incident } from "../../../projections/chain/ChainView.ts"
import type { IncidentLine } from "../../api/Incidents.ts"
import { alsoMax, type Selection } from "../data/Address.ts"

/** Of one incident. Of a city's incident: its stations, after the incident itself. */
export const concernedBy = (
  incident: Incident,
  view: ChainView | undefined,
): ReadonlyArray<Selection> => {
  const { area, customer, dataCentre, device, id, station } = incident
  const own = [
    ...one("station", station),
    ...one("device", device),
    ...one("customer", customer),
    ...one("centre", dataCentre),
  ]
  if (own.length > 0) return own
  const around =
    area === undefined || view === undefined
      ? []
      : view.stations.filter(({ city }) => city === area).map(({ id: name }) => name)
  return bounded([{ kind: "incident", id }, ...of("station", around)])
}

/** Of several that are one: the first thing of its first part, then all others. */
export const concernedByAll = (line: IncidentLine): ReadonlyArray<Selection> => {
  const { customers, dataCentres, devices, parts, stations } = line
  const [first] = parts
  const all = [
    ...one("device", first?.device),
    ...one("station", first?.station),
    ...one("customer", first?.customer),
    ...of("station", stations),
    ...of("device", devices),
    ...of("customer", customers),
    ...of("centre", dataCentres),
  ]
  const names = new Set<string>()
  return bounded(
    all.filter(({ id, kind }) => {
      const name = `${kind}:${id}`
      const isNew = !names.has(name)
      names.add(name)
      return isNew
    }),
  )
}

/** One that is opened, and as many beside it as an address holds. */
const bounded = (all: ReadonlyArray<Selection>): ReadonlyArray<Selection> =>
  all.slice(0, 1 + alsoMax)

const of = (kind: Selection["kind"], ids: ReadonlyArray<string>): ReadonlyArray<Selection> =>
  ids.map((id) => ({ kind, id }))

const one = (kind: Selection["kind"], id: string | undefined): ReadonlyArray<Selection> =>
  id === undefined ? [] : [{ kind, id }]
