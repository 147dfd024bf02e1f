/**
 * Where everything stands: from a view and a size to marks. Pure; the same view in the same size gives the
 * same marks, and a thing keeps its place while others change.
 *
 * Devices are dots in a grid for each group; when the space is short the grid gets finer, down to
 * `pitchMin`, and then the healthiest are left out and counted. Stations are rows below their site (city); when those
 * do not fit they become cells, and only those in trouble keep a row. What is closed keeps its heading.
 */
import type {
  ChainView,
  CustomerView,
  DataCentreView,
  DeviceView,
  GroupView,
  StationView,
  Verdict,
} from "../../../projections/chain/ChainView.ts"
import type { Selection } from "../data/Address.ts"
import type { Filter } from "./Filter.ts"
import { fitCustomers, type Fitted as FittedCustomers } from "./fitCustomers.ts"
import { fitDevices } from "./fitDevices.ts"
import { fitStations, type Fitted } from "./fitStations.ts"

export interface Size {
  readonly width: number
  readonly height: number
}

export interface Column {
  readonly x: number
  readonly width: number
}

export interface Point {
  readonly x: number
  readonly y: number
}

export interface Dot extends Point {
  readonly id: string
  readonly group: string
  readonly verdict: Verdict
  readonly r: number
  /** 0..1: how lately it was heard. */
  readonly warmth: number
  readonly isDim: boolean
  readonly isSelected: boolean
  readonly device: DeviceView
}

export interface GroupMark {
  readonly key: string
  readonly group: GroupView
  readonly y: number
  readonly height: number
  /** Devices in a row of its grid. */
  readonly across: number
  /** Where its edges begin. */
  readonly out: Point
  readonly isClosed: boolean
  readonly more: string
  readonly dots: ReadonlyArray<Dot>
}

export interface StationMark extends Point {
  readonly id: string
  readonly station: StationView
  /** A row says its name; a cell only shows its ring. */
  readonly isRow: boolean
  readonly height: number
  readonly in: Point
  readonly out: Point
  readonly isDim: boolean
  readonly isSelected: boolean
}

/** Of the stations of a site, or of customers that fare alike. */
export interface Heading extends Point {
  /** As it stands in the address when it is closed. */
  readonly key: string
  readonly isClosed: boolean
  readonly isTroubled: boolean
  readonly text: string
  readonly count: string
}

export interface CentreMark extends Point {
  readonly id: string
  readonly centre: DataCentreView
  readonly width: number
  readonly height: number
  readonly isSelected: boolean
}

export interface CustomerMark extends Point {
  readonly id: string
  readonly customer: CustomerView
  /** A row is one line: its ledger is a thin bar. */
  readonly isRow: boolean
  readonly width: number
  readonly height: number
  readonly isDim: boolean
  readonly isSelected: boolean
}

export interface EdgeMark {
  readonly key: string
  readonly from: Point
  readonly to: Point
  readonly width: number
  readonly tone: "ok" | "suspicious" | "refused"
  readonly isDim: boolean
  readonly isLit: boolean
}

export interface Layout {
  readonly size: Size
  readonly columns: {
    readonly devices: Column
    readonly stations: Column
    readonly core: Column
    readonly customers: Column
  }
  readonly groups: ReadonlyArray<GroupMark>
  readonly stations: ReadonlyArray<StationMark>
  readonly headings: ReadonlyArray<Heading>
  readonly stationsMore: string
  readonly centres: ReadonlyArray<CentreMark>
  readonly customers: ReadonlyArray<CustomerMark>
  readonly customerHeadings: ReadonlyArray<Heading>
  readonly customersMore: string
  readonly edges: ReadonlyArray<EdgeMark>
}

export interface Shown {
  readonly size: Size
  readonly selection: Selection | undefined
  /** Marked with it. */
  readonly also?: ReadonlyArray<Selection>
  readonly filter: Filter
  /** Keys of groups and sites that are closed. */
  readonly closed: ReadonlyArray<string>
}

const margin = 20
/** Column titles stand above this. */
const top = 62
/** Room for the row of tools below. */
const bottom = 44

export const layoutOf = (view: ChainView, shown: Shown): Layout => {
  const columns = columnsOf(shown.size)
  const room = { top, height: shown.size.height - top - bottom }
  const isSelected = selectedBy(shown)
  const { closed, filter } = shown
  const groups = fitDevices(view, columns.devices, room, {
    closed,
    filter,
    isSelected: (id) => isSelected("device", id),
  })
  const stations = fitStations(view.stations, columns.stations, room, {
    closed,
    filter,
    isSelected: (id) => isSelected("station", id),
  })
  const centres = centresOf(view.dataCentres, columns.core, room, isSelected)
  const customers = fitCustomers(view.customers, columns.customers, room, {
    closed,
    filter,
    isSelected: (id) => isSelected("customer", id),
  })
  return {
    size: shown.size,
    columns,
    groups,
    stations: stations.marks,
    headings: stations.headings,
    stationsMore: stations.more + hiddenStations(view),
    centres,
    customers: customers.marks,
    customerHeadings: customers.headings,
    customersMore: customers.more,
    edges: edgesOf(
      view,
      {
        groups,
        stations: stations.marks,
        anchors: stations.anchors,
        centres,
        customers: customers.marks,
        customerAnchors: customers.anchors,
      },
      shown,
    ),
  }
}

/** Whether a thing is what is open, or selected with it. */
export const selectedBy = ({
  also = [],
  selection,
}: Pick<Shown, "also" | "selection">): IsSelected => {
  const names = new Set(
    [...also, ...(selection === undefined ? [] : [selection])].map(
      ({ id, kind }) => `${kind}:${id}`,
    ),
  )
  return (kind, id) => names.size > 0 && names.has(`${kind}:${id}`)
}

