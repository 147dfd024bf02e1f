/** Chooses a station that hears a device, so that what is done to it is seen. */
import type { Random } from "../../kernel/Random.ts"
import type { Ground } from "../Ground.ts"
import type { Station } from "../Station.ts"

/** A station that is the strongest of some device chosen by chance. */
export const busyStation = (ground: Ground, random: Random): Station => {
  const { links } = ground.site(random.below(ground.deviceCount))
  let best = 0
  for (let i = 1; i < links.stations.length; i++) {
    if (links.meanDbm[i] > links.meanDbm[best]) best = i
  }
  return ground.stations[links.stations.length === 0 ? 0 : links.stations[best]]
}
