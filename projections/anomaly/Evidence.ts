/**
 * Whether a message was sent by the device that is usually heard under its name: what its receivers, its
 * strength and its frequencies say. Rules ask this of whatever else they find odd.
 *
 * Weights are our own judgement, the chance that the fact alone means another sender:
 * - generator 0.45: a device that always followed the public generator did not. By chance a foreign message
 *   follows it once in 200,000 (`FrequencyPlan.explains`), but firmware changes too.
 * - receivers 0.35: nobody who usually hears it did. A weak device may reach only a new station.
 * - distance 0.35: the nearest of them stands far from all who usually hear it. Devices travel.
 * - strength 0.25: a usual station heard it far louder or fainter. Lids are opened, cars park.
 */
import { addressOf } from "../../core/event/ids.ts"
import * as FrequencyPlan from "../../core/frame/FrequencyPlan.ts"
import { macroChannelHz, type RadioZone, zones } from "../../core/frame/RadioZone.ts"
import * as Copies from "./Copies.ts"
import { combine, type Weighed } from "./Finding.ts"
import * as Profile from "./Profile.ts"
import type { Scene, Station } from "./Scene.ts"
import * as Sighting from "./Sighting.ts"

export interface Evidence {
  /** Combined weight that somebody else sent it. */
  readonly score: number
  /** At `foreignMin` or above. */
  readonly isForeign: boolean
  /** Whether its copies are not all as one message's are (`Copies.areOdd`). */
  readonly isOdd: boolean
  /** Whether its frequencies follow the generator; undefined where that cannot be told. */
  readonly generator: boolean | undefined
  /** Who heard it, as `Sighting.linksOf` gives them. */
  readonly receivers: ReadonlyArray<number>
  /** From the usual receivers to those of this message; undefined where places are not known. */
  readonly awayKm: number | undefined
  readonly facts: ReadonlyArray<Weighed>
}

export const foreignMin = 0.3

/**
 * How exactly a message's three frequencies must be the generator's: an oscillator that is off by 0.06 ppm, and
 * stations' own error. A device whose oscillator is off by more never follows in the twin's eyes, and this fact is
 * then not used of it.
 */
export const frequencyToleranceHz = 50
/** A uplink reaches so far in the open (RFC 8376 says more than 50 km for the best of conditions). */
const farKm = 20
/** Beyond fading (the simulator's own keeps within 21 dB between two messages' best). */
const jumpDb = 20
/** A device heard so often has usual receivers. */
const seenMin = 2

const weights = { generator: 0.45, receivers: 0.35, distance: 0.35, strength: 0.25 }

export const of = (scene: Scene, sighting: Sighting.Sighting, usual: Profile.Profile): Evidence => {
  const isOdd = Copies.areOdd(sighting)
  const generator = isOdd ? undefined : generatorOf(sighting)
  const facts: Array<Weighed> = []
  const position = sighting.firstAt
  if (generator === false && usual.follows > 20 * usual.strays)
    facts.push({
      text: `its frequencies are not the generator's, which ${usual.follows} messages before followed`,
      position,
      weight: weights.generator,
    })
  const receivers = Sighting.linksOf(sighting)
  const isUsual = usual.seen < seenMin || receivers.some((link) => linkTo(usual, link) >= 0)
  let awayKm: number | undefined
  if (!isUsual) {
    facts.push({
      text: `heard by ${namesOf(scene, receivers.map(Profile.stationOf))}, none of which usually hears it`,
      position,
      weight: weights.receivers,
    })
    awayKm = distanceOf(scene, receivers, usual)
    if (awayKm !== undefined && awayKm > farKm)
      facts.push({
        text: `its receivers stand ${Math.round(awayKm)} km from those that usually hear it`,
        position,
        weight: weights.distance,
      })
  } else {
    const jump = jumpOf(usual, receivers)
    if (jump !== undefined)
      facts.push({
        text: `${namesOf(scene, [jump.station])} heard it ${jump.db} dB apart from the usual`,
        position,
        weight: weights.strength,
      })
  }
  const score = facts.length === 0 ? 0 : combine(facts.map(({ weight }) => weight))
  return { score, isForeign: score >= foreignMin, isOdd, generator, receivers, awayKm, facts }
}

/** Stations' names for a sentence: the first few. */
export const namesOf = (scene: Scene, stations: ReadonlyArray<number>): string => {
  const names = stations.slice(0, 3).map((index) => scene.byIndex[index].id)
  const more = stations.length - names.length
  return more > 0 ? `${names.join(", ")} and ${more} more` : names.join(", ")
}

