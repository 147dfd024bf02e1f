/**
 * What has a name, as SVG: column titles, groups, stations, data centres, customers. Keyed joins, no
 * state: drawing the same layout twice changes nothing. Every mark is a button with a name for a screen reader;
 * one in each column is in the tab order and arrows move on from it (`roving`).
 */
import { line, local, type Selection } from "d3"
import type { ChainView, GroupView } from "../../../projections/chain/ChainView.ts"
import { count, duration, fit, plural, short } from "../model/format.ts"
import type { CentreMark, CustomerMark, GroupMark, Layout, StationMark } from "../model/Layout.ts"
import { drawFolds, groupFolds, siteFolds } from "./drawFolds.ts"
import { linkHeight } from "../model/Layout.ts"

export type Root = Selection<SVGSVGElement, unknown, null, undefined>
type Layer = Selection<SVGGElement, unknown, null, undefined>

export const drawChain = (root: Root, layout: Layout, view: ChainView): void => {
  root.attr("viewBox", `0 0 ${layout.size.width} ${layout.size.height}`)
  drawTitles(layer(root, "titles"), layout, view)
  drawGroups(layer(root, "groups", "Devices"), layout)
  drawFolds(layer(root, "group-folds", "Groups of devices"), groupFolds(layout))
  drawHeadings(layer(root, "headings"), layout)
  drawFolds(layer(root, "site-folds", "Sites of stations"), siteFolds(layout))
  drawStations(layer(root, "stations", "Base stations"), layout.stations, layout)
  drawCentres(layer(root, "centres", "Data centres"), layout.centres, view.occurredMs)
  drawCustomers(layer(root, "customers", "Customers"), layout.customers, view.occurredMs)
}

const layer = (root: Root, name: string, label?: string): Layer => {
  const found = root.select<SVGGElement>(`g.${name}`)
  const group = found.empty() ? root.append("g").attr("class", name) : found
  if (label !== undefined) group.attr("role", "group").attr("aria-label", label)
  return group
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
      sub:
        view.customers.length > layout.customers.length
          ? `${view.customers.length} · ${layout.customers.length} shown`
          : `${view.customers.length}`,
    },
  ]
  const title = to
    .selectAll<SVGTextElement, (typeof titles)[number]>("text.title")
    .data(titles, ({ key }) => key)
    .join("text")
    .attr("class", "title")
    .attr("x", ({ x }) => x)
    .attr("y", 26)
  title.text(({ text }) => text)
  to.selectAll<SVGTextElement, (typeof titles)[number]>("text.sub")
    .data(titles, ({ key }) => key)
    .join("text")
    .attr("class", "sub")
    .attr("x", ({ x }) => x)
    .attr("y", 44)
    .text(({ sub }) => sub)
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
      made.append("rect").attr("class", "hit")
      made.append("text").attr("class", "name")
      made.append("text").attr("class", "count")
      made.append("text").attr("class", "more")
      return made
    })
    .attr("tabindex", 0)
    .attr("data-group", ({ key }) => key)
    .attr("aria-label", groupLabel)
  group
    .select("rect.hit")
    .attr("x", x - 6)
    .attr("y", ({ y }) => y - 1)
    .attr("width", width + 12)
    .attr("height", ({ height }) => height + 3)
    .attr("rx", 5)
  group
    .select("text.name")
    .attr("x", x)
    .attr("y", ({ y }) => y + 11)
    .text(({ group: own }) => groupName(own, width))
  group
    .select("text.count")
    .attr("x", x + width)
    .attr("y", ({ y }) => y + 11)
    .classed("refused", ({ group: own }) => own.refused > 0)
    .classed("suspicious", ({ group: own }) => own.refused === 0 && own.suspicious > 0)
    .text(({ group: own }) => groupCount(own))
  group
    .select("text.more")
    .attr("x", x)
    .attr("y", ({ y, height }) => y + height - 2)
    .text(({ more }) => more)
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

const drawHeadings = (to: Layer, layout: Layout): void => {
  const { x, width } = layout.columns.stations
  to.selectAll<SVGTextElement, Layout["headings"][number]>("text.name")
    .data(layout.headings, ({ key }) => key)
    .join("text")
    .attr("class", "name")
    .attr("x", x)
    .attr("y", ({ y }) => y)
    .text(({ text }) => text)
  to.selectAll<SVGTextElement, Layout["headings"][number]>("text.count")
    .data(layout.headings, ({ key }) => key)
    .join("text")
    .attr("class", ({ isTroubled }) => classes("count", isTroubled && "refused"))
    .attr("x", x + width)
    .attr("y", ({ y }) => y)
    .text(({ count: own }) => own)
}

