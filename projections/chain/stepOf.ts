/**
 * What changed from one picture to a later one: the difference of the two views, and a sample of what
 * travelled in between. Law: `applyStep(before, stepOf(before, after, events, found, by).step)` is
 * `viewOf(after, found, by)`.
 */
import type { Recorded } from "../../core/event/Envelope.ts"
import type { Event } from "../../core/event/Event.ts"
import {
  notableMax,
  type ChainView,
  type DeviceView,
  type EdgeView,
  type GroupStep,
  type GroupView,
  type Grouping,
  type Incident,
  type Step,
} from "./ChainView.ts"
import { warningOf } from "./decided.ts"
import { groupsBy } from "./groupsBy.ts"
import { motionsOf } from "./motionsOf.ts"
import { rowOf, type EventRow } from "./EventRow.ts"
import type { State } from "./State.ts"
import { viewOf } from "./view.ts"

export interface Stepped {
  readonly step: Step
  /** The view after it: what the next step starts from. */
  readonly view: ChainView
}

/** `events` are those between the two pictures; with none the step only says that time went on. `found` as in `viewOf`. */
export const stepOf = (
  before: ChainView,
  after: State,
  events: ReadonlyArray<Recorded>,
  found: ReadonlyArray<Incident> = [],
  by: Grouping = "customer",
): Stepped => {
  const view = viewOf(after, found, by)
  const customers = changes(before.customers, view.customers, idOf)
  const stations = changes(before.stations, view.stations, idOf)
  const groups = changes(before.groups, view.groups, keyOf)
  const groupsBefore = new Map(before.groups.map((group) => [group.key, group]))
  const { motions, seen } = motionsOf(after, events, groupsBy(after, by))
  const step: Step = {
    from: before.position,
    position: view.position,
    occurredMs: view.occurredMs,
    recordedMs: view.recordedMs,
    totals: view.totals,
    groups: groups.changed.map((group) => groupStep(groupsBefore.get(group.key), group)),
    groupsGone: groups.gone,
    stations: stations.changed,
    stationsGone: stations.gone,
    ...(same(before.dataCentres, view.dataCentres) ? {} : { dataCentres: view.dataCentres }),
    customers: customers.changed,
    customersGone: customers.gone,
    heard: edgeChanges(before.heard, view.heard),
    carried: edgeChanges(before.carried, view.carried),
    ...(same(before.incidents, view.incidents) ? {} : { incidents: view.incidents }),
    oldestPending: view.oldestPending,
    motions,
    motionsSeen: seen,
    notable: notableOf(events),
  }
  return { step, view }
}

const idOf = (thing: { readonly id: string }): string => thing.id
const keyOf = (thing: { readonly key: string }): string => thing.key

const changes = <Thing>(
  before: ReadonlyArray<Thing>,
  after: ReadonlyArray<Thing>,
  nameOf: (thing: Thing) => string,
): { readonly changed: ReadonlyArray<Thing>; readonly gone: ReadonlyArray<string> } => {
  const left = new Map(before.map((thing) => [nameOf(thing), thing]))
  const changed: Array<Thing> = []
  for (const thing of after) {
    const name = nameOf(thing)
    const was = left.get(name)
    left.delete(name)
    if (was === undefined || !same(was, thing)) changed.push(thing)
  }
  return { changed, gone: [...left.keys()] }
}

/** Whether two values of a view are equal. They are JSON made by one function, so their fields come in one order. */
const same = (a: unknown, b: unknown): boolean => {
  if (a === b) return true
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false
  const [names, others] = [Object.keys(a), Object.keys(b)]
  if (names.length !== others.length) return false
  // Both are plain objects or arrays here; a name that only one has gives undefined.
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>]
  return names.every((name) => name in right && same(left[name], right[name]))
}

const groupStep = (before: GroupView | undefined, after: GroupView): GroupStep => {
  const { shown, ...head } = after
  const { changed, gone } = changes<DeviceView>(before?.shown ?? [], shown, idOf)
  return { ...head, changed, gone }
}

const edgeName = (edge: EdgeView): string => `${edge.from}\n${edge.to}`

const edgeChanges = (
  before: ReadonlyArray<EdgeView>,
  after: ReadonlyArray<EdgeView>,
): ReadonlyArray<EdgeView> => {
  const { changed, gone } = changes(before, after, edgeName)
  if (gone.length === 0) return changed
  const left = new Set(gone)
  return [
    ...changed,
    ...before
      .filter((edge) => left.has(edgeName(edge)))
      .map(({ from, to }) => ({ from, to, level: 0 })),
  ]
}

/** What an engineer would want to have seen; the steady stream of good messages is in the motions. */
const notableOf = (events: ReadonlyArray<Recorded>): ReadonlyArray<EventRow> => {
  const rows: Array<EventRow> = []
  for (let i = events.length - 1; i >= 0 && rows.length < notableMax; i--)
    if (isNotable(events[i])) rows.push(rowOf(events[i]))
  return rows
}

const isNotable = ({ event }: Recorded): boolean =>
  event._tag === "MessageAccepted" ? warningOf(event) !== "" : notableKinds.has(event._tag)

/** Kinds of events that are always worth reading. */
export const notableKinds: ReadonlySet<Event["_tag"]> = new Set<Event["_tag"]>([
  "MessageRefused",
  "StationTrustLost",
  "StationTrustRestored",
  "StationFellSilent",
  "StationBootRefused",
  "ForeignReceptionsRefused",
  "EnrolmentRefused",
  "StationTpmEnrolled",
  "ReferenceValuesPublished",
  "ReferenceValuesSuperseded",
  "DeliveryFailed",
  "DeliveryAbandoned",
  "RedeliveryAsked",
  "CircuitOpened",
  "CircuitClosed",
  "LinkReported",
  "CorePartReported",
  "PolicyAdopted",
  "CounterDisengaged",
  "DeviceKeyReplaced",
  "DemoBegan",
])
