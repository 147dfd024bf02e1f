/**
 * Where everything stands on the map: from a view, what is usually heard by whom, and a size to marks. Pure; the
 * projection is an argument, so the same answers give the same marks.
 *
 * Stations stand where they are. A device stands where its receivers' strengths say it is likely to be, which is said.
 * What cannot be placed is counted.
 */
import { polygonHull, type GeoProjection } from "d3"
import type {
  ChainView,
  Incident,
  StationView,
  Verdict,
} from "../../../projections/chain/ChainView.ts"
import type { CoverageAnswer } from "../../api/Coverage.ts"
import type { Selection } from "../data/Address.ts"
import type { Filter } from "../model/Filter.ts"
import { type Point, selectedBy, type Size } from "../model/Layout.ts"
import type { Difference, Differences } from "../panel/changes.ts"

export interface Place extends Point {
  readonly id: string
  readonly station: StationView
  readonly isDim: boolean
  readonly isSelected: boolean
  /** It usually hears what is selected, or is among what the selected device is usually heard by. */
  readonly isLit: boolean
  /** "" where there is no room for it. */
  readonly label: string
  /** Of the circle that its reach fills, px; 0 where it is not known. */
  readonly reach: number
  readonly devices: number
  /** How it differs from the pinned instant. */
  readonly difference: Difference | undefined
}

export interface Seen extends Point {
  readonly id: string
  readonly verdict: Verdict
  readonly isDim: boolean
  readonly isSelected: boolean
  readonly receivers: number
}

/** From a device to a station that usually hears it. */
export interface Ray {
  readonly key: string
  readonly from: Point
  readonly to: Point
  readonly text: string
}

export interface Region {
  readonly key: string
  readonly label: string
  readonly incident: Incident
  readonly hull: ReadonlyArray<readonly [number, number]>
}

export interface MapLayout {
  readonly size: Size
  readonly places: ReadonlyArray<Place>
  readonly seen: ReadonlyArray<Seen>
  readonly rays: ReadonlyArray<Ray>
  readonly regions: ReadonlyArray<Region>
  /** Stations without a known place. */
  readonly unplaced: number
  /** "1 in N" of the devices is drawn. */
  readonly oneIn: number
  /** How many devices could be placed; undefined until it is known. */
  readonly located: number | undefined
  /** Kilometres of the bar of scale, and its length, px. */
  readonly scale: { readonly km: number; readonly width: number }
}

export interface Shown {
  readonly size: Size
  readonly selection: Selection | undefined
  readonly also: ReadonlyArray<Selection>
  readonly filter: Filter
  readonly differences: Differences | undefined
}

/** Rays of one selection: the strongest first. */
const raysMax = 400
const kmPerDegree = 111.2

export const mapOf = (
  view: ChainView,
  coverage: CoverageAnswer | undefined,
  projection: GeoProjection,
  { also, differences, filter, selection, size }: Shown,
): MapLayout => {
  const reaches = new Map(coverage?.stations.map((one) => [one.id, one]))
  const devices = new Map(
    view.groups.flatMap((group) => group.shown.map((device) => [device.id, { device, group }])),
  )
  const isChosen = selectedBy({ selection, also })
  const selectedDevice = selection?.kind === "device" ? selection.id : undefined
  const selectedStation = selection?.kind === "station" ? selection.id : undefined
  const hearers = new Set(
    coverage?.devices
      .find(({ id }) => id === selectedDevice)
      ?.receivers.map(({ station }) => station),
  )
  const pxPerKm = scaleOf(projection, size)
  const at = (lng: number, lat: number): Point | undefined => {
    const point = projection([lng, lat])
    return point === null ? undefined : { x: point[0], y: point[1] }
  }
  const unlabelled = view.stations.flatMap((station): ReadonlyArray<Place> => {
    const { id, lat, lng } = station
    const point = lat === undefined || lng === undefined ? undefined : at(lng, lat)
    if (point === undefined) return []
    const isSelected = isChosen("station", id)
    if (filter.hides && !filter.station(station) && !isSelected && !hearers.has(id)) return []
    return [
      {
        ...point,
        id,
        station,
        isDim: filter.isOn && !filter.station(station),
        isSelected,
        isLit: hearers.has(id),
        label: "",
        reach: (reaches.get(id)?.reachKm ?? 0) * pxPerKm,
        devices: reaches.get(id)?.devices ?? 0,
        difference: differences?.things.get(`station:${id}`),
      },
    ]
  })
  const places = labelled(unlabelled)
  const byId = new Map(places.map((place) => [place.id, place]))
  const seen: Array<Seen> = []
  const rays: Array<Ray> = []
  for (const { id, lat, lng, receivers } of coverage?.devices ?? []) {
    const known = devices.get(id)
    const isSelected = id === selectedDevice
    const passes = known !== undefined && filter.device(known.device, known.group)
    if (filter.hides && !passes && !isSelected) continue
    const point = around(at(lng, lat), id, receivers.length)
    if (point === undefined) continue
    seen.push({
      ...point,
      id,
      verdict: known?.device.verdict ?? "none",
      isDim: filter.isOn && !passes,
      isSelected: isChosen("device", id),
      receivers: receivers.length,
    })
    for (const { dbm, station } of receivers) {
      const to = byId.get(station)
      if (to === undefined || !(isSelected || station === selectedStation)) continue
      if (rays.length < raysMax)
        rays.push({
          key: `${id}>${station}`,
          from: point,
          to,
          text: isSelected && dbm !== undefined ? `${dbm} dBm` : "",
        })
    }
  }
  return {
    size,
    places,
    seen,
    rays,
    regions: regionsOf(view, at),
    unplaced: view.stations.filter(({ lat }) => lat === undefined).length,
    oneIn:
      coverage === undefined || coverage.devices.length === 0
        ? 1
        : Math.max(1, Math.round(coverage.total / coverage.devices.length)),
    located: coverage?.total,
    scale: barOf(pxPerKm),
  }
}

