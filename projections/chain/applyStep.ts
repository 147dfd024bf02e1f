/** A view after a step. The page's whole state comes from this. */
import type { ChainView, EdgeView, GroupStep, GroupView, Step } from "./ChainView.ts"
import { byEnds } from "./byEnds.ts"

/** Undefined when the step does not start at the view: something was missed, ask for the picture anew. */
export const applyStep = (view: ChainView, step: Step): ChainView | undefined => {
  if (step.from !== view.position) return undefined
  return {
    position: step.position,
    occurredMs: step.occurredMs,
    recordedMs: step.recordedMs,
    totals: step.totals,
    groups: groupsAfter(view.groups, step),
    stations: merge(view.stations, step.stations, step.stationsGone, (station) => station.id),
    dataCentres: step.dataCentres ?? view.dataCentres,
    customers: merge(view.customers, step.customers, step.customersGone, (customer) => customer.id),
    heard: edgesAfter(view.heard, step.heard),
    carried: edgesAfter(view.carried, step.carried),
    incidents: step.incidents ?? view.incidents,
    oldestPending: step.oldestPending,
  }
}

/** Puts changed things in the place of the old, in the order of `n`. Returns the same array when nothing changed. */
const merge = <Thing extends { readonly n: number }>(
  things: ReadonlyArray<Thing>,
  changed: ReadonlyArray<Thing>,
  gone: ReadonlyArray<string>,
  nameOf: (thing: Thing) => string,
): ReadonlyArray<Thing> => {
  if (changed.length === 0 && gone.length === 0) return things
  const byName = new Map(things.map((thing) => [nameOf(thing), thing]))
  for (const name of gone) byName.delete(name)
  for (const thing of changed) byName.set(nameOf(thing), thing)
  return [...byName.values()].toSorted((a, b) => a.n - b.n)
}

const groupsAfter = (groups: ReadonlyArray<GroupView>, step: Step): ReadonlyArray<GroupView> => {
  const before = new Map(groups.map((group) => [group.key, group]))
  const changed = step.groups.map((group) => groupAfter(before.get(group.key), group))
  return merge(groups, changed, step.groupsGone, (group) => group.key)
}

const groupAfter = (before: GroupView | undefined, step: GroupStep): GroupView => {
  const { changed, gone, ...head } = step
  return { ...head, shown: merge(before?.shown ?? [], changed, gone, (device) => device.id) }
}

const edgesAfter = (
  edges: ReadonlyArray<EdgeView>,
  changed: ReadonlyArray<EdgeView>,
): ReadonlyArray<EdgeView> => {
  if (changed.length === 0) return edges
  const byName = new Map(edges.map((edge) => [`${edge.from}\n${edge.to}`, edge]))
  for (const edge of changed) {
    const name = `${edge.from}\n${edge.to}`
    if (edge.level === 0) byName.delete(name)
    else byName.set(name, edge)
  }
  return [...byName.values()].toSorted(byEnds)
}
