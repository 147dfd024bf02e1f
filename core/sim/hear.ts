/** What the stations make of one transmission: fading, loss, clocks that are not quite right. */
import type { ReceivedFrame } from "../decide/ReceivedFrame.ts"
import type { SourceId } from "../event/ids.ts"
import type { Burst } from "./Burst.ts"
import { sensitivityDbm } from "./Links.ts"
import * as Noise from "./Noise.ts"
import type { Station } from "./Station.ts"

/** A literal that fits the pattern of an id. */
const source = "sim" as SourceId

/** From one transmission to the next. */
const fadingDb = 3
/** Of 256: collisions and the like, about 4%. */
const lostOf256 = 10
/** Thermal noise in 100 Hz and a receiver's own: -174 + 20 + 6 dBm. */
const noiseFloorDbm = -148
const noiseDb = 1.5

/**
 * Receptions of transmission `rank - 1` of a burst, by rising station number. `heardAtMs` is the end
 * of the transmission by the station's clock (off by up to 23 ms); frequencies are right to 2 Hz.
 */
export const hear = (
  burst: Burst,
  rank: number,
  stations: ReadonlyArray<Station>,
): Array<ReceivedFrame> => {
  const { links } = burst
  const { frame, endMs, frequencyHz } = burst.transmissions[rank - 1]
  const salt = Noise.mix(burst.salt, rank)
  const heard: Array<ReceivedFrame> = []
  for (let i = 0; i < links.stations.length; i++) {
    const station = stations[links.stations[i]]
    const chance = Noise.mix(salt, station.seed)
    const rssiDbm = links.meanDbm[i] + fadingDb * Noise.gaussian(chance)
    if (rssiDbm < sensitivityDbm) continue
    const more = Noise.mix(chance, 1)
    if ((more & 255) < lostOf256) continue
    const snrDb = rssiDbm - noiseFloorDbm + noiseDb * Noise.gaussian(Noise.mix(chance, 2))
    heard.push({
      source,
      station: station.id,
      heardAtMs: endMs + station.clockOffsetMs + (((more >>> 8) & 255) % 7) - 3,
      frame,
      rssiDbm: toTenths(rssiDbm),
      snrDb: toTenths(snrDb),
      frequencyHz: frequencyHz + (((more >>> 16) & 255) % 5) - 2,
      configDigest: station.configDigest,
    })
  }
  return heard
}

const toTenths = (decibels: number): number => Math.round(decibels * 10) / 10
