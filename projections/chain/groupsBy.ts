/**
 * Devices in groups, by what a reader wants to see them by. The state counts flows by customer and type (`State.groups`);
 * a grouping says to which group of the view a device, and a flow to a station, belongs.
 */
import type { Grouping } from "./ChainView.ts"
import type { Device, Group, State } from "./State.ts"

/** A group of the view: what it is called, and its place among the others. */
export interface Gathering {
  readonly key: string
  readonly n: number
  readonly customer: string
  readonly label: string
}

export interface GroupsBy {
  readonly ofDevice: (device: Device) => Gathering | undefined
  /** Where a flow comes from that the state keeps for a group and a station, by their numbers. */
  readonly ofFlow: (group: number, station: number) => string | undefined
}

export const groupsBy = (state: State, by: Grouping): GroupsBy => {
  switch (by) {
    case "customer":
      return byGroup(state, (group) => group)
    case "type": {
      const types = new Map<string, Gathering>()
      return byGroup(state, ({ key, n }) => {
        const type = key.slice(key.indexOf("/") + 1)
        const known = types.get(type)
        if (known !== undefined) return known
        const made = { key: `type:${type}`, n, customer: "", label: type === "" ? "others" : type }
        types.set(type, made)
        return made
      })
    }
    case "site":
      return bySite(state)
  }
}

const byGroup = (state: State, gather: (group: Group) => Gathering): GroupsBy => {
  const gatherings = new Map<string, Gathering>()
  const keys = new Map<number, string>()
  for (const group of state.groups.values()) {
    const gathering = gather(group)
    gatherings.set(group.key, gathering)
    keys.set(group.n, gathering.key)
  }
  return {
    ofDevice: (device) => gatherings.get(device.group),
    ofFlow: (group) => keys.get(group),
  }
}

const nowhere: Gathering = {
  key: "site:",
  n: Number.MAX_SAFE_INTEGER,
  customer: "",
  label: "heard nowhere yet",
}

/** What a station heard comes from its own site: a device is where it was heard last. */
const bySite = (state: State): GroupsBy => {
  const sites = new Map<string, Gathering>()
  const ofStation = new Map<string, Gathering>()
  const keys = new Map<number, string>()
  for (const { city, id, n } of state.stations.values()) {
    const label = city === "" ? "no site" : city
    const known = sites.get(label)
    // The lowest number, whatever the order in which stations came last.
    const site = {
      key: `site:${label}`,
      n: Math.min(n, known?.n ?? n),
      customer: "",
      label,
    }
    sites.set(label, site)
    ofStation.set(id, site)
    keys.set(n, site.key)
  }
  return {
    ofDevice: ({ station }) => {
      const site = ofStation.get(station)
      return site === undefined ? nowhere : (sites.get(site.label) ?? site)
    },
    ofFlow: (_, station) => keys.get(station),
  }
}