const hiddenStations = (view: ChainView): string =>
  view.totals.stationsHidden > 0 ? `${view.totals.stationsHidden} more not shown` : ""

const clamp = (value: number, low: number, high: number): number =>
  Math.min(high, Math.max(low, value))

const columnsOf = ({ width }: Size): Layout["columns"] => {
  const devices = clamp(width * 0.17, 150, 240)
  const stations = clamp(width * 0.135, 122, 176)
  const core = clamp(width * 0.125, 122, 156)
  const customers = clamp(width * 0.19, 168, 240)
  const gap = Math.max(24, (width - 2 * margin - devices - stations - core - customers) / 3)
  const stationsX = margin + devices + gap
  const coreX = stationsX + stations + gap
  return {
    devices: { x: margin, width: devices },
    stations: { x: stationsX, width: stations },
    core: { x: coreX, width: core },
    customers: { x: coreX + core + gap, width: customers },
  }
}

export interface Room {
  readonly top: number
  readonly height: number
}

type IsSelected = (kind: Selection["kind"], id: string) => boolean

export const linkHeight = 19

const centresOf = (
  centres: ReadonlyArray<DataCentreView>,
  column: Column,
  room: Room,
  isSelected: IsSelected,
): ReadonlyArray<CentreMark> => {
  const heights = centres.map((centre) => 62 + centre.links.length * linkHeight)
  const used = heights.reduce((sum, height) => sum + height, 0)
  const gap = Math.max(8, (room.height - used) / (centres.length + 1))
  let y = room.top + gap
  return centres.map((centre, index) => {
    const height = heights[index]
    const mark = {
      id: centre.id,
      centre,
      x: column.x,
      y,
      width: column.width,
      height,
      isSelected: isSelected("centre", centre.id),
    }
    y += height + gap
    return mark
  })
}

interface Ends {
  readonly groups: ReadonlyArray<GroupMark>
  readonly stations: ReadonlyArray<StationMark>
  readonly anchors: Fitted["anchors"]
  readonly centres: ReadonlyArray<CentreMark>
  readonly customers: ReadonlyArray<CustomerMark>
  readonly customerAnchors: FittedCustomers["anchors"]
}

/** Width for a level (1 + log2 of messages in five minutes). */
const widthOf = (level: number): number => 0.5 + level * 0.42

const edgesOf = (view: ChainView, ends: Ends, shown: Shown): ReadonlyArray<EdgeMark> => {
  const groups = new Map(ends.groups.map((mark) => [mark.key, mark]))
  const stations = new Map(ends.stations.map((mark) => [mark.id, mark]))
  const centres = new Map(ends.centres.map((mark) => [mark.id, mark]))
  const customers = new Map(ends.customers.map((mark) => [mark.id, mark]))
  const { selection } = shown
  const edges: Array<EdgeMark> = []
  const toClosed = new Map<string, EdgeMark>()
  for (const { from, to, level } of view.heard) {
    const [group, station] = [groups.get(from), stations.get(to)]
    const anchor = ends.anchors.get(to)
    if (group !== undefined && anchor !== undefined) {
      // All that a closed site hears of a group is one edge, as wide as the widest of it.
      const key = `${from}>${anchor.key}`
      const width = Math.max(widthOf(level), toClosed.get(key)?.width ?? 0)
      const { out } = group
      const isDim = group.dots.length > 0 && group.dots.every((dot) => dot.isDim)
      toClosed.set(key, { key, from: out, to: anchor.in, width, tone: "ok", isDim, isLit: false })
    }
    if (group === undefined || station === undefined) continue
    edges.push({
      key: `${from}>${to}`,
      from: group.out,
      to: station.in,
      width: widthOf(level),
      tone: station.station.trust === "lost" ? "refused" : "ok",
      isDim: station.isDim || (group.dots.length > 0 && group.dots.every((dot) => dot.isDim)),
      isLit: station.isSelected,
    })
  }
  for (const station of ends.stations) {
    const centre = centres.get(station.station.dataCentre ?? "")
    if (centre === undefined || station.station.rate === 0) continue
    edges.push({
      key: `${station.id}>${centre.id}`,
      from: station.out,
      to: { x: centre.x, y: centre.y + centre.height / 2 },
      width: widthOf(32 - Math.clz32(station.station.rate * 5)),
      tone: station.station.trust === "lost" ? "refused" : "ok",
      isDim: station.isDim,
      isLit: station.isSelected || centre.isSelected,
    })
  }
  for (const { from, to, level } of view.carried) {
    const [centre, customer] = [centres.get(from), customers.get(to)]
    const anchor = ends.customerAnchors.get(to)
    if (centre !== undefined && anchor !== undefined) {
      const key = `${from}>${anchor.key}`
      const width = Math.max(widthOf(level), toClosed.get(key)?.width ?? 0)
      toClosed.set(key, {
        key,
        from: { x: centre.x + centre.width, y: centre.y + centre.height / 2 },
        to: anchor.in,
        width,
        tone: anchor.isTroubled ? "suspicious" : "ok",
        isDim: false,
        isLit: centre.isSelected,
      })
    }
    if (centre === undefined || customer === undefined) continue
    edges.push({
      key: `${from}>${to}`,
      from: { x: centre.x + centre.width, y: centre.y + centre.height / 2 },
      to: { x: customer.x, y: customer.y + customer.height / 2 },
      width: widthOf(level),
      tone: customer.customer.failingMs === undefined ? "ok" : "suspicious",
      isDim: customer.isDim,
      isLit: selection !== undefined && (customer.isSelected || centre.isSelected),
    })
  }
  edges.push(...toClosed.values())
  return edges
}
