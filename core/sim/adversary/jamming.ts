/**
 * Jamming: near a jammer a city's stations no longer hear two of three devices; the others get
 * through on frequencies the jammer does not cover. Stations of other cities hear as before.
 */
import type { StationId } from "../../event/ids.ts"
import * as Noise from "../Noise.ts"
import { type Adversary, type Bend, nothing } from "./Adversary.ts"
import * as Geography from "../Geography.ts"

export const jamming: Adversary = (ground, { fromMs, untilMs, random }) => {
  const city = ground.site(random.below(ground.deviceCount)).device.city
  const salt = random.u32()
  const stations = new Set<StationId>()
  for (const station of ground.stations) if (station.city === city) stations.add(station.id)
  const bend: Bend = {
    stations,
    fromMs,
    untilMs,
    apply: (passing, burst) =>
      burst.device >= 0 && Noise.mix(salt, burst.device) % 3 < 2 ? [] : [passing],
  }
  const note = `Jamming in ${Geography.cities[city].name}: ${stations.size} stations no longer hear two of three devices.`
  return {
    ...nothing,
    truths: [{ kind: "jamming", atMs: fromMs, untilMs, note }],
    bends: [bend],
  }
}
