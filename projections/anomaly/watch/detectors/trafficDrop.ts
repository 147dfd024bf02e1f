/**
 * Traffic drop: far fewer messages than are usual at this hour, over half an hour or an hour. By the network, a customer,
 * a station; of a station that is heard no more at all, `stationOutage` speaks.
 *
 * Before the hour's share is learnt only a fifth of the usual is a drop; from then on half.
 */
import type { Detector } from "../Detector.ts"
import * as Series from "../Series.ts"
import * as Unusual from "../Unusual.ts"
import { measure, trafficUnit } from "../words.ts"

const spans = [3, 6] as const
const partMax = { known: 0.5, unknown: 0.2 }
const deviationsMin = 5

export const detector: Detector = {
  kind: "traffic-drop",
  ofThing: (thing, { at, bin, watch: { list } }) => {
    const { traffic, who } = thing
    if (!Series.isArmed(traffic) || !Series.isSettled(traffic)) return
    const part = Series.knowsHour(traffic, bin) ? partMax.known : partMax.unknown
    for (const span of spans) {
      const { bins, expected, seen } = Series.lookBack(traffic, bin + 1, span)
      if (
        bins < span ||
        (who.station !== null && seen === 0) ||
        seen > part * expected ||
        expected - seen < deviationsMin * Series.deviationOf(traffic, expected)
      )
        continue
      if (Unusual.adapted(list, "traffic-drop", who, at)) return Series.forget(traffic)
      const unit = trafficUnit(thing, bins)
      return Unusual.say(
        list,
        "traffic-drop",
        who,
        {
          expected: measure(expected, unit),
          seen: measure(seen, unit),
          sinceMs: at.ms - bins * Series.binMs,
          causes: [traffic.lastAt],
          severity: 1 - seen / expected,
        },
        at,
      )
    }
    Unusual.calm(
      list,
      "traffic-drop",
      who,
      () => {
        const { bins, expected, seen } = Series.lookBack(traffic, bin + 1, 3)
        const unit = trafficUnit(thing, bins)
        return `${measure(seen, unit).value} ${unit}, where ${measure(expected, unit).value} are usual`
      },
      at,
    )
  },
}
