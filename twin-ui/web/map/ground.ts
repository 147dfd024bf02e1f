/**
 * The ground: land and borders of world-atlas (Natural Earth, public domain), bundled with the page and fetched when the
 * map is first shown. Coarse: one recognises the country, not the street; no tiles are asked of anybody.
 */
import { geoContains, geoMercator, geoPath, type GeoPath, type GeoProjection } from "d3"
import { feature, mesh } from "topojson-client"
import type { GeometryCollection, Topology } from "topojson-specification"
import atlas from "world-atlas/countries-50m.json" with { type: "json" }
import type { Camera } from "../data/Address.ts"
import type { Size } from "../model/Layout.ts"

const kmPerDegree = 111.2
const radians = Math.PI / 180

interface Named {
  readonly name: string
}

// The package's file says so of itself; its type here is what JSON files have, which knows no tuples.
const world = atlas as unknown as Topology<{
  readonly countries: GeometryCollection<Named>
  readonly land: GeometryCollection
}>

const land = feature(world, world.objects.land)
const borders = mesh(world, world.objects.countries, (a, b) => a !== b)
const countries = feature(world, world.objects.countries).features

export interface Placed {
  readonly lat: number
  readonly lng: number
}

/** Room at the edges, px: the title above, the tools below. */
const room = { top: 66, right: 60, bottom: 62, left: 60 }
/** A network in one place is not looked at from nearer than this, degrees. */
const degreesLeast = 0.08

/** What the camera sees; without one, fitted to all stations, or to the world where there are none. */
export const projectionFor = (
  places: ReadonlyArray<Placed>,
  camera: Camera | undefined,
  size: Size,
): GeoProjection => {
  const { height, width } = size
  const clip: [[number, number], [number, number]] = [
    [-50, -50],
    [width + 50, height + 50],
  ]
  if (camera !== undefined)
    return geoMercator()
      .center([camera.lng, camera.lat])
      .translate([width / 2, height / 2])
      .scale(((width / camera.km) * kmPerDegree * Math.cos(camera.lat * radians)) / radians)
      .clipExtent(clip)
  const corners: ReadonlyArray<readonly [number, number]> =
    places.length === 0
      ? [
          [-170, -55],
          [175, 72],
        ]
      : places.flatMap(({ lat, lng }) => [
          [lng - degreesLeast, lat - degreesLeast] as const,
          [lng + degreesLeast, lat + degreesLeast] as const,
        ])
  const extent: [[number, number], [number, number]] = [
    [room.left, room.top],
    [Math.max(room.left + 10, width - room.right), Math.max(room.top + 10, height - room.bottom)],
  ]
  return geoMercator()
    .fitExtent(extent, {
      type: "MultiPoint",
      coordinates: corners.map(([lng, lat]) => [lng, lat]),
    })
    .clipExtent(clip)
}

/** The camera that sees what a projection shows. */
export const cameraOf = (
  projection: GeoProjection,
  { height, width }: Size,
): Camera | undefined => {
  const middle = projection.invert?.([width / 2, height / 2])
  if (middle === undefined || middle === null) return undefined
  const [lng, lat] = middle
  const km = (width * kmPerDegree * Math.cos(lat * radians)) / (projection.scale() * radians)
  return bounded({ lng, lat, km })
}

/** From a street to the whole world. */
export const bounded = ({ km, lat, lng }: Camera): Camera => ({
  lng: rounded(Math.min(180, Math.max(-180, lng))),
  lat: rounded(Math.min(80, Math.max(-80, lat))),
  km: rounded(Math.min(40_000, Math.max(0.5, km))),
})

const rounded = (value: number): number => Math.round(value * 1e4) / 1e4

export interface Ground {
  readonly land: string
  readonly borders: string
  readonly names: ReadonlyArray<{ readonly name: string; readonly x: number; readonly y: number }>
}

export const groundOf = (projection: GeoProjection, size: Size): Ground => {
  const path = geoPath(projection)
  return {
    land: path(land) ?? "",
    borders: path(borders) ?? "",
    names: namesOf(path, projection, size),
  }
}

/** Names of countries of which enough is seen. */
const namesOf = (
  path: GeoPath,
  projection: GeoProjection,
  { height, width }: Size,
): Ground["names"] => {
  const corner = projection.invert?.([width / 2, height / 2])
  return countries.flatMap((country) => {
    const [[x0, y0], [x1, y1]] = path.bounds(country)
    if (!(x1 > x0) || x1 < 0 || y1 < 0 || x0 > width || y0 > height) return []
    const [x, y] = path.centroid(country)
    const isIn = x > 40 && x < width - 40 && y > 80 && y < height - 60
    if (isIn) return [{ name: country.properties.name, x, y }]
    // The country that one looks into: its middle may lie outside.
    const isHere = corner !== undefined && corner !== null && geoContains(country, corner)
    return isHere ? [{ name: country.properties.name, x: width - 90, y: 84 }] : []
  })
}
