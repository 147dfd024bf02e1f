/**
 * What a search asks for: `customer:hydro`, `station:BS-00`, `device:4D3`, `city:ghent`, or bare words that
 * any of these may hold. What does not pass is dimmed, not moved. "Problems only" leaves out what is well.
 */
import type {
  CustomerView,
  DeviceView,
  GroupView,
  StationView,
} from "../../../projections/chain/ChainView.ts"

export interface Filter {
  readonly isOn: boolean
  /** What does not pass is left out. */
  readonly hides: boolean
  readonly device: (device: DeviceView, group: GroupView) => boolean
  readonly station: (station: StationView) => boolean
  readonly customer: (customer: CustomerView) => boolean
}

interface Term {
  readonly field: string
  readonly text: string
}

export const filterOf = (query: string, problemsOnly: boolean): Filter => {
  const terms = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "")
    .map(termOf)
  const holds = (fields: Readonly<Record<string, string>>): boolean =>
    terms.every(({ field, text }) =>
      field === ""
        ? Object.values(fields).some((value) => value.toLowerCase().includes(text))
        : // A thing without the field is not spoken of: "customer:hydro" dims no station.
          !(field in fields) || fields[field].toLowerCase().startsWith(text),
    )
  return {
    isOn: problemsOnly || terms.length > 0,
    hides: problemsOnly,
    device: (device, group) =>
      (!problemsOnly || device.verdict === "suspicious" || device.verdict === "refused") &&
      holds({ device: device.id, customer: group.customer ?? "others", group: group.label }),
    station: (station) =>
      (!problemsOnly || station.trust === "lost") &&
      holds({ station: station.id, name: station.name ?? "", city: station.city ?? "" }),
    customer: (customer) =>
      (!problemsOnly || customer.failing > 0 || customer.abandoned > 0) &&
      holds({ customer: customer.id, name: customer.name ?? "" }),
  }
}

const fieldNames = new Set(["device", "station", "customer", "city", "group", "name"])

const termOf = (word: string): Term => {
  const colon = word.indexOf(":")
  const field = word.slice(0, colon)
  return colon > 0 && fieldNames.has(field)
    ? { field, text: word.slice(colon + 1) }
    : { field: "", text: word }
}
