/** An answer to the marks of its picture: pure, in pixels. What does not fit is counted and said. */
import { extent, group, max, scaleLinear, scaleSqrt, scaleUtc, utcFormat } from "d3"
import type { Chart } from "../../api/Questions.ts"
import type { Column } from "./chartFor.ts"

export interface Size {
  readonly width: number
  readonly height: number
}

export interface Tick {
  readonly at: number
  readonly text: string
}

export interface Bar {
  readonly label: string
  readonly text: string
  readonly y: number
  readonly x: number
  readonly width: number
  readonly height: number
}

export interface Line {
  readonly label: string
  readonly points: ReadonlyArray<readonly [x: number, y: number]>
  readonly labelY: number
}

export interface Dot {
  readonly x: number
  readonly y: number
  readonly r: number
  /** 0..1. */
  readonly shade: number
  readonly text: string
}

export type Marks = {
  /** What is drawn, for who cannot see it. */
  readonly caption: string
} & (
  | { readonly kind: "bars"; readonly bars: ReadonlyArray<Bar>; readonly height: number }
  | {
      readonly kind: "lines"
      readonly lines: ReadonlyArray<Line>
      readonly xs: ReadonlyArray<Tick>
      readonly ys: ReadonlyArray<Tick>
      readonly height: number
    }
  | { readonly kind: "map"; readonly dots: ReadonlyArray<Dot>; readonly height: number }
)

/** Bars and lines of one picture. */
export const barsMax = 24
export const seriesMax = 8
export const dotsMax = 2_000

export const margin = { left: 132, right: 96, top: 10, bottom: 24 }
const barHeight = 20

type Cell = unknown
type Rows = ReadonlyArray<ReadonlyArray<Cell>>

/** Undefined where nothing of the answer can be drawn so. */
export const marksOf = (
  chart: Chart,
  columns: ReadonlyArray<Column>,
  rows: Rows,
  size: Size,
): Marks | undefined => {
  const at = (name: string) => columns.findIndex((column) => column.name === name)
  switch (chart.kind) {
    case "bars":
      return bars(rows, at(chart.x), at(chart.y), chart, size)
    case "lines":
      return lines(rows, at(chart.x), at(chart.y), at(chart.series ?? ""), chart, size)
    case "map":
      return map(
        rows,
        { lat: at("lat"), lng: at("lng"), size: at(chart.size), shade: at(chart.shade) },
        chart,
        size,
      )
  }
}

const number = (cell: Cell): number | undefined =>
  typeof cell === "number" && Number.isFinite(cell) ? cell : undefined

const textOf = (cell: Cell): string =>
  cell === null || cell === undefined
    ? "(none)"
    : typeof cell === "string"
      ? cell
      : JSON.stringify(cell)

const figure = (value: number): string =>
  value.toLocaleString("en-GB", { maximumFractionDigits: 4 })

const more = (left: number, what: string): string =>
  left > 0 ? `; ${left} more ${what} are in the table` : ""

const bars = (
  rows: Rows,
  x: number,
  y: number,
  chart: Extract<Chart, { kind: "bars" }>,
  { width }: Size,
): Marks | undefined => {
  const drawn = rows.flatMap((row) => {
    const value = number(row[y])
    return value === undefined ? [] : [{ label: textOf(row[x]), value }]
  })
  if (x < 0 || drawn.length === 0) return undefined
  const shown = drawn.slice(0, barsMax)
  const [low = 0, high = 0] = extent(shown, ({ value }) => value)
  const scale = scaleLinear(
    [Math.min(0, low), Math.max(0, high)],
    [margin.left, width - margin.right],
  )
  return {
    kind: "bars",
    caption: `${chart.y} by ${chart.x}${more(drawn.length - shown.length, "bars")}`,
    height: shown.length * barHeight + margin.top,
    bars: shown.map(({ label, value }, i) => {
      const from = Math.min(scale(0), scale(value))
      return {
        label,
        text: figure(value),
        x: from,
        y: margin.top + i * barHeight,
        width: Math.max(1, Math.abs(scale(value) - scale(0))),
        height: barHeight - 6,
      }
    }),
  }
}

