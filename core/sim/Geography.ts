/**
 * Where things stand: a plane over Belgium, kilometres east and north of its origin.
 *
 * No trigonometry: its last digits differ between engines, and positions reach the log.
 */
import type { Random } from "../kernel/Random.ts"

export interface Position {
  readonly eastKm: number
  readonly northKm: number
}

export interface City {
  readonly name: string
  readonly centre: Position
}

const originLat = 50.85
const originLng = 4.35
const kmPerDegreeLat = 111.2
/** At the origin's latitude. */
const kmPerDegreeLng = 70.2

const city = (name: string, lat: number, lng: number): City => ({
  name,
  centre: {
    eastKm: (lng - originLng) * kmPerDegreeLng,
    northKm: (lat - originLat) * kmPerDegreeLat,
  },
})

/** Their real coordinates. */
export const cities: ReadonlyArray<City> = [
  city("Antwerp", 51.2194, 4.4025),
  city("Brussels", 50.8503, 4.3517),
  city("Ghent", 51.0543, 3.7174),
  city("Liège", 50.6326, 5.5797),
]

/** To five decimals, about a metre. */
export const latOf = (at: Position): number => rounded(originLat + at.northKm / kmPerDegreeLat)
export const lngOf = (at: Position): number => rounded(originLng + at.eastKm / kmPerDegreeLng)

/** Uniform in a disc around `centre`. */
export const within = (random: Random, centre: Position, radiusKm: number): Position => {
  let east: number
  let north: number
  do {
    east = 2 * random.unit() - 1
    north = 2 * random.unit() - 1
  } while (east * east + north * north > 1)
  return { eastKm: centre.eastKm + radiusKm * east, northKm: centre.northKm + radiusKm * north }
}

/** At a distance from `centre`, in some direction. */
export const around = (random: Random, centre: Position, distanceKm: number): Position => {
  const at = within(random, { eastKm: 0, northKm: 0 }, 1)
  const length = Math.sqrt(at.eastKm ** 2 + at.northKm ** 2)
  const scale = length === 0 ? 0 : distanceKm / length
  return { eastKm: centre.eastKm + at.eastKm * scale, northKm: centre.northKm + at.northKm * scale }
}

export const distanceKm = (a: Position, b: Position): number =>
  Math.sqrt((a.eastKm - b.eastKm) ** 2 + (a.northKm - b.northKm) ** 2)

const rounded = (degrees: number): number => Math.round(degrees * 1e5) / 1e5
