/**
 * Base stations: where they stand, which data centre they hang on, what their clocks and
 * configurations are like. A station is a pure function of the seed and its own number, so adding
 * one leaves the others as they are.
 */
import type { DataCentreId, StationId } from "../event/ids.ts"
import type { Random } from "../kernel/Random.ts"
import * as Platform from "./attester/Platform.ts"
import * as Geography from "./Geography.ts"

export interface Station {
  /** Its number, from 0. */
  readonly index: number
  readonly id: StationId
  readonly name: string
  readonly city: number
  readonly position: Geography.Position
  readonly dataCentre: DataCentreId
  /** Its own noise (see Noise). */
  readonly seed: number
  /** How far its clock is off. */
  readonly clockOffsetMs: number
  readonly model: Platform.Model
  /** Over PCR 0-9 (hex): what each of its receptions carries while nobody tampers with it. */
  readonly configDigest: string
}

export interface DataCentre {
  readonly id: DataCentreId
  readonly name: string
  readonly links: ReadonlyArray<string>
}

/** The core network's two data centres, each with two transit links. */
export const dataCentres: readonly [DataCentre, DataCentre] = [
  // Literals that fit the pattern of an id.
  { id: "dc-brussels" as DataCentreId, name: "Brussels", links: ["transit-a", "transit-b"] },
  { id: "dc-liege" as DataCentreId, name: "Liège", links: ["transit-a", "transit-b"] },
]

/** Each further station of a city stands farther out, so that they spread with even density. */
const spreadKm = 2.3

export const at = (root: Random, index: number): Station => {
  const random = root.fork(`station-${index}`)
  const city = index % Geography.cities.length
  const inCity = Math.floor(index / Geography.cities.length)
  const { name, centre } = Geography.cities[city]
  const model = Platform.models[index % Platform.models.length]
  return {
    index,
    // A number in four digits fits the pattern of an id.
    id: `BS-${String(index + 1).padStart(4, "0")}` as StationId,
    name: `${name} ${String(inCity + 1).padStart(2, "0")}`,
    city,
    position: Geography.around(random, centre, spreadKm * Math.sqrt(inCity + random.unit())),
    dataCentre: dataCentres[inCity % 2].id,
    seed: random.u32(),
    clockOffsetMs: random.below(41) - 20,
    model,
    configDigest: Platform.configDigest(model),
  }
}

/**
 * How far from a city's centre its devices stand. In steps (3, 12, 48 … stations a city), so that
 * one station more does not move every device.
 */
export const cityRadiusKm = (stations: number): number => {
  const inCity = Math.ceil(stations / Geography.cities.length)
  let step = 3
  while (step < inCity) step *= 4
  return spreadKm * Math.sqrt(Math.min(step, 48))
}
