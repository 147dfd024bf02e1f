/** Draws the marks of an answer's picture: idempotent, without state. */
import { line, select, type Selection } from "d3"
import { type Bar, type Dot, type Line, margin, type Marks, type Tick } from "./Marks.ts"

type Svg = Selection<SVGSVGElement, unknown, null, undefined>

export const drawMarks = (svg: SVGSVGElement, marks: Marks, width: number): void => {
  const root: Svg = select(svg)
  root
    .attr("viewBox", `0 0 ${width} ${marks.height}`)
    .attr("width", width)
    .attr("height", marks.height)
    .attr("role", "img")
    .attr("aria-label", marks.caption)
  bars(root, marks.kind === "bars" ? marks.bars : [])
  lines(root, marks.kind === "lines" ? marks.lines : [], width)
  ticks(root, "xs", marks.kind === "lines" ? marks.xs : [], marks.height, width)
  ticks(root, "ys", marks.kind === "lines" ? marks.ys : [], marks.height, width)
  dots(root, marks.kind === "map" ? marks.dots : [])
}

const bars = (root: Svg, all: ReadonlyArray<Bar>): void => {
  root
    .selectAll<SVGRectElement, Bar>("rect.beam")
    .data(all)
    .join("rect")
    .attr("class", "beam")
    .attr("x", ({ x }) => x)
    .attr("y", ({ y }) => y)
    .attr("width", ({ width }) => width)
    .attr("height", ({ height }) => height)
  root
    .selectAll<SVGTextElement, Bar>("text.label")
    .data(all)
    .join("text")
    .attr("class", "label")
    .attr("x", margin.left - 8)
    .attr("y", ({ height, y }) => y + height - 3)
    .attr("text-anchor", "end")
    .text(({ label }) => (label.length > 19 ? `${label.slice(0, 18)}…` : label))
  root
    .selectAll<SVGTextElement, Bar>("text.value")
    .data(all)
    .join("text")
    .attr("class", "value")
    .attr("x", ({ width, x }) => x + width + 6)
    .attr("y", ({ height, y }) => y + height - 3)
    .text(({ text }) => text)
}

const path = line()

const lines = (root: Svg, all: ReadonlyArray<Line>, width: number): void => {
  root
    .selectAll<SVGPathElement, Line>("path.line")
    .data(all)
    .join("path")
    .attr("class", (_, i) => `line series-${i}`)
    .attr("d", ({ points }) => path(points.map(([x, y]): [number, number] => [x, y])))
  // A series of one point has no line.
  root
    .selectAll<SVGCircleElement, Line>("circle.point")
    .data(all.filter(({ points }) => points.length === 1))
    .join("circle")
    .attr("class", (each) => `point series-${all.indexOf(each)}`)
    .attr("r", 3)
    .attr("cx", ({ points }) => points[0][0])
    .attr("cy", ({ points }) => points[0][1])
  root
    .selectAll<SVGTextElement, Line>("text.series")
    .data(all)
    .join("text")
    .attr("class", (_, i) => `series series-${i}`)
    .attr("x", width - margin.right + 8)
    .attr("y", ({ labelY }) => labelY + 4)
    .text(({ label }) => (label.length > 13 ? `${label.slice(0, 12)}…` : label))
}

const ticks = (
  root: Svg,
  axis: "xs" | "ys",
  all: ReadonlyArray<Tick>,
  height: number,
  width: number,
): void => {
  root
    .selectAll<SVGLineElement, Tick>(`line.${axis}`)
    .data(all)
    .join("line")
    .lower()
    .attr("class", `tick ${axis}`)
    .attr("x1", ({ at }) => (axis === "xs" ? at : 60))
    .attr("x2", ({ at }) => (axis === "xs" ? at : width - margin.right))
    .attr("y1", ({ at }) => (axis === "xs" ? margin.top : at))
    .attr("y2", ({ at }) => (axis === "xs" ? height - margin.bottom : at))
  root
    .selectAll<SVGTextElement, Tick>(`text.${axis}`)
    .data(all)
    .join("text")
    .attr("class", `tick ${axis}`)
    .attr("x", ({ at }) => (axis === "xs" ? at : 52))
    .attr("y", ({ at }) => (axis === "xs" ? height - 8 : at + 4))
    .attr("text-anchor", axis === "xs" ? "middle" : "end")
    .text(({ text }) => text)
}

const dots = (root: Svg, all: ReadonlyArray<Dot>): void => {
  root
    .selectAll<SVGCircleElement, Dot>("circle.dot")
    .data(all)
    .join((enter) => {
      const made = enter.append("circle")
      made.append("title")
      return made
    })
    .attr("class", "dot")
    .attr("cx", ({ x }) => x)
    .attr("cy", ({ y }) => y)
    .attr("r", ({ r }) => r)
    .attr("fill-opacity", ({ shade }) => 0.2 + 0.7 * shade)
    .select("title")
    .text(({ text }) => text)
}
