/** Every detector of the unusual; `jamming-region` is said by the rule `rules/jamming.ts`, which knows cities. */
import type { Detector } from "../Detector.ts"
import { detector as attestationSilence } from "./attestationSilence.ts"
import { detector as callbackLatency } from "./callbackLatency.ts"
import { detector as deliveryOutage } from "./deliveryOutage.ts"
import { detector as macStorm } from "./macStorm.ts"
import { detector as sequenceDisorder } from "./sequenceDisorder.ts"
import { detector as stationOutage } from "./stationOutage.ts"
import { detector as trafficDrop } from "./trafficDrop.ts"
import { detector as trafficSurge } from "./trafficSurge.ts"

const detectors: ReadonlyArray<Detector> = [
  trafficSurge,
  trafficDrop,
  macStorm,
  stationOutage,
  sequenceDisorder,
  deliveryOutage,
  callbackLatency,
  attestationSilence,
]

/** By what they look at. */
export const ofThings = detectors.flatMap(({ ofThing }) => ofThing ?? [])
export const ofOutlets = detectors.flatMap(({ ofOutlet }) => ofOutlet ?? [])
export const ofEvents = detectors.flatMap(({ ofEvent }) => ofEvent ?? [])
