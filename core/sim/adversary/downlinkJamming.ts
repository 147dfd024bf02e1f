/**
 * Downlink jamming (Sigfox facts, part 8): somebody covers the downlink band in a city. Stations send, uplinks come
 * through, and no device there hears its answer.
 */
import * as Geography from "../Geography.ts"
import { type Adversary, nothing } from "./Adversary.ts"

export const downlinkJamming: Adversary = (ground, { fromMs, untilMs, random }) => {
  const { city } = ground.site(random.below(ground.deviceCount)).device
  const note = `Downlink jamming in ${Geography.cities[city].name}: its devices hear no answer.`
  return {
    ...nothing,
    truths: [{ kind: "downlink-jamming", atMs: fromMs, untilMs, note }],
    deafnesses: [{ city, fromMs, untilMs }],
  }
}
