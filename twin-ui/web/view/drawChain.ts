/**
 * What has a name, as SVG: column titles, groups, stations, data centres, customers; a file for each column. Keyed joins, no
 * state: drawing the same layout twice changes nothing. Every mark is a button with a name for a screen reader;
 * one in each column is in the tab order and arrows move on from it (`roving`).
 */
import type { ChainView, GroupView } from "../../../projections/chain/ChainView.ts"
import { count, fit, plural } from "../model/format.ts"
import type { Column, GroupMark, Layout } from "../model/Layout.ts"
import { altered } from "./altered.ts"
import { classes } from "./classes.ts"
import { drawCentres } from "./drawCentres.ts"
import { drawCustomers } from "./drawCustomers.ts"
import { customerFolds, drawFolds, groupFolds, siteFolds } from "./drawFolds.ts"
import { drawStations } from "./drawStations.ts"
import { layer, type Layer, type Root } from "./layer.ts"
import { words } from "./words.ts"

export const drawChain = (root: Root, layout: Layout, view: ChainView): void => {
  root.attr("viewBox", `0 0 ${layout.size.width} ${layout.size.height}`)
  drawTitles(layer(root, "titles"), layout, view)
  drawGroups(layer(root, "groups", "Devices"), layout)
  drawFolds(layer(root, "group-folds", "Groups of devices"), groupFolds(layout))
  drawHeadings(layer(root, "headings"), layout.headings, layout.columns.stations)
  drawFolds(layer(root, "site-folds", "Sites of stations"), siteFolds(layout))
  drawStations(layer(root, "stations", "Base stations"), layout.stations, layout)
  drawCentres(layer(root, "centres", "Data centres"), layout.centres, view.occurredMs)
  drawHeadings(layer(root, "customer-headings"), layout.customerHeadings, layout.columns.customers)
  drawFolds(layer(root, "customer-folds", "Customers that fare alike"), customerFolds(layout))
  drawCustomers(layer(root, "customers", "Customers"), layout.customers, view.occurredMs)
}

const drawTitles = (to: Layer, layout: Layout, view: ChainView): void => {
  const { columns } = layout
  const { totals } = view
  const drawn = layout.groups.reduce((sum, { dots }) => sum + dots.length, 0)
  const all = totals.devices + totals.devicesBeyond
  /** Who looks sees a part of the twin. */
  const isPart = totals.hidden !== undefined
  const titles = [
    {
      key: "devices",
      x: columns.devices.x,
      text: "Devices",
      sub: `${count(all)}${drawn < all ? ` · ${count(drawn)} shown` : ""}`,
    },
    {
      key: "stations",
      x: columns.stations.x,
      text: "Base stations",
      sub: stationsText(view, layout),
    },
    {
      key: "core",
      x: columns.core.x,
      text: "Core network",
      sub: isPart ? "hidden" : plural(view.dataCentres.length, "data centre"),
    },
    {
      key: "customers",
      x: columns.customers.x,
      text: "Customers",
      sub: [
        count(view.customers.length + totals.customersHidden),
        totals.customersHidden > 0 ? `${count(totals.customersHidden)} more not shown` : "",
        layout.customersMore,
      ]
        .filter((part) => part !== "")
        .join(" · "),
    },
  ]
  for (const [name, y] of [
    ["title", 26],
    ["sub", 44],
  ] as const) {
    const text = to
      .selectAll<SVGTextElement, (typeof titles)[number]>(`text.${name}`)
      .data(titles, ({ key }) => key)
      .join((enter) => enter.append("text").attr("class", name).attr("y", y))
    altered(text, ({ x }) => `${x}`).attr("x", ({ x }) => x)
    words(text, (one) => (name === "title" ? one.text : one.sub))
  }
}

const stationsText = ({ stations, totals }: ChainView, { stationsMore }: Layout): string => {
  if (totals.hidden?.includes("stations") === true)
    return `${count(stations.length)} heard your devices`
  const parts = [count(totals.stations)]
  if (totals.stationsLost > 0) parts.push(`${totals.stationsLost} lost trust`)
  else if (totals.stationsAttested > 0 && totals.stationsAttested === totals.stations)
    parts.push("all attested")
  if (stationsMore !== "") parts.push(stationsMore)
  return parts.join(" · ")
}

const drawGroups = (to: Layer, layout: Layout): void => {
  const { x, width } = layout.columns.devices
  const group = to
    .selectAll<SVGGElement, GroupMark>("g.group")
    .data(layout.groups, ({ key }) => key)
    .join((enter) => {
      const made = enter.append("g").attr("class", "group").attr("role", "application")
      made.append("rect").attr("class", "hit").attr("rx", 5)
      made.append("text").attr("class", "name")
      made.append("text").attr("class", "count")
      made.append("text").attr("class", "more")
      return made.attr("tabindex", 0)
    })
    .attr("data-group", ({ key }) => key)
    .attr("aria-label", groupLabel)
  const moved = altered(group, ({ height, y }) => `${x} ${width} ${y} ${height}`)
  moved
    .select("rect.hit")
    .attr("x", x - 6)
    .attr("y", ({ y }) => y - 1)
    .attr("width", width + 12)
    .attr("height", ({ height }) => height + 3)
  moved
    .select("text.name")
    .attr("x", x)
    .attr("y", ({ y }) => y + 11)
  moved
    .select("text.count")
    .attr("x", x + width)
    .attr("y", ({ y }) => y + 11)
  moved
    .select("text.more")
    .attr("x", x)
    .attr("y", ({ y, height }) => y + height - 2)
  words(group.select("text.name"), ({ group: own }) => groupName(own, width))
  words(group.select("text.more"), ({ more }) => more)
  words(
    group
      .select<SVGTextElement>("text.count")
      .classed("refused", ({ group: own }) => own.refused > 0)
      .classed("suspicious", ({ group: own }) => own.refused === 0 && own.suspicious > 0),
    ({ group: own }) => groupCount(own),
  )
}

const groupCount = (group: GroupView): string =>
  `${troubles(group.refused, group.suspicious)}${count(group.devices)}`

/** The label, or only what its devices are, where the count beside it leaves no room for both. */
const groupName = (group: GroupView, width: number): string => {
  const room = Math.floor((width - groupCount(group).length * 6.4) / 6.6) - 1
  if (group.label.length <= room) return group.label
  return fit(group.label.split(" · ")[0], room)
}

const troubles = (refused: number, suspicious: number): string =>
  refused + suspicious === 0
    ? ""
    : `${refused > 0 ? `× ${refused} ` : ""}${suspicious > 0 ? `▲ ${suspicious} ` : ""}of `

const groupLabel = ({ group }: GroupMark): string =>
  `${group.label}, ${plural(group.devices, "device")}, ${group.refused} refused, ${group.suspicious} suspicious; arrow keys move among devices`

const drawHeadings = (to: Layer, headings: Layout["headings"], { x, width }: Column): void => {
  for (const [name, left] of [
    ["name", x],
    ["count", x + width],
  ] as const) {
    const text = to
      .selectAll<SVGTextElement, Layout["headings"][number]>(`text.${name}`)
      .data(headings, ({ key }) => key)
      .join("text")
      .attr("class", ({ isTroubled }) => classes(name, name === "count" && isTroubled && "refused"))
    altered(text, ({ y }) => `${left} ${y}`)
      .attr("x", left)
      .attr("y", ({ y }) => y)
    words(text, (heading) => (name === "name" ? heading.text : heading.count))
  }
}