const sparkWidth = 34

const spark = line<number>()
  .x((_, index) => index)
  .y((value) => value)

const sparkPath = (values: ReadonlyArray<number>, height: number): string => {
  if (values.length < 2) return ""
  const most = Math.max(1, ...values)
  const step = sparkWidth / (values.length - 1)
  return (
    spark.x((_, index) => index * step).y((value) => height / 2 - (value / most) * height)([
      ...values,
    ]) ?? ""
  )
}

/** A ring, a cross, or an open square where nothing was ever measured. */
const trustPath = (trust: StationMark["station"]["trust"], r: number): string => {
  if (trust === "lost") return `M${-r},${-r}L${r},${r}M${r},${-r}L${-r},${r}`
  if (trust === "unattested") return `M${-r},0L0,${-r}L${r},0L0,${r}Z`
  return `M${-r},0A${r},${r} 0 1 1 ${r},0A${r},${r} 0 1 1 ${-r},0`
}

/** A cell shows no rate and says none: it is then drawn anew only when its state changes. */
const stationLabel = ({ station, isRow }: StationMark): string => {
  const name = station.name === undefined ? "" : `, ${station.name}`
  const rate = isRow ? `, ${plural(station.rate, "reception")} a minute` : ""
  return `station ${station.id}${name}, ${trustWord(station.trust)}${rate}`
}

const trustWord = (trust: StationMark["station"]["trust"]): string =>
  trust === "lost" ? "trust lost" : trust === "attested" ? "attested" : "not attested"

/** All that a station's marks are drawn from. */
const stationFace = (mark: StationMark, width: number, first: string | undefined): string =>
  [
    mark.x,
    mark.y,
    mark.height,
    width,
    mark.isRow,
    mark.isDim,
    mark.isSelected,
    mark.id === first,
    mark.station.trust,
    mark.isRow ? `${mark.station.rate} ${mark.station.spark.join(" ")}` : "",
  ].join("|")

const drawnFace = local<string>()

const drawStations = (to: Layer, marks: ReadonlyArray<StationMark>, layout: Layout): void => {
  const { width } = layout.columns.stations
  const first = marks.find(({ isSelected }) => isSelected)?.id ?? marks[0]?.id
  const station = to
    .selectAll<SVGGElement, StationMark>("g.station")
    .data(marks, ({ id }) => id)
    .join((enter) => {
      const made = enter.append("g").attr("role", "button").attr("data-kind", "station")
      made.append("rect")
      made.append("path").attr("class", "trust")
      made.append("text").attr("class", "id")
      made.append("text").attr("class", "rate")
      made.append("path").attr("class", "spark")
      return made
    })
    // Hundreds of stations, ten times a second: only what looks otherwise than before is touched.
    .filter(function (mark) {
      const face = stationFace(mark, width, first)
      if (drawnFace.get(this) === face) return false
      drawnFace.set(this, face)
      return true
    })
    .attr("class", ({ station: own, isRow, isDim, isSelected }) =>
      classes(
        "station",
        own.trust,
        isRow ? "row" : "cell",
        isDim && "dim",
        isSelected && "selected",
      ),
    )
    .attr("data-id", ({ id }) => id)
    .attr("tabindex", ({ id }) => (id === first ? 0 : -1))
    .attr("aria-label", stationLabel)
    .attr("transform", ({ x, y }) => `translate(${x},${y})`)
  station
    .select("rect")
    .attr("x", ({ isRow, height }) => (isRow ? 0 : -height / 2))
    .attr("y", ({ height }) => -height / 2)
    .attr("width", ({ isRow, height }) => (isRow ? width : height))
    .attr("height", ({ height }) => height)
    .attr("rx", 3)
  station
    .select("path.trust")
    .attr("transform", ({ isRow }) => (isRow ? "translate(10,0)" : null))
    .attr("d", ({ station: own, isRow, height }) =>
      trustPath(own.trust, isRow ? Math.min(4, height / 3.6) : Math.min(4, height * 0.32)),
    )
  station
    .select("text.id")
    .attr("x", 21)
    .attr("dy", "0.34em")
    .text(({ isRow, id }) => (isRow ? fit(id, Math.floor((width - 21 - 34 - sparkWidth) / 6)) : ""))
  station
    .select("text.rate")
    .attr("x", width - sparkWidth - 11)
    .attr("dy", "0.34em")
    .text(({ isRow, station: own }) => (isRow ? short(own.rate) : ""))
  station
    .select("path.spark")
    .attr("transform", `translate(${width - sparkWidth - 5},0)`)
    .attr("d", ({ isRow, station: own, height }) =>
      isRow ? sparkPath(own.spark, Math.min(10, height - 5)) : "",
    )
}

