/**
 * What closes and opens groups of devices, sites of stations and customers that fare alike: a wedge before the heading, which is part of it. The
 * wedges of a column are one stop of the tab order; arrows move among them.
 */
import { plural } from "../model/format.ts"
import type { Layout } from "../model/Layout.ts"
import { altered } from "./altered.ts"
import type { Layer } from "./layer.ts"

export interface Fold {
  readonly key: string
  readonly x: number
  /** Baseline of the heading. */
  readonly y: number
  readonly width: number
  readonly isClosed: boolean
  readonly label: string
}

export const groupFolds = ({ columns, groups }: Layout): ReadonlyArray<Fold> =>
  groups.map(({ group, isClosed, key, y }) => ({
    key,
    x: columns.devices.x,
    y: y + 11,
    width: columns.devices.width,
    isClosed,
    label: `${group.label}, ${plural(group.devices, "device")}`,
  }))

export const siteFolds = ({ columns, headings }: Layout): ReadonlyArray<Fold> =>
  headings.map(({ count, isClosed, key, text, x, y }) => ({
    key,
    x,
    y,
    width: columns.stations.width,
    isClosed,
    label: `stations of ${text}, ${count}`,
  }))

export const customerFolds = ({ columns, customerHeadings }: Layout): ReadonlyArray<Fold> =>
  customerHeadings.map(({ count, isClosed, key, text, x, y }) => ({
    key,
    x,
    y,
    width: columns.customers.width,
    isClosed,
    label: `customers, ${text}, ${count}`,
  }))

export const drawFolds = (to: Layer, folds: ReadonlyArray<Fold>): void => {
  const fold = to
    .selectAll<SVGGElement, Fold>("g.fold")
    .data(folds, ({ key }) => key)
    .join((enter) => {
      const made = enter.append("g").attr("class", "fold").attr("role", "button")
      made.append("rect").attr("class", "hit").attr("x", -15).attr("y", -13).attr("height", 17)
      made.append("path")
      return made
    })
    .attr("data-fold", ({ key }) => key)
    .attr("aria-label", ({ label }) => label)
    .attr("aria-expanded", ({ isClosed }) => (isClosed ? "false" : "true"))
  // Where the arrows have been stays the way in; a new column is entered at its first.
  const stop = to.select<SVGGElement>("g.fold[tabindex='0']").node()?.getAttribute("data-fold")
  const entry = folds.some(({ key }) => key === stop) ? stop : folds[0]?.key
  fold.attr("tabindex", ({ key }) => (key === entry ? 0 : -1))
  const moved = altered(fold, ({ isClosed, width, x, y }) => `${x} ${y} ${width} ${isClosed}`)
  moved.attr("transform", ({ x, y }) => `translate(${x},${y})`)
  moved.select("rect.hit").attr("width", ({ width }) => width + 18)
  moved
    .select("path")
    .attr("d", ({ isClosed }) => (isClosed ? "M-11,-8L-6,-4L-11,0Z" : "M-13,-7L-5,-7L-9,-2Z"))
}
