/**
 * Who usually hears whom, and where that is: for a map. Nobody tells the twin where a device is; its place here is
 * estimated from the stations that usually hear it, and called so.
 *
 * A station's reach is how far away nine of ten of the devices are that it and at least one other usually hear: a
 * device that only one station hears lies somewhere around it, which says nothing about how far.
 */
import type * as Anomaly from "./Anomaly.ts"
import { distanceKm } from "./Evidence.ts"
import * as Profile from "./Profile.ts"

interface Place {
  readonly lat: number
  readonly lng: number
}

export interface Receiver {
  readonly station: string
  /** Mean strength; absent where none was measured. */
  readonly dbm?: number
}

export interface Heard extends Place {
  readonly id: string
  /** The strongest first, at most `Profile.linksMax`. */
  readonly receivers: ReadonlyArray<Receiver>
}

export interface Reach {
  readonly id: string
  /** Devices that it usually hears. */
  readonly devices: number
  /** Absent where no device is heard by it and by another. */
  readonly reachKm?: number
}

export interface Coverage {
  /** All devices with a receiver whose place is known. */
  readonly total: number
  /** An even sample of those, and the wanted one. */
  readonly devices: ReadonlyArray<Heard>
  readonly stations: ReadonlyArray<Reach>
}

/** Signal falls with the 3.5th power of distance in towns (Okumura-Hata): ten times as far is 35 dB. */
const decibelsPerDecade = 35
/** Taken for the strength of a reception where none was measured. */
const usualDbm = -120
const reachPart = 0.9

export const coverageOf = (
  { scene }: Anomaly.State,
  { devicesMax, wanted }: { readonly devicesMax: number; readonly wanted?: string | undefined },
): Coverage => {
  const distances = new Map<number, { devices: number; readonly km: Array<number> }>()
  const every = Math.max(1, Math.ceil(scene.profiles.size / devicesMax))
  const devices: Array<Heard> = []
  let total = 0
  for (const [id, packed] of scene.profiles) {
    const { links } = Profile.unpack(packed)
    const at = placeOf(scene, links)
    if (at === undefined) continue
    for (const link of links) {
      const index = Profile.stationOf(link)
      const own = distances.get(index) ?? { devices: 0, km: [] }
      distances.set(index, own)
      own.devices++
      const km = links.length < 2 ? undefined : distanceKm(scene.byIndex[index], at)
      if (km !== undefined) own.km.push(km)
    }
    if (total % every === 0 || id === wanted)
      devices.push({ id, ...at, receivers: links.map((link) => receiverOf(scene, link)) })
    total++
  }
  const stations = [...distances].map(([index, { devices: count, km }]): Reach => {
    const { id } = scene.byIndex[index]
    return km.length === 0 ? { id, devices: count } : { id, devices: count, reachKm: quantile(km) }
  })
  return { total, devices, stations }
}

type Scene = Anomaly.State["scene"]

const receiverOf = (scene: Scene, link: number): Receiver => {
  const dbm = Profile.dbmOf(link)
  const station = scene.byIndex[Profile.stationOf(link)].id
  return dbm === -Profile.unmeasured ? { station } : { station, dbm }
}

/** The mean of its receivers' places, each counting for how near its strength says it is. */
const placeOf = (scene: Scene, links: ReadonlyArray<number>): Place | undefined => {
  let [weights, lat, lng] = [0, 0, 0]
  for (const link of links) {
    const station = scene.byIndex[Profile.stationOf(link)]
    if (station.lat === null || station.lng === null) continue
    const measured = Profile.dbmOf(link)
    const dbm = measured === -Profile.unmeasured ? usualDbm : measured
    const weight = 10 ** (dbm / decibelsPerDecade)
    weights += weight
    lat += weight * station.lat
    lng += weight * station.lng
  }
  return weights === 0 ? undefined : { lat: rounded(lat / weights), lng: rounded(lng / weights) }
}

const quantile = (values: Array<number>): number => {
  const sorted = values.toSorted((a, b) => a - b)
  return Math.round(sorted[Math.ceil(sorted.length * reachPart) - 1] * 100) / 100
}

/** To five decimals, about a metre. */
const rounded = (degrees: number): number => Math.round(degrees * 1e5) / 1e5
