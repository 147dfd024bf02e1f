/**
 * The whole twin as things with fields: what a diff compares. Lists that only say where to read on (recent positions,
 * opinions) are left out: a diff would show little else.
 */
import * as Anomaly from "../anomaly/Anomaly.ts"
import type { Finding } from "../anomaly/Finding.ts"
import * as CoreNetwork from "../coreNetwork/CoreNetwork.ts"
import * as Delivery from "../delivery/Delivery.ts"
import * as Ledger from "../delivery/Ledger.ts"
import * as Device from "../device/Device.ts"
import * as Integrity from "../integrity/Integrity.ts"
import * as Adopted from "../policy/Adopted.ts"
import * as Replay from "../replay/Replay.ts"
import * as Traffic from "../traffic/Traffic.ts"
import {
  between,
  type Change,
  changesBetween,
  type Diff,
  type Fields,
  flatten,
  isChanged,
  type Picture,
} from "./diff.ts"
import type { Projections } from "./seek.ts"

export interface States {
  readonly device: Device.State
  readonly counter: Replay.State
  readonly station: Integrity.State
  readonly delivery: Delivery.State
  readonly core: CoreNetwork.State
  readonly policy: Adopted.State
  readonly finding: Anomaly.State
  readonly counts: Traffic.State
}

export type Kind = keyof States

const projectionsOf: Projections<States> = {
  device: Device.projection,
  counter: Replay.projection,
  station: Integrity.projection,
  delivery: Delivery.projection,
  core: CoreNetwork.projection,
  policy: Adopted.projection,
  finding: Anomaly.projection,
  counts: Traffic.projection,
}

// The keys of the record above.
export const kinds = Object.keys(projectionsOf) as ReadonlyArray<Kind>

/** What must be folded for these kinds of thing. */
export const projectionsFor = (wanted: ReadonlyArray<Kind>): Projections<Partial<States>> =>
  Object.fromEntries(wanted.map((kind) => [kind, projectionsOf[kind]]))

type Things = Map<string, object>

/** Things of a state as it holds them: one that did not change between two states is the same object in both. */
const thingsOf: { readonly [K in Kind]: (state: States[K]) => Things } = {
  device: ({ devices }) => named("device", devices),
  counter: ({ devices }) => named("counter", devices),
  station: ({ stations }) => named("station", stations),
  delivery: (state) => deliveriesOf(state),
  core: ({ dataCentres }) => named("data-centre", dataCentres),
  policy: (state) => new Map([["policy", Adopted.current(state)]]),
  finding: (state) => new Map(findingsOf({ finding: state })),
  counts: (state) => new Map([["counts", { ...Traffic.totals(state) }]]),
}

/** Findings by their names as things. */
export const findingsOf = ({
  finding: state,
}: Partial<Pick<States, "finding">>): ReadonlyArray<readonly [string, Finding]> =>
  state === undefined
    ? []
    : Anomaly.findings(state).map((finding) => [
        `finding ${finding.kind}:${finding.device ?? finding.station ?? finding.area ?? ""} of ${finding.foundPosition}`,
        finding,
      ])

/** Members that only say where to read on. */
const left: Readonly<Record<string, ReadonlySet<string> | undefined>> = {
  device: new Set(["recent"]),
  counter: new Set([
    "checked.opinions",
    "checked.lostRuns",
    "reported.opinions",
    "reported.lostRuns",
  ]),
  station: new Set(["aloneRecent"]),
}

/** A thing's fields as a picture has them. */
export const fieldsOf = (thing: string, value: object): Fields => {
  const omitted = left[thing.split(" ")[0]]
  const fields = flatten(value)
  return omitted === undefined
    ? fields
    : Object.fromEntries(Object.entries(fields).filter(([field]) => !omitted.has(field)))
}

export const pictureOf = (states: Partial<States>): Picture =>
  new Map([...allThings(states)].map(([thing, value]) => [thing, fieldsOf(thing, value)]))

/** A thing that is not the same on both sides, as the states hold it; absent where there is none. */
export interface Differing {
  readonly thing: string
  readonly was: object | undefined
  readonly is: object | undefined
}

/**
 * What differs between two states, in the order of the things' names. How each does is listed when it is asked for: of ten
 * thousand that differ a page shows some hundred.
 */
export const differing = (a: Partial<States>, b: Partial<States>): ReadonlyArray<Differing> => {
  const [before, after] = [allThings(a), allThings(b)]
  const found: Array<Differing> = []
  for (const [thing, was] of before) {
    const is = after.get(thing)
    if (is === was) continue
    if (is === undefined || isChanged(was, is, omittedOf(thing))) found.push({ thing, was, is })
  }
  for (const [thing, is] of after) if (!before.has(thing)) found.push({ thing, was: undefined, is })
  return found.toSorted((x, y) => (x.thing < y.thing ? -1 : x.thing > y.thing ? 1 : 0))
}

export const changeOf = ({ is, thing, was }: Differing): Change => {
  if (was !== undefined && is !== undefined) {
    const omitted = omittedOf(thing)
    const fields = changesBetween(was, is).filter(({ field }) => !omitted.has(field))
    return { thing, change: "changed", fields }
  }
  const side = (value: object | undefined): Picture =>
    value === undefined ? nothing : new Map([[thing, fieldsOf(thing, value)]])
  return between(side(was), side(is))[0]
}

/** The diff of two states: as that of their pictures, without looking at what both share. */
export const diffStates = (a: Partial<States>, b: Partial<States>): Diff =>
  differing(a, b).map(changeOf)

const omittedOf = (thing: string): ReadonlySet<string> =>
  left[thing.slice(0, thing.indexOf(" "))] ?? none

const nothing: Picture = new Map()
const none: ReadonlySet<string> = new Set()

const allThings = (states: Partial<States>): Things => {
  const things: Things = new Map()
  for (const kind of kinds)
    for (const [thing, value] of some(kind, states[kind])) things.set(thing, value)
  return things
}

const some = <K extends Kind>(kind: K, state: States[K] | undefined): Things =>
  state === undefined ? new Map() : thingsOf[kind](state)

const named = (kind: string, map: ReadonlyMap<string, object>): Things =>
  new Map([...map].map(([id, value]) => [`${kind} ${id}`, value]))

/** Customers, the accounts of their destinations, and each obligation that is pending or was given up. */
const deliveriesOf = ({ customers, ledgers }: Delivery.State): Things => {
  const things = named("customer", customers)
  for (const ledger of ledgers.values()) {
    const at = `${ledger.customer}/${ledger.destination}`
    const { latency, ...counters } = ledger.counters
    things.set(`ledger ${at}`, {
      ...counters,
      pending: Ledger.pendingCount(ledger),
      abandoned: Ledger.abandonedCount(ledger),
      answered: latency.count,
    })
    for (const [message, pending] of ledger.pending)
      things.set(`delivery ${message} to ${at}`, { state: "pending", ...pending })
    for (const [message, abandoned] of ledger.abandoned.values)
      things.set(`delivery ${message} to ${at}`, { state: "abandoned", ...abandoned })
  }
  return things
}
