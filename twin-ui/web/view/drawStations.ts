/** Stations: rows with a name, a rate and its last minutes; cells that only show their trust. */
import { line } from "d3"
import { fit, plural, short } from "../model/format.ts"
import type { Layout, StationMark } from "../model/Layout.ts"
import { altered } from "./altered.ts"
import { classes } from "./classes.ts"
import type { Layer } from "./layer.ts"
import { trustPath } from "./trustPath.ts"

const sparkWidth = 34
/** In narrower rows a station's name comes before its curve. */
const rowWithSpark = 140

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

export const drawStations = (
  to: Layer,
  marks: ReadonlyArray<StationMark>,
  layout: Layout,
): void => {
  const { width } = layout.columns.stations
  const sparkRoom = width < rowWithSpark ? 0 : sparkWidth
  const first = marks.find(({ isSelected }) => isSelected)?.id ?? marks[0]?.id
  const all = to
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
  const station = altered(all, (mark) => stationFace(mark, width, first))
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
    .text(({ isRow, id }) => (isRow ? fit(id, Math.floor((width - 21 - 34 - sparkRoom) / 6)) : ""))
  station
    .select("text.rate")
    .attr("x", width - sparkRoom - 11)
    .attr("dy", "0.34em")
    .text(({ isRow, station: own }) => (isRow ? short(own.rate) : ""))
  station
    .select("path.spark")
    .attr("transform", `translate(${width - sparkWidth - 5},0)`)
    .attr("d", ({ isRow, station: own, height }) =>
      isRow && sparkRoom > 0 ? sparkPath(own.spark, Math.min(10, height - 5)) : "",
    )
}
