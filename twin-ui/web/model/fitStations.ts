/** Stations as rows, or as cells by city with rows for those in trouble. */
import type { StationView } from "../../../projections/chain/ChainView.ts"
import type { Filter } from "./Filter.ts"
import { plural } from "./format.ts"
import type { Column, Heading, Room, StationMark } from "./Layout.ts"

const rowMost = 24
const rowLeast = 14
const troubledRow = 19
const headHeight = 18
const gapLeast = 10
const gapMost = 44
const cellMost = 20
const cellLeast = 9

export interface Fitted {
  readonly marks: ReadonlyArray<StationMark>
  readonly headings: ReadonlyArray<Heading>
  /** What had to be left out, in words; "" for nothing. */
  readonly more: string
}

type IsSelected = (id: string) => boolean

export const fitStations = (
  stations: ReadonlyArray<StationView>,
  column: Column,
  room: Room,
  filter: Filter,
  isSelected: IsSelected,
): Fitted => {
  const make = (
    station: StationView,
    at: Pick<StationMark, "x" | "y" | "isRow" | "height">,
  ): StationMark => ({
    ...at,
    id: station.id,
    station,
    in: { x: at.isRow ? column.x - 4 : column.x - 8, y: at.y },
    out: { x: column.x + column.width + 4, y: at.y },
    isDim: filter.isOn && !filter.station(station),
    isSelected: isSelected(station.id),
  })
  return stations.length * rowLeast <= room.height
    ? rows(stations, column, room, make)
    : cells(stations, column, room, make, isSelected)
}

type Make = (
  station: StationView,
  at: Pick<StationMark, "x" | "y" | "isRow" | "height">,
) => StationMark

const rows = (
  stations: ReadonlyArray<StationView>,
  column: Column,
  room: Room,
  make: Make,
): Fitted => {
  const pitch = Math.min(rowMost, room.height / Math.max(1, stations.length))
  const marks = stations.map((station, index) =>
    make(station, {
      x: column.x,
      y: room.top + (index + 0.5) * pitch,
      isRow: true,
      height: Math.min(20, pitch - 1.5),
    }),
  )
  return { marks, headings: [], more: "" }
}

/** Whether it needs a row of its own where the others are cells. */
const isLoud = (station: StationView, isSelected: IsSelected): boolean =>
  station.trust === "lost" || isSelected(station.id)

const cells = (
  stations: ReadonlyArray<StationView>,
  column: Column,
  room: Room,
  make: Make,
  isSelected: IsSelected,
): Fitted => {
  const cities = new Map<string, Array<StationView>>()
  for (const station of stations) {
    const city = station.city ?? ""
    const own = cities.get(city)
    if (own === undefined) cities.set(city, [station])
    else own.push(station)
  }
  const blocks = [...cities].map(([city, all]) => ({
    city,
    loud: all.filter((station) => isLoud(station, isSelected)),
    all,
  }))
  const loudRows = blocks.reduce((sum, { loud }) => sum + loud.length, 0)
  const fixed = blocks.length * (headHeight + gapLeast) + loudRows * troubledRow
  const pitch = pitchFor(
    blocks.map(({ all }) => all.length),
    column.width,
    room.height - fixed,
  )
  const across = Math.max(1, Math.floor(column.width / pitch))
  const cellRows = blocks.reduce((sum, { all }) => sum + Math.ceil(all.length / across), 0)
  const spare = (room.height - fixed - cellRows * pitch) / blocks.length
  const gap = gapLeast + Math.max(0, Math.min(gapMost - gapLeast, spare))
  const marks: Array<StationMark> = []
  const headings: Array<Heading> = []
  let y = room.top
  let left = 0
  for (const { city, loud, all } of blocks) {
    if (y + headHeight > room.top + room.height) {
      left += all.length
      continue
    }
    const attested = all.filter(({ trust }) => trust === "attested").length
    headings.push({
      key: city,
      x: column.x,
      y: y + 11,
      text: city === "" ? "no city" : city,
      count: attested === all.length ? `${all.length}` : `${attested} of ${all.length}`,
    })
    y += headHeight
    for (const station of loud) {
      marks.push(
        make(station, {
          x: column.x,
          y: y + troubledRow / 2,
          isRow: true,
          height: troubledRow - 2,
        }),
      )
      y += troubledRow
    }
    for (const [index, station] of all.entries()) {
      // One that has its own row leaves its cell empty: the others keep their places.
      if (isLoud(station, isSelected)) continue
      const at = {
        x: column.x + ((index % across) + 0.5) * pitch,
        y: y + (Math.floor(index / across) + 0.5) * pitch,
      }
      if (at.y > room.top + room.height) left++
      else marks.push(make(station, { ...at, isRow: false, height: pitch }))
    }
    y += Math.ceil(all.length / across) * pitch + gap
  }
  return { marks, headings, more: left === 0 ? "" : `${plural(left, "station")} more · ` }
}

const pitchFor = (sizes: ReadonlyArray<number>, width: number, height: number): number => {
  for (let pitch = cellMost; pitch > cellLeast; pitch -= 0.5) {
    const across = Math.floor(width / pitch)
    if (sizes.reduce((sum, size) => sum + Math.ceil(size / across), 0) * pitch <= height)
      return pitch
  }
  return cellLeast
}
