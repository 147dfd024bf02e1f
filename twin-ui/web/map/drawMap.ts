/**
 * The map as keyed joins: ground, reach, jammed regions and stations as SVG; devices, of which there are many, on a
 * canvas. No state but what is on the screen.
 */
import { line } from "d3"
import { signs } from "../model/DifferenceMarks.ts"
import { count, plural } from "../model/format.ts"
import { layer, type Layer, type Root } from "../view/layer.ts"
import { clear, colourOf, glyph, type Palette } from "../view/paint.ts"
import type { Ground } from "./ground.ts"
import type { MapLayout, Place, Ray, Region } from "./MapLayout.ts"

/** Only when the projection changes. */
export const drawGround = (under: Root, { borders, land, names }: Ground): void => {
  const to = layer(under, "ground")
  to.selectAll("path.land")
    .data([land])
    .join("path")
    .attr("class", "land")
    .attr("d", (path) => path)
  to.selectAll("path.borders")
    .data([borders])
    .join("path")
    .attr("class", "borders")
    .attr("d", (path) => path)
  to.selectAll<SVGTextElement, Ground["names"][number]>("text.country")
    .data(names, ({ name }) => name)
    .join("text")
    .attr("class", "country")
    .attr("x", ({ x }) => x)
    .attr("y", ({ y }) => y)
    .text(({ name }) => name)
}

/** `under` the devices lies what is wide, `over` them what is named. */
export const drawMap = (
  { over, under }: { readonly over: Root; readonly under: Root },
  layout: MapLayout,
): void => {
  const { height, width } = layout.size
  for (const root of [under, over]) root.attr("viewBox", `0 0 ${width} ${height}`)
  drawReach(layer(under, "reach"), layout.places)
  drawRays(layer(over, "rays"), layout.rays)
  drawRegions(layer(over, "regions"), layout.regions)
  drawPlaces(layer(over, "places", "Base stations"), layout.places)
  drawTitle(layer(over, "titles"), layout)
  drawScale(layer(over, "scale"), layout)
}

export const drawSeen = (canvas: HTMLCanvasElement, layout: MapLayout, palette: Palette): void => {
  const to = clear(canvas, layout.size)
  if (to === undefined) return
  for (const { isDim, isSelected, verdict, x, y } of layout.seen) {
    const isBad = verdict === "refused" || verdict === "suspicious"
    to.globalAlpha = isDim ? 0.12 : isBad ? 1 : 0.5
    to.fillStyle = to.strokeStyle = colourOf(palette, verdict)
    glyph(to, verdict, x, y, isBad ? 4.6 : 1.8)
    if (!isSelected) continue
    to.globalAlpha = 1
    to.strokeStyle = palette.text
    to.lineWidth = 1.5
    to.beginPath()
    to.arc(x, y, 8, 0, 2 * Math.PI)
    to.stroke()
  }
  to.globalAlpha = 1
}

const drawTitle = (to: Layer, layout: MapLayout): void => {
  to.selectAll("text.title")
    .data(["Map"])
    .join("text")
    .attr("class", "title")
    .attr("x", 20)
    .attr("y", 26)
    .text((text) => text)
  to.selectAll("text.sub")
    .data([subOf(layout)])
    .join("text")
    .attr("class", "sub")
    .attr("x", 20)
    .attr("y", 44)
    .text((text) => text)
}

const subOf = ({ located, oneIn, places, seen, unplaced }: MapLayout): string =>
  [
    plural(places.length, "station"),
    unplaced > 0 ? `${count(unplaced)} without a known place` : "",
    located === undefined
      ? "asking who hears whom …"
      : `${count(seen.length)} of ${plural(located, "device")}${oneIn > 1 ? `, 1 in ${count(oneIn)}` : ""}, where their receivers put them`,
  ]
    .filter((part) => part !== "")
    .join(" · ")

const drawScale = (to: Layer, { scale, size }: MapLayout): void => {
  const [x, y] = [size.width - 24 - scale.width, size.height - 48]
  to.selectAll("path")
    .data([`M${x},${y - 4}V${y}H${x + scale.width}V${y - 4}`])
    .join("path")
    .attr("d", (path) => path)
  to.selectAll("text")
    .data([`${count(scale.km)} km`])
    .join("text")
    .attr("x", x + scale.width / 2)
    .attr("y", y - 7)
    .text((text) => text)
}

const drawReach = (to: Layer, places: ReadonlyArray<Place>): void => {
  to.selectAll<SVGCircleElement, Place>("circle")
    .data(
      places.filter(({ reach }) => reach > 0),
      ({ id }) => id,
    )
    .join("circle")
    .attr("class", ({ isDim, isSelected, station }) =>
      ["circle", station.trust, isDim && "dim", isSelected && "selected"]
        .filter((name) => name !== false)
        .join(" "),
    )
    .attr("cx", ({ x }) => x)
    .attr("cy", ({ y }) => y)
    .attr("r", ({ reach }) => reach)
}

