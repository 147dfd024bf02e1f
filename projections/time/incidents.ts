/**
 * Incidents as an engineer speaks of them: what overlaps in time and concerns the same device, station, customer or data
 * centre is one, with the first cause first.
 */
import type { Incident } from "../chain/ChainView.ts"

/** Of one thing, what begins within this time after something ended belongs to it, ms. */
const slackMs = 1_800_000

export interface Together {
  /** In the order in which they began; the first is the first cause. */
  readonly parts: ReadonlyArray<Incident>
  readonly start: Incident["start"]
  /** Absent while any part lasts. */
  readonly end: Incident["end"] | undefined
  readonly count: number
  readonly devices: ReadonlyArray<string>
  readonly stations: ReadonlyArray<string>
  readonly customers: ReadonlyArray<string>
  readonly dataCentres: ReadonlyArray<string>
}

/** The one that began last comes first. */
export const together = (incidents: ReadonlyArray<Incident>): ReadonlyArray<Together> => {
  const inOrder = incidents.toSorted(
    (a, b) => a.start.position - b.start.position || (a.id < b.id ? -1 : 1),
  )
  const groups: Array<Array<Incident>> = []
  for (const incident of inOrder) {
    const own = groups.filter((group) => group.some((other) => belong(other, incident)))
    const joined = [...own.flat(), incident]
    for (const group of own) groups.splice(groups.indexOf(group), 1)
    groups.push(joined)
  }
  return groups.map(toTogether).toSorted((a, b) => b.start.position - a.start.position)
}

const things = ["device", "station", "customer", "dataCentre"] as const

const belong = (a: Incident, b: Incident): boolean =>
  things.some((thing) => a[thing] !== undefined && a[thing] === b[thing]) &&
  a.start.ms <= endOf(b) + slackMs &&
  b.start.ms <= endOf(a) + slackMs

const endOf = ({ end }: Incident): number => end?.ms ?? Number.POSITIVE_INFINITY

const toTogether = (group: ReadonlyArray<Incident>): Together => {
  const parts = group.toSorted(
    (a, b) => a.start.position - b.start.position || (a.id < b.id ? -1 : 1),
  )
  const all = (thing: (typeof things)[number]): ReadonlyArray<string> => [
    ...new Set(parts.flatMap((part) => part[thing] ?? [])),
  ]
  const last = parts.reduce((latest, part) => (endOf(part) > endOf(latest) ? part : latest))
  return {
    parts,
    start: parts[0].start,
    end: last.end,
    count: parts.reduce((sum, { count }) => sum + count, 0),
    devices: all("device"),
    stations: all("station"),
    customers: all("customer"),
    dataCentres: all("dataCentre"),
  }
}
