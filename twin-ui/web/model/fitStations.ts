/** Stations by site: as rows, or as cells with rows for those in trouble. What is closed keeps its heading. */
import type { StationView } from "../../../projections/chain/ChainView.ts"
import { plural } from "./format.ts"
import type { Wanted } from "./fitDevices.ts"
import type { Column, Heading, Point, Room, StationMark } from "./Layout.ts"

const rowMost = 24
const rowLeast = 14
const troubledRow = 19
const headHeight = 18
const gapLeast = 8
const gapMost = 44
const cellMost = 20
const cellLeast = 9

export interface Fitted {
  readonly marks: ReadonlyArray<StationMark>
  readonly headings: ReadonlyArray<Heading>
  /** Where what a closed site hears arrives, by station. */
  readonly anchors: ReadonlyMap<string, { readonly key: string; readonly in: Point }>
  /** What had to be left out, in words; "" for nothing. */
  readonly more: string
}

/** How a site that is closed is named in the address. */
const keyOf = (city: string): string => `at:${city}`

interface Block {
  readonly city: string
  readonly all: ReadonlyArray<StationView>
  /** In the order of the view; none of a closed site. */
  readonly shown: ReadonlyArray<StationView>
  /** Those that need a row where the others are cells. */
  readonly loud: ReadonlyArray<StationView>
  readonly isClosed: boolean
}

export const fitStations = (
  stations: ReadonlyArray<StationView>,
  column: Column,
  room: Room,
  wanted: Wanted,
): Fitted => {
  const blocks = blocksOf(stations, wanted)
  const head = blocks.length === 1 && blocks[0].city === "" ? 0 : headHeight
  const sized = sizes(blocks, column, { ...room, head })
  const marks: Array<StationMark> = []
  const headings: Array<Heading> = []
  const anchors = new Map<string, { readonly key: string; readonly in: Point }>()
  let y = room.top
  let left = 0
  const end = room.top + room.height
  for (const block of blocks) {
    if (y + head > end) {
      left += block.all.length
      continue
    }
    if (head > 0) headings.push(headingOf(block, column, y))
    if (block.isClosed)
      for (const { id } of block.all)
        anchors.set(id, { key: keyOf(block.city), in: { x: column.x - 8, y: y + 7 } })
    y += head
    const placed = sized.isRows
      ? rows(block, column, y, sized.pitch, wanted)
      : cells(block, column, y, sized.pitch, wanted)
    for (const mark of placed.marks)
      if (mark.y > end) left++
      else marks.push(mark)
    y += placed.height + sized.gap
  }
  return { marks, headings, anchors, more: left === 0 ? "" : `${plural(left, "station")} more · ` }
}

const blocksOf = (
  stations: ReadonlyArray<StationView>,
  { closed, filter, isSelected }: Wanted,
): ReadonlyArray<Block> => {
  const cities = new Map<string, Array<StationView>>()
  for (const station of stations) {
    const city = station.city ?? ""
    const own = cities.get(city)
    if (own === undefined) cities.set(city, [station])
    else own.push(station)
  }
  return [...cities].map(([city, all]) => {
    const isClosed = closed.includes(keyOf(city))
    const seen = filter.hides
      ? all.filter((station) => filter.station(station) || isSelected(station.id))
      : all
    const shown = isClosed ? [] : seen
    const loud = shown.filter(({ id, trust }) => trust === "lost" || isSelected(id))
    return { city, all, shown, loud, isClosed }
  })
}

const headingOf = ({ all, city, isClosed, shown }: Block, column: Column, y: number): Heading => {
  const attested = all.filter(({ trust }) => trust === "attested").length
  const lost = all.filter(({ trust }) => trust === "lost").length
  const hidden = isClosed ? 0 : all.length - shown.length
  const well = attested === all.length ? `${all.length}` : `${attested} of ${all.length}`
  return {
    key: keyOf(city),
    x: column.x,
    y: y + 11,
    isClosed,
    isTroubled: lost > 0,
    text: city === "" ? "no site" : city,
    count: `${lost > 0 ? `× ${lost} ` : ""}${hidden > 0 ? `${lost > 0 ? "· " : ""}${hidden} well` : lost > 0 ? `of ${all.length}` : well}`,
  }
}

interface Sized {
  readonly isRows: boolean
  readonly pitch: number
  readonly gap: number
}

const sizes = (
  blocks: ReadonlyArray<Block>,
  column: Column,
  room: Room & { readonly head: number },
): Sized => {
  const heads = blocks.length * (room.head + gapLeast)
  const many = blocks.reduce((sum, { shown }) => sum + shown.length, 0)
  const spareFor = (used: number): number =>
    Math.max(0, Math.min(gapMost - gapLeast, (room.height - heads - used) / blocks.length))
  if (many * rowLeast + heads <= room.height) {
    const pitch = Math.min(rowMost, (room.height - heads) / Math.max(1, many))
    return { isRows: true, pitch, gap: gapLeast + Math.min(12, spareFor(many * pitch)) }
  }
  const loudRows = blocks.reduce((sum, { loud }) => sum + loud.length, 0) * troubledRow
  const counts = blocks.map(({ shown }) => shown.length)
  const pitch = pitchFor(counts, column.width, room.height - heads - loudRows)
  const used = loudRows + cellRowsOf(counts, column.width, pitch) * pitch
  return { isRows: false, pitch, gap: gapLeast + spareFor(used) }
}

interface Placed {
  readonly marks: ReadonlyArray<StationMark>
  readonly height: number
}

const make = (
  station: StationView,
  column: Column,
  { filter, isSelected }: Wanted,
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

const rows = (
  { shown }: Block,
  column: Column,
  top: number,
  pitch: number,
  wanted: Wanted,
): Placed => ({
  height: shown.length * pitch,
  marks: shown.map((station, index) =>
    make(station, column, wanted, {
      x: column.x,
      y: top + (index + 0.5) * pitch,
      isRow: true,
      height: Math.min(20, pitch - 1.5),
    }),
  ),
})

const cells = (
  { loud, shown }: Block,
  column: Column,
  top: number,
  pitch: number,
  wanted: Wanted,
): Placed => {
  const across = Math.max(1, Math.floor(column.width / pitch))
  const loudHeight = loud.length * troubledRow
  const inRows = loud.map((station, index) =>
    make(station, column, wanted, {
      x: column.x,
      y: top + (index + 0.5) * troubledRow,
      isRow: true,
      height: troubledRow - 2,
    }),
  )
  const marks = shown.flatMap((station, index) =>
    // One that has its own row leaves its cell empty: the others keep their places.
    loud.includes(station)
      ? []
      : [
          make(station, column, wanted, {
            x: column.x + ((index % across) + 0.5) * pitch,
            y: top + loudHeight + (Math.floor(index / across) + 0.5) * pitch,
            isRow: false,
            height: pitch,
          }),
        ],
  )
  return {
    marks: [...inRows, ...marks],
    height: loudHeight + Math.ceil(shown.length / across) * pitch,
  }
}

const cellRowsOf = (counts: ReadonlyArray<number>, width: number, pitch: number): number => {
  const across = Math.max(1, Math.floor(width / pitch))
  return counts.reduce((sum, count) => sum + Math.ceil(count / across), 0)
}

const pitchFor = (counts: ReadonlyArray<number>, width: number, height: number): number => {
  for (let pitch = cellMost; pitch > cellLeast; pitch -= 0.5)
    if (cellRowsOf(counts, width, pitch) * pitch <= height) return pitch
  return cellLeast
}
