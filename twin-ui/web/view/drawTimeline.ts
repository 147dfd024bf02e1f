/** The time line: bars, ticks, incidents and the playhead, as keyed joins over `TimelineMarks`. */
import { duration, minute, plural } from "../model/format.ts"
import {
  inset,
  laneTop,
  laneY,
  type BarMark,
  type IncidentMark,
  type Tick,
  type TimelineMarks,
} from "../model/TimelineMarks.ts"
import { layer, type Layer, type Root } from "./layer.ts"
import { words } from "./words.ts"

export interface Under {
  /** Where a drag is, before the picture of that instant is here. */
  readonly ghost: number | undefined
  /** What is being brushed. */
  readonly brush: readonly [from: number, to: number] | undefined
}

export const drawTimeline = (root: Root, marks: TimelineMarks, { brush, ghost }: Under): void => {
  root.attr("viewBox", `0 0 ${marks.size.width} ${marks.size.height}`)
  // What moves along it is a slider; incidents lie beside it, not in it.
  layer(root, "slider")
    .selectAll<SVGRectElement, TimelineMarks>("rect")
    .data([marks])
    .join((enter) =>
      enter
        .append("rect")
        .attr("role", "slider")
        .attr("tabindex", 0)
        .attr("aria-label", "Instant shown"),
    )
    .attr("x", inset - 4)
    .attr("width", Math.max(0, marks.size.width - 2 * inset + 8))
    .attr("y", 1)
    .attr("height", laneTop(marks.size) + 4)
    .attr("rx", 3)
  const ground = layer(root, "ground")
  ground
    .selectAll<SVGLineElement, number>("line")
    .data([marks.baseline])
    .join("line")
    .attr("x1", inset)
    .attr("x2", marks.size.width - inset)
    .attr("y1", marks.baseline)
    .attr("y2", marks.baseline)
  drawBars(layer(root, "bars"), marks)
  drawTicks(layer(root, "ticks"), marks)
  drawIncidents(layer(root, "incidents"), marks)
  drawPlayhead(layer(root, "playhead"), marks, ghost ?? marks.playhead)
  layer(root, "brush")
    .selectAll<SVGRectElement, readonly [number, number]>("rect")
    .data(brush === undefined ? [] : [brush])
    .join("rect")
    .attr("x", ([from]) => from)
    .attr("width", ([from, to]) => Math.max(1, to - from))
    .attr("y", 0)
    .attr("height", laneTop(marks.size))
}

const drawBars = (to: Layer, marks: TimelineMarks): void => {
  const y = marks.baseline
  const parts = [
    ["accepted", (bar: BarMark) => y - bar.up, (bar: BarMark) => bar.up],
    ["reported", (bar: BarMark) => y - bar.up - bar.reported, (bar: BarMark) => bar.reported],
    ["refused", () => y + 1, (bar: BarMark) => bar.down],
  ] as const
  for (const [name, top, height] of parts)
    to.selectAll<SVGRectElement, BarMark>(`rect.${name}`)
      .data(
        marks.bars.filter((bar) => height(bar) > 0),
        ({ key }) => key,
      )
      .join("rect")
      .attr("class", ({ isAfter }) => (isAfter ? `${name} after` : name))
      .attr("x", ({ x }) => x)
      .attr("width", ({ width }) => width)
      .attr("y", top)
      .attr("height", height)
}

const drawTicks = (to: Layer, marks: TimelineMarks): void => {
  to.selectAll<SVGTextElement, Tick>("text")
    .data(marks.ticks, ({ key }) => key)
    .join("text")
    .attr("x", ({ x }) => x)
    .attr("y", laneTop(marks.size) + 1)
    .call(words, ({ text }: Tick) => text)
  to.selectAll<SVGLineElement, Tick>("line")
    .data(marks.ticks, ({ key }) => key)
    .join("line")
    .attr("x1", ({ x }) => x)
    .attr("x2", ({ x }) => x)
    .attr("y1", marks.baseline)
    .attr("y2", marks.baseline + 4)
}

const drawIncidents = (to: Layer, marks: TimelineMarks): void => {
  const incident = to
    .selectAll<SVGGElement, IncidentMark>("g")
    .data(marks.incidents, ({ key }) => key)
    .join((enter) => {
      const made = enter.append("g").attr("role", "button")
      made.append("rect").attr("class", "hit")
      made.append("rect").attr("class", "extent")
      made.append("text")
      made.append("title")
      return made
    })
    .attr("class", ({ incident: own, isAfter }) => `incident ${own.tone}${isAfter ? " after" : ""}`)
    .attr("data-incident", ({ key }) => key)
    .attr("tabindex", (_, index) => (index === 0 ? 0 : -1))
    .attr("aria-label", (mark) => titleOf(mark))
    .attr("transform", ({ lane }) => `translate(0,${laneY(marks.size, lane)})`)
  incident
    .select("rect.hit")
    .attr("x", ({ x, labelX }) => Math.min(x, labelX) - 2)
    .attr(
      "width",
      ({ x, width, labelX, label }) =>
        Math.max(x + width, labelX + label.length * 6.4) - Math.min(x, labelX) + 4,
    )
    .attr("y", -4)
    .attr("height", 18)
  incident
    .select("rect.extent")
    .attr("x", ({ x }) => x)
    .attr("width", ({ width }) => width)
    .attr("y", 0)
    .attr("height", 3)
    .attr("rx", 1.5)
  incident
    .select("text")
    .attr("x", ({ labelX }) => labelX)
    .attr("y", 13)
  words(incident.select("text"), ({ label }) => label)
  words(incident.select("title"), titleOf)
}

const titleOf = ({ incident }: IncidentMark): string => {
  const lasted =
    incident.end === undefined
      ? "still going on"
      : `lasted ${duration(incident.end.ms - incident.start.ms)}`
  return `${incident.label}, from ${minute(incident.start.ms)}, ${lasted}${incident.count > 1 ? `, ${plural(incident.count, "event")}` : ""}`
}

const drawPlayhead = (to: Layer, marks: TimelineMarks, x: number | undefined): void => {
  const head = to
    .selectAll<SVGGElement, number>("g")
    .data(x === undefined ? [] : [x])
    .join((enter) => {
      const made = enter.append("g").attr("class", "head")
      made.append("line")
      made.append("path")
      return made
    })
    .attr("transform", (at) => `translate(${at},0)`)
  head
    .select("line")
    .attr("y1", 0)
    .attr("y2", laneTop(marks.size) - 11)
  head.select("path").attr("d", "M-6,0L6,0L6,3L0,9L-6,3Z")
}