const lines = (
  rows: Rows,
  x: number,
  y: number,
  series: number,
  chart: Extract<Chart, { kind: "lines" }>,
  { height, width }: Size,
): Marks | undefined => {
  const points = rows.flatMap((row) => {
    const ms = Date.parse(textOf(row[x]))
    const value = number(row[y])
    const name = series < 0 ? chart.y : textOf(row[series])
    return Number.isNaN(ms) || value === undefined ? [] : [{ ms, value, name }]
  })
  if (points.length === 0) return undefined
  const all = [...group(points, ({ name }) => name)].toSorted(
    ([a, own], [b, other]) => other.length - own.length || (a < b ? -1 : 1),
  )
  const shown = all.slice(0, seriesMax)
  const drawn = shown.flatMap(([, own]) => own)
  const [from = 0, to = 1] = extent(drawn, ({ ms }) => ms)
  const xScale = scaleUtc([from, to === from ? from + 1 : to], [60, width - margin.right])
  const [low = 0, high = 1] = extent(drawn, ({ value }) => value)
  const yScale = scaleLinear(
    [Math.min(0, low), high === low ? low + 1 : high],
    [height - margin.bottom, margin.top],
  ).nice()
  const timeText = utcFormat(to - from < 2 * dayMs ? "%H:%M" : "%-d %b")
  const ends = shown.map(([, own]) => yScale(own[own.length - 1].value))
  const labelled = apart(ends, 14)
  return {
    kind: "lines",
    height,
    caption: `${chart.y} over ${chart.x}${series < 0 ? "" : `, a line for each ${chart.series}`}${more(all.length - shown.length, "lines")}`,
    lines: shown.map(([label, own], i) => ({
      label,
      points: own
        .toSorted((a, b) => a.ms - b.ms)
        .map((point) => [xScale(point.ms), yScale(point.value)] as const),
      labelY: labelled[i],
    })),
    xs: xScale.ticks(6).map((at) => ({ at: xScale(at), text: timeText(at) })),
    ys: yScale.ticks(5).map((at) => ({ at: yScale(at), text: figure(at) })),
  }
}

/** Heights moved down so far that none stands closer to another. */
const apart = (heights: ReadonlyArray<number>, least: number): ReadonlyArray<number> => {
  const order = heights.map((y, i) => [y, i] as const).toSorted(([a], [b]) => a - b)
  const moved = [...heights]
  let last = -Infinity
  for (const [y, i] of order) {
    last = Math.max(y, last + least)
    moved[i] = last
  }
  return moved
}

const map = (
  rows: Rows,
  at: { readonly lat: number; readonly lng: number; readonly size: number; readonly shade: number },
  chart: Extract<Chart, { kind: "map" }>,
  { height, width }: Size,
): Marks | undefined => {
  const places = rows.flatMap((row) => {
    const lat = number(row[at.lat])
    const lng = number(row[at.lng])
    const value = number(row[at.size]) ?? 0
    return lat === undefined || lng === undefined
      ? []
      : [{ lat, lng, value, shade: number(row[at.shade]) ?? 0 }]
  })
  const shown = places.slice(0, dotsMax)
  if (shown.length === 0) return undefined
  const [south = 0, north = 0] = extent(shown, ({ lat }) => lat)
  const [west = 0, east = 0] = extent(shown, ({ lng }) => lng)
  // Degrees of longitude are narrower by the cosine of the latitude.
  const narrow = Math.max(0.05, Math.cos((((south + north) / 2) * Math.PI) / 180))
  const pixels = Math.min(
    (width - 2 * edge) / Math.max(1e-3, (east - west) * narrow),
    (height - 2 * edge) / Math.max(1e-3, north - south),
  )
  const radius = scaleSqrt([0, max(shown, ({ value }) => value) ?? 1], [2, 16])
  const shade = scaleLinear([0, max(shown, (place) => place.shade) || 1], [0, 1])
  return {
    kind: "map",
    height,
    caption: `places by ${chart.size} (size) and ${chart.shade} (brightness), ${south.toFixed(2)}..${north.toFixed(2)} N, ${west.toFixed(2)}..${east.toFixed(2)} E${more(places.length - shown.length, "places")}`,
    dots: shown.map((place) => ({
      x: width / 2 + (place.lng - (west + east) / 2) * narrow * pixels,
      y: height / 2 - (place.lat - (south + north) / 2) * pixels,
      r: radius(place.value),
      shade: shade(place.shade),
      text: `${place.lat}, ${place.lng}: ${chart.size} ${figure(place.value)}, ${chart.shade} ${figure(place.shade)}`,
    })),
  }
}

const edge = 24
const dayMs = 86_400_000