/** Pixels of a kilometre at the middle. */
const scaleOf = (projection: GeoProjection, { height, width }: Size): number => {
  const middle = projection.invert?.([width / 2, height / 2])
  if (middle === undefined || middle === null) return 1
  const [lng, lat] = middle
  const [a, b] = [projection([lng, lat]), projection([lng, lat + 1 / kmPerDegree])]
  return a === null || b === null ? 1 : Math.hypot(a[0] - b[0], a[1] - b[1])
}

/** A round number of kilometres, 60 to 160 px wide. */
const barOf = (pxPerKm: number): MapLayout["scale"] => {
  const steps = [1, 2, 5]
  for (let power = -2; power < 6; power++)
    for (const step of steps) {
      const km = step * 10 ** power
      if (km * pxPerKm >= 60) return { km, width: km * pxPerKm }
    }
  return { km: 1, width: pxPerKm }
}

/**
 * Devices that one station alone hears would lie on it, one upon the other: they are put in a ring around it, each at its
 * own angle, which is drawn from its id and says nothing.
 */
const around = (point: Point | undefined, id: string, receivers: number): Point | undefined => {
  if (point === undefined) return undefined
  let hash = 0
  for (let i = 0; i < id.length; i++) hash = (Math.imul(hash, 31) + id.charCodeAt(i)) >>> 0
  const angle = (hash % 3600) * (Math.PI / 1800)
  const radius = receivers === 1 ? 11 + (hash % 7) : 3
  return { x: point.x + Math.cos(angle) * radius, y: point.y + Math.sin(angle) * radius }
}

const labelHeight = 12
const charWidth = 6.3

/** Names where they touch no other: first what is selected or in trouble, then from the top. */
const labelled = (places: ReadonlyArray<Place>): ReadonlyArray<Place> => {
  const taken: Array<readonly [x0: number, y0: number, x1: number, y1: number]> = []
  const labels = new Map<string, string>()
  const weight = (place: Place): number =>
    (place.isSelected ? 4 : 0) + (place.station.trust === "lost" ? 2 : 0) + (place.isLit ? 1 : 0)
  for (const place of places.toSorted((a, b) => weight(b) - weight(a) || a.y - b.y)) {
    const box = [
      place.x + 8,
      place.y - labelHeight / 2,
      place.x + 10 + place.id.length * charWidth,
      place.y + labelHeight / 2,
    ] as const
    const isFree = taken.every(
      ([x0, y0, x1, y1]) => box[2] < x0 || box[0] > x1 || box[3] < y0 || box[1] > y1,
    )
    if (!isFree) continue
    taken.push(box)
    labels.set(place.id, place.id)
  }
  return places.map((place) => ({ ...place, label: labels.get(place.id) ?? "" }))
}

/** A little around the outermost stations, px. */
const margin = 26

/** Where jamming goes on: around the stations of its city. */
const regionsOf = (
  view: ChainView,
  at: (lng: number, lat: number) => Point | undefined,
): ReadonlyArray<Region> =>
  view.incidents.flatMap((incident) => {
    if (incident.area === undefined || incident.end !== undefined) return []
    const points = view.stations.flatMap(({ city, lat, lng }) => {
      const point =
        city !== incident.area || lat === undefined || lng === undefined ? undefined : at(lng, lat)
      return point === undefined ? [] : [point]
    })
    const corners = points.flatMap(({ x, y }) =>
      Array.from({ length: 12 }, (_, i): [number, number] => [
        x + margin * Math.cos((i * Math.PI) / 6),
        y + margin * Math.sin((i * Math.PI) / 6),
      ]),
    )
    const hull = polygonHull(corners)
    return hull === null ? [] : [{ key: incident.id, label: incident.label, incident, hull }]
  })