const drawCentres = (to: Layer, marks: ReadonlyArray<CentreMark>, nowMs: number): void => {
  const centre = to
    .selectAll<SVGGElement, CentreMark>("g.centre")
    .data(marks, ({ id }) => id)
    .join((enter) => {
      const made = enter.append("g").attr("role", "button").attr("data-kind", "centre")
      made.append("rect").attr("class", "card")
      made.append("text").attr("class", "id").attr("x", 12).attr("y", 22)
      made.append("text").attr("class", "rate").attr("x", 12).attr("y", 40)
      made.append("g").attr("class", "links")
      return made
    })
    .attr("class", ({ centre: own, isSelected }) =>
      classes("centre", own.links.some(({ up }) => !up) && "suspicious", isSelected && "selected"),
    )
    .attr("data-id", ({ id }) => id)
    .attr("tabindex", (_, index) => (index === 0 ? 0 : -1))
    .attr("aria-label", centreLabel)
    .attr("transform", ({ x, y }) => `translate(${x},${y})`)
  centre
    .select("rect.card")
    .attr("width", ({ width }) => width)
    .attr("height", ({ height }) => height)
    .attr("rx", 7)
  centre.select("text.id").text(({ centre: own, width }) => fit(own.name, Math.floor(width / 7.6)))
  centre
    .select("text.rate")
    .text(({ centre: own, width }) => `${count(own.rate)} ${width < 140 ? "msg" : "messages"}/min`)
  const link = centre
    .select<SVGGElement>("g.links")
    .selectAll<SVGGElement, CentreMark["centre"]["links"][number]>("g.link")
    .data(
      ({ centre: own }) => own.links,
      ({ name }) => name,
    )
    .join((enter) => {
      const made = enter.append("g")
      made.append("path")
      made.append("text").attr("x", 26).attr("dy", "0.34em")
      return made
    })
    .attr("class", ({ up }) => classes("link", up ? "up" : "down"))
    .attr("transform", (_, index) => `translate(0,${60 + index * linkHeight})`)
  link
    .select("path")
    .attr("transform", "translate(16,0)")
    .attr("d", ({ up }) => (up ? trustPath("attested", 3.6) : "M0,-5L5,4L-5,4Z"))
  link.select("text").text((own) => linkText(own, marks[0].width, nowMs))
}

/** With how long it is down where there is room for that. */
const linkText = (
  { name, sinceMs, up }: CentreMark["centre"]["links"][number],
  width: number,
  nowMs: number,
): string => {
  if (up) return fit(name, Math.floor((width - 32) / 6.4))
  const room = Math.floor((width - 32) / 6.4)
  const lasting = sinceMs === undefined ? "" : ` ${duration(nowMs - sinceMs)}`
  const full = `${name} down${lasting}`
  return full.length <= room ? full : fit(`${name} down`, room)
}

const centreLabel = ({ centre }: CentreMark): string => {
  const down = centre.links.filter(({ up }) => !up).map(({ name }) => name)
  return `data centre ${centre.name}, ${down.length === 0 ? "all links up" : `${down.join(", ")} down`}, ${plural(centre.rate, "message")} a minute`
}

interface Part {
  readonly key: "delivered" | "waiting" | "failing" | "abandoned"
  readonly x: number
  readonly width: number
}