/** Undefined where a place is not known. */
export const distanceKm = (
  a: Pick<Station, "lat" | "lng">,
  b: Pick<Station, "lat" | "lng">,
): number | undefined => {
  if (a.lat === null || a.lng === null || b.lat === null || b.lng === null) return undefined
  // A plane with degrees of longitude shortened: exact enough for tens of kilometres, and without
  // trigonometry (whose last digits differ between engines): cos(x) by its series, at the middle latitude.
  const x = (((a.lat + b.lat) / 2) * Math.PI) / 180
  const shorter = 1 - x ** 2 / 2 + x ** 4 / 24 - x ** 6 / 720
  const north = (a.lat - b.lat) * 111.2
  const east = (a.lng - b.lng) * 111.2 * shorter
  return Math.sqrt(north * north + east * east)
}

/** Copies that a station made up say nothing about the sender. */
const generatorOf = (sighting: Sighting.Sighting): boolean | undefined => {
  const device = addressOf(sighting.device)
  if (device === undefined) return undefined
  const f1 = Sighting.frequencyOf(sighting, 1)
  const f2 = Sighting.frequencyOf(sighting, 2)
  const f3 = Sighting.frequencyOf(sighting, 3)
  const { downlinkAsked } = sighting
  if (f1 !== undefined && f2 !== undefined && f3 !== undefined)
    return inSomeZone(f1, (zone) =>
      FrequencyPlan.explains({ zone, device }, [f1, f2, f3], downlinkAsked, frequencyToleranceHz),
    )
  const [from, to, steps] =
    f1 === undefined ? [f2, f3, 1] : f2 === undefined ? [f1, f3, 2] : [f1, f2, 1]
  if (from === undefined || to === undefined || downlinkAsked) return undefined
  const follows = inSomeZone(from, (zone) => isPair(zone, device, { from, to, steps }))
  // Two ranks follow by chance once in seventy: enough to deny, not to confirm.
  return follows === false ? false : undefined
}

/** Whether it holds in a zone whose channel the frequency lies in; undefined where it lies in none. */
const inSomeZone = (hz: number, holds: (zone: RadioZone) => boolean): boolean | undefined => {
  let judged: boolean | undefined
  for (const zone of allZones) {
    if (Math.abs(hz - zone.uplinkHz) > macroChannelHz / 2) continue
    if (holds(zone)) return true
    judged = false
  }
  return judged
}

/** Whether the generator goes from one frequency to the other. Hopping zones leave values out: not judged. */
const isPair = (
  zone: RadioZone,
  device: number,
  pair: { readonly from: number; readonly to: number; readonly steps: number },
): boolean => {
  if (zone.access === "frequency-hopping") return true
  const low = FrequencyPlan.nearestValue(zone, pair.from - frequencyToleranceHz)
  const high = FrequencyPlan.nearestValue(zone, pair.from + frequencyToleranceHz)
  for (let x = Math.max(0, low); x <= Math.min(FrequencyPlan.valueMax, high); x++) {
    let next = x
    for (let step = 0; step < pair.steps; step++) next = FrequencyPlan.nextValue(next, device)
    const hz = FrequencyPlan.frequencyOf(zone, next)
    if (Math.abs(hz - pair.to) <= frequencyToleranceHz) return true
  }
  return false
}

const allZones: ReadonlyArray<RadioZone> = Object.values(zones)

/** The usual link to the same station, or -1. */
const linkTo = ({ links }: Profile.Profile, to: number): number => {
  for (const link of links) if (Profile.stationOf(link) === Profile.stationOf(to)) return link
  return -1
}

/** The shortest way between the two groups of stations. */
const distanceOf = (
  scene: Scene,
  receivers: ReadonlyArray<number>,
  usual: Profile.Profile,
): number | undefined => {
  let shortest: number | undefined
  for (const a of receivers)
    for (const b of usual.links) {
      const km = distanceKm(
        scene.byIndex[Profile.stationOf(a)],
        scene.byIndex[Profile.stationOf(b)],
      )
      if (km !== undefined && (shortest === undefined || km < shortest)) shortest = km
    }
  return shortest
}

const jumpOf = (
  usual: Profile.Profile,
  receivers: ReadonlyArray<number>,
): { readonly station: number; readonly db: number } | undefined => {
  if (usual.seen < seenMin) return undefined
  for (const receiver of receivers) {
    const link = linkTo(usual, receiver)
    if (link < 0 || (receiver & 255) === Profile.unmeasured) continue
    const db = Math.abs((receiver & 255) - (link & 255))
    if (db >= jumpDb) return { station: Profile.stationOf(receiver), db }
  }
  return undefined
}
