/**
 * Incidents as an engineer speaks of them: what overlaps in time and concerns the same device, station, customer or data
 * centre is one, with the first cause first.
 */
import type { Position } from "../../core/event/Envelope.ts"
import type { Incident } from "../chain/ChainView.ts"

/** Incidents that one change of policy must explain at least for it to be their cause. */
const explainedMin = 3

/** Of one thing, what begins within this time after something ended belongs to it, ms. */
const slackMs = 1_800_000

/** What an incident rests on beside the thing it concerns: where a policy was adopted shortly before. */
export type Causes = ReadonlyMap<string, Position>

export interface Together {
  /** The adoption of the policy that explains all parts, where one does. */
  readonly policyAt: Position | undefined
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

/** The one that began last comes first. `causes` are by the incidents' ids. */
export const together = (
  incidents: ReadonlyArray<Incident>,
  causes: Causes = noCauses,
): ReadonlyArray<Together> => {
  const counts = new Map<Position, number>()
  for (const at of causes.values()) counts.set(at, (counts.get(at) ?? 0) + 1)
  const explaining = ({ id }: Incident): Position | undefined => {
    const at = causes.get(id)
    return at !== undefined && (counts.get(at) ?? 0) >= explainedMin ? at : undefined
  }
  const inOrder = incidents.toSorted(
    (a, b) => a.start.position - b.start.position || (a.id < b.id ? -1 : 1),
  )
  const groups: Array<Array<Incident>> = []
  for (const incident of inOrder) {
    const own = groups.filter((group) => group.some((other) => belong(other, incident, explaining)))
    const joined = [...own.flat(), incident]
    for (const group of own) groups.splice(groups.indexOf(group), 1)
    groups.push(joined)
  }
  return groups
    .map((group) => toTogether(group, explaining))
    .toSorted((a, b) => b.start.position - a.start.position)
}

const things = ["device", "station", "customer", "dataCentre"] as const

type Explaining = (incident: Incident) => Position | undefined

const belong = (a: Incident, b: Incident, explaining: Explaining): boolean => {
  const policyAt = explaining(a)
  if (policyAt !== undefined && policyAt === explaining(b)) return true
  const isCommon =
    things.some((thing) => a[thing] !== undefined && a[thing] === b[thing]) ||
    (isOfStrangers(a) && isOfStrangers(b)) ||
    isStormOf(a, b) ||
    isStormOf(b, a) ||
    (anomalyOf(a) !== undefined && anomalyOf(a) === anomalyOf(b))
  return isCommon && isNear(a, b)
}

/** Refused for being registered by nobody, and the finding that says so. */
const isOfStrangers = ({ id }: Incident): boolean =>
  id.startsWith("refusals|unknown-device|") || id.startsWith("finding|strangers|")

/** A storm of wrong MACs, and the guessing that makes it. */
const isStormOf = (storm: Incident, guessing: Incident): boolean =>
  anomalyOf(storm) === "mac-storm" && guessing.id.startsWith("finding|mac-guessing|")

/** What many things show at once is one: `anomaly|traffic-surge|station:BS-0001|…`. */
const anomalyOf = ({ id }: Incident): string | undefined =>
  id.startsWith("anomaly|") ? id.split("|")[1] : undefined

const isNear = (a: Incident, b: Incident): boolean =>
  a.start.ms <= endOf(b) + slackMs && b.start.ms <= endOf(a) + slackMs

const endOf = ({ end }: Incident): number => end?.ms ?? Number.POSITIVE_INFINITY

const noCauses: Causes = new Map()

const toTogether = (group: ReadonlyArray<Incident>, explaining: Explaining): Together => {
  const parts = group.toSorted(
    (a, b) => a.start.position - b.start.position || (a.id < b.id ? -1 : 1),
  )
  const all = (thing: (typeof things)[number]): ReadonlyArray<string> => [
    ...new Set(parts.flatMap((part) => part[thing] ?? [])),
  ]
  const last = parts.reduce((latest, part) => (endOf(part) > endOf(latest) ? part : latest))
  const policyAt = parts.map(explaining).find((at) => at !== undefined)
  return {
    policyAt,
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