const outline = line<readonly [number, number]>()

const drawRegions = (to: Layer, regions: ReadonlyArray<Region>): void => {
  hatch(to)
  const region = to
    .selectAll<SVGGElement, Region>("g")
    .data(regions, ({ key }) => key)
    .join((enter) => {
      const made = enter.append("g").attr("role", "button").attr("tabindex", 0)
      made.append("path")
      made.append("text")
      return made
    })
    .attr("data-incident", ({ key }) => key)
    .attr("aria-label", ({ label }) => label)
  region.select("path").attr("d", ({ hull }) => `${outline([...hull]) ?? ""}Z`)
  region
    .select("text")
    .attr("x", ({ hull }) => Math.min(...hull.map(([x]) => x)))
    .attr("y", ({ hull }) => Math.min(...hull.map(([, y]) => y)) - 6)
    .text(({ label }) => `✕ ${label}`)
}

/** What a jammed region is filled with: lines aslant, seen without colour too. Made once. */
const hatch = (to: Layer): void => {
  if (!to.select("pattern").empty()) return
  const pattern = to
    .append("defs")
    .append("pattern")
    .attr("id", "jammed")
    .attr("width", 8)
    .attr("height", 8)
    .attr("patternUnits", "userSpaceOnUse")
  pattern.append("rect").attr("width", 8).attr("height", 8)
  pattern.append("path").attr("d", "M-1,9L9,-1M-1,1L1,-1M7,9L9,7")
}

const drawRays = (to: Layer, rays: ReadonlyArray<Ray>): void => {
  to.selectAll<SVGLineElement, Ray>("line")
    .data(rays, ({ key }) => key)
    .join("line")
    .attr("x1", ({ from }) => from.x)
    .attr("y1", ({ from }) => from.y)
    .attr("x2", ({ to: end }) => end.x)
    .attr("y2", ({ to: end }) => end.y)
  to.selectAll<SVGTextElement, Ray>("text")
    .data(
      rays.filter(({ text }) => text !== ""),
      ({ key }) => key,
    )
    .join("text")
    .attr("x", ({ from, to: end }) => from.x + (end.x - from.x) * 0.55)
    .attr("y", ({ from, to: end }) => from.y + (end.y - from.y) * 0.55 - 4)
    .text(({ text }) => text)
}

/** The same shapes as in the chain. */
const shapes = {
  attested: "M-4,0A4,4 0 1 1 4,0A4,4 0 1 1 -4,0",
  lost: "M-4.5,-4.5L4.5,4.5M4.5,-4.5L-4.5,4.5",
  unattested: "M-4.5,0L0,-4.5L4.5,0L0,4.5Z",
}

const drawPlaces = (to: Layer, places: ReadonlyArray<Place>): void => {
  const entry = places.find(({ isSelected }) => isSelected)?.id ?? places[0]?.id
  const place = to
    .selectAll<SVGGElement, Place>("g.place")
    .data(places, ({ id }) => id)
    .join((enter) => {
      const made = enter.append("g").attr("role", "button").attr("data-kind", "station")
      made.append("circle").attr("r", 10)
      made.append("path")
      made.append("text").attr("class", "id").attr("x", 9).attr("dy", "0.34em")
      made.append("text").attr("class", "differs").attr("x", -8).attr("dy", "0.34em")
      return made
    })
    .attr("class", ({ isDim, isLit, isSelected, station }) =>
      ["place", station.trust, isDim && "dim", isLit && "lit", isSelected && "selected"]
        .filter((name) => name !== false)
        .join(" "),
    )
    .attr("data-id", ({ id }) => id)
    .attr("tabindex", ({ id }) => (id === entry ? 0 : -1))
    .attr("aria-label", placeLabel)
    .attr("transform", ({ x, y }) => `translate(${x},${y})`)
  place.select("path").attr("d", ({ station }) => shapes[station.trust])
  place.select("text.id").text(({ label }) => label)
  place
    .select("text.differs")
    .attr("class", ({ difference }) => `differs ${difference ?? ""}`)
    .text(({ difference }) => (difference === undefined ? "" : signs[difference]))
}

const placeLabel = ({ devices, difference, id, reach, station }: Place): string => {
  const trust =
    station.trust === "lost"
      ? "trust lost"
      : station.trust === "attested"
        ? "attested"
        : "not attested"
  const name = station.name === undefined ? "" : `, ${station.name}`
  const hears = devices === 0 ? "" : `, usually hears ${plural(devices, "device")}`
  return `station ${id}${name}, ${trust}, ${plural(station.rate, "reception")} a minute${hears}${reach > 0 ? ", reach drawn" : ""}${difference === undefined ? "" : `, ${difference} since the pinned instant`}`
}
