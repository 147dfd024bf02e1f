/**
 * Station outage: a station that hears nothing any more, for long enough that so many receptions are missed as cannot be
 * by chance. Not while the whole network is down: then it is no station's own.
 */
import type { Detector, Judged } from "../Detector.ts"
import * as Series from "../Series.ts"
import * as Unusual from "../Unusual.ts"
import { measure } from "../words.ts"
import type { Thing } from "../Watched.ts"

const silentMin = 2 * Series.binMs
/** Receptions missed, in units of the usual spread: twice as many before the hour's share is learnt. */
const missedMin = { known: 12, unknown: 24 }
/** Of the network's usual traffic. */
const networkPartMin = 0.4

export const detector: Detector = {
  kind: "station-outage",
  ofThing: (thing, judged) => {
    const { lastMs, traffic, who } = thing
    const { at, bin, watch } = judged
    if (who.station === null || !Series.isArmed(traffic)) return
    const silentMs = at.ms - Math.max(lastMs, watch.unbrokenMs)
    if (Unusual.isOpen(watch.list, "station-outage", who)) {
      if (silentMs < Series.binMs)
        return Unusual.clear(watch.list, "station-outage", who, "it is heard again", at)
    } else if (silentMs < silentMin) return
    const missed = (Series.expectedOf(traffic, bin) * silentMs) / Series.binMs
    const times = Series.knowsHour(traffic, bin) ? missedMin.known : missedMin.unknown
    if (missed < times * traffic.spread || isNetworkDown(watch.network, judged)) return
    const minutes = Math.round(silentMs / 60_000)
    const unit = `receptions in ${minutes} minutes`
    return Unusual.say(
      watch.list,
      "station-outage",
      who,
      {
        expected: measure(missed, unit),
        seen: { value: 0, unit },
        sinceMs: lastMs,
        causes: [traffic.lastAt],
        severity: silentMs,
      },
      at,
    )
  },
}

const isNetworkDown = ({ traffic }: Thing, { bin }: Judged): boolean => {
  const { expected, seen } = Series.lookBack(traffic, bin + 1, 3)
  return seen < networkPartMin * expected
}
