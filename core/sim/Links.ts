/**
 * Which stations can hear a place, and how strongly: log-distance path loss and a shadowing fixed
 * for each pair of places.
 */
import * as Geography from "./Geography.ts"
import * as Noise from "./Noise.ts"
import type { Station } from "./Station.ts"

/** Parallel arrays, by rising station number. */
export interface Links {
  readonly stations: ReadonlyArray<number>
  /** Mean strength there, to 0.01 dB. */
  readonly meanDbm: ReadonlyArray<number>
}

/** A device's power in RC1: 14 dBm of the 16 that are allowed (Sigfox facts, part 3). */
const eirpDbm = 14
/** Our own choice for an urban link at 868 MHz; gives about six stations a message (part 7). */
const lossAt1KmDb = 126
const lossExponent = 3.5
const shadowingDb = 6
/** A station decodes what it hears at this strength or more, at 100 bit/s. */
export const sensitivityDbm = -138
/** Fading may lift a weaker link over the threshold, but not by more than this. */
const fadingMarginDb = 8
/** The model's horizon: the next city. */
const horizonKm = 30
/** Most stations one place reaches: the strongest count. */
const linksMax = 24

/** `salt` is the place's own noise: it fixes the shadowing of its links. */
export const from = (
  stations: ReadonlyArray<Station>,
  position: Geography.Position,
  salt: number,
): Links => {
  const reached: Array<readonly [number, number]> = []
  for (const station of stations) {
    const km = Math.max(0.05, Geography.distanceKm(position, station.position))
    if (km > horizonKm) continue
    const shadowing = shadowingDb * Noise.gaussian(Noise.mix(salt, station.seed))
    const lossDb = lossAt1KmDb + 10 * lossExponent * Math.log10(km)
    // Rounded, so that a last digit of log10 that differs between engines does not show.
    const meanDbm = Math.round((eirpDbm - lossDb + shadowing) * 100) / 100
    if (meanDbm >= sensitivityDbm - fadingMarginDb) reached.push([station.index, meanDbm])
  }
  const strongest = reached
    .toSorted((a, b) => b[1] - a[1] || a[0] - b[0])
    .slice(0, linksMax)
    .toSorted((a, b) => a[0] - b[0])
  return {
    stations: strongest.map(([station]) => station),
    meanDbm: strongest.map(([, meanDbm]) => meanDbm),
  }
}

/** The strongest link's mean, or minus infinity where nothing is reached. */
export const best = (links: Links): number => Math.max(...links.meanDbm)