/** The ledger as parts of all that was ever owed; what is not zero is at least seen. */
const partsOf = ({ customer, width }: CustomerMark): ReadonlyArray<Part> => {
  const { delivered, pending, failing, abandoned } = customer
  const all = Math.max(1, delivered + pending + abandoned)
  const room = width - 24
  const wide = (value: number): number => (value === 0 ? 0 : Math.max(3, (value / all) * room))
  const lost = wide(abandoned)
  const failed = wide(failing)
  const waiting = wide(Math.max(0, pending - failing))
  const done = delivered === 0 ? 0 : Math.max(0, room - lost - failed - waiting)
  return [
    { key: "delivered", x: 12, width: done },
    { key: "waiting", x: 12 + done, width: waiting },
    { key: "failing", x: 12 + done + waiting, width: failed },
    { key: "abandoned", x: 12 + done + waiting + failed, width: lost },
  ]
}

const customerText = ({ customer }: CustomerMark): string => {
  const parts = [`${short(customer.delivered)} delivered`]
  if (customer.pending > 0) parts.push(`${short(customer.pending)} pending`)
  if (customer.abandoned > 0) parts.push(`${short(customer.abandoned)} given up`)
  return parts.join(" · ")
}

/** The ledger in words; without the word "delivered" where it would not fit. */
const sumsText = (mark: CustomerMark): string => {
  const room = Math.floor((mark.width - 24) / 6.2)
  const text = customerText(mark)
  return text.length <= room ? text : fit(text.replace(" delivered", ""), room)
}

/** In a narrow card the figure stands without its name, which its label for screen readers has. */
const customerState = ({ customer, width }: CustomerMark, nowMs: number): string => {
  if (customer.failingMs !== undefined)
    return `${customer.error ?? "failing"} ${duration(nowMs - customer.failingMs)}`
  return customer.p95Ms === undefined
    ? ""
    : `${width < 200 ? "" : "p95 "}${count(customer.p95Ms)} ms`
}

const drawCustomers = (to: Layer, marks: ReadonlyArray<CustomerMark>, nowMs: number): void => {
  const customer = to
    .selectAll<SVGGElement, CustomerMark>("g.customer")
    .data(marks, ({ id }) => id)
    .join((enter) => {
      const made = enter.append("g").attr("role", "button").attr("data-kind", "customer")
      made.append("rect").attr("class", "card")
      made.append("text").attr("class", "id").attr("x", 12)
      made.append("text").attr("class", "state")
      made.append("rect").attr("class", "track")
      made.append("g").attr("class", "ledger")
      made.append("text").attr("class", "sums").attr("x", 12)
      return made
    })
    .attr("class", ({ customer: own, isDim, isSelected }) =>
      classes(
        "customer",
        own.failingMs !== undefined && "suspicious",
        isDim && "dim",
        isSelected && "selected",
      ),
    )
    .attr("data-id", ({ id }) => id)
    .attr("tabindex", (_, index) => (index === 0 ? 0 : -1))
    .attr(
      "aria-label",
      (mark) => `customer ${mark.id}, ${customerText(mark)}, ${customerState(mark, nowMs)}`,
    )
    .attr("transform", ({ x, y }) => `translate(${x},${y})`)
  customer
    .select("rect.card")
    .attr("width", ({ width }) => width)
    .attr("height", ({ height }) => height)
    .attr("rx", 7)
  customer
    .select("text.id")
    .attr("y", ({ height }) => height * 0.31)
    .text((mark) =>
      fit(
        mark.customer.name ?? mark.id,
        Math.max(6, Math.floor((mark.width - 30 - customerState(mark, nowMs).length * 6.2) / 8.2)),
      ),
    )
  customer
    .select("text.state")
    .attr("x", ({ width }) => width - 12)
    .attr("y", ({ height }) => height * 0.31)
    .text((mark) => customerState(mark, nowMs))
  customer
    .select("rect.track")
    .attr("x", 12)
    .attr("y", ({ height }) => height * 0.48)
    .attr("width", ({ width }) => width - 24)
    .attr("height", 6)
  customer
    .select<SVGGElement>("g.ledger")
    .attr("transform", ({ height }) => `translate(0,${height * 0.48})`)
    .selectAll<SVGRectElement, Part>("rect")
    .data(partsOf, ({ key }) => key)
    .join("rect")
    .attr("class", ({ key }) => key)
    .attr("x", ({ x }) => x)
    .attr("width", ({ width }) => width)
    .attr("height", 6)
  customer
    .select("text.sums")
    .attr("y", ({ height }) => height * 0.83)
    .text((mark) => sumsText(mark))
}

const classes = (...names: ReadonlyArray<string | false>): string =>
  names.filter((name) => name !== false).join(" ")
