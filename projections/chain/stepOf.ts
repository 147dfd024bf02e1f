/**
 * What changed from one picture to a later one: the difference of the two views, and a sample of what
 * travelled in between. Law: `applyStep(before, stepOf(before, after, events, found).step)` is
 * `viewOf(after, found)`.
 */
import type { Recorded } from "../../core/event/Envelope.ts"
import type { Event } from "../../core/event/Event.ts"
import {
  motionsMax,
  notableMax,
  type ChainView,
  type DeviceView,
  type EdgeView,
  type GroupStep,
  type GroupView,
  type Incident,
  type Motion,
  type Step,
  type Verdict,
} from "./ChainView.ts"
import { warningOf } from "./decided.ts"
import { rowOf, type EventRow } from "./EventRow.ts"
import type { State } from "./State.ts"
import { severity } from "./verdictOf.ts"
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
): Stepped => {
  const view = viewOf(after, found)
  const customers = changes(before.customers, view.customers, idOf)
  const stations = changes(before.stations, view.stations, idOf)
  const groups = changes(before.groups, view.groups, keyOf)
  const groupsBefore = new Map(before.groups.map((group) => [group.key, group]))
  const { motions, seen } = motionsOf(after, events)
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

/** Messages that travelled: all in trouble first, then an even sample of the rest, in order of position. */
const motionsOf = (
  state: State,
  events: ReadonlyArray<Recorded>,
): { readonly motions: ReadonlyArray<Motion>; readonly seen: number } => {
  const troubled: Array<Motion> = []
  const others: Array<Recorded> = []
  for (const recorded of events) {
    const verdict = verdictIn(recorded)
    if (verdict === undefined) continue
    if (severity(verdict) === 0) others.push(recorded)
    else if (troubled.length < motionsMax / 2) troubled.push(motionOf(state, recorded, verdict))
    else others.push(recorded)
  }
  const room = motionsMax - troubled.length
  const every = Math.max(1, Math.ceil(others.length / room))
  const sampled: Array<Motion> = []
  for (let i = 0; i < others.length; i += every) {
    const verdict = verdictIn(others[i])
    if (verdict !== undefined) sampled.push(motionOf(state, others[i], verdict))
  }
  return {
    motions: [...troubled, ...sampled].toSorted((a, b) => a.position - b.position),
    seen: troubled.length + others.length,
  }
}

const verdictIn = ({ event }: Recorded): Verdict | undefined => {
  if (event._tag === "MessageAccepted") return warningOf(event) === "" ? "ok" : "suspicious"
  if (event._tag === "MessageRefused") return "refused"
  return event._tag === "MessageReported" || event._tag === "ReceptionReported"
    ? "reported"
    : undefined
}

/** A refused message ends at its data centre: no customer gets it. */
const motionOf = (state: State, recorded: Recorded, verdict: Verdict): Motion => {
  const { event, position } = recorded
  const id = "device" in event ? String(event.device) : ""
  const device = state.devices.get(id)
  const station =
    "station" in event && typeof event.station === "string" ? event.station : device?.station
  const dataCentre = state.stations.get(station ?? "")?.dataCentre
  const customer = state.groups.get(device?.group ?? "")?.customer
  return {
    position,
    verdict,
    device: id,
    ...(device === undefined ? {} : { group: device.group }),
    ...(station === undefined || station === "" ? {} : { station }),
    ...(dataCentre === undefined || dataCentre === "" ? {} : { dataCentre }),
    ...(verdict === "refused" || customer === undefined || customer === "" ? {} : { customer }),
  }
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
