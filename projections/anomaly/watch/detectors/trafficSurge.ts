/**
 * Traffic surge: far more messages than are usual at this hour (a flood, massive cloning, a fleet switched on). By the network,
 * a customer, a station.
 *
 * Before the hour's share is learnt only four times the usual is a surge; from then on twice. Six deviations at least, so that a
 * handful of messages is none.
 */
import type { Detector } from "../Detector.ts"
import * as Series from "../Series.ts"
import * as Unusual from "../Unusual.ts"
import { measure, trafficUnit } from "../words.ts"

/** Bins that are looked at, and how much more a short time must hold. */
const spans = [
  { bins: 1, times: 1.5 },
  { bins: 3, times: 1 },
] as const
const timesMin = { known: 2, unknown: 4 }
const deviationsMin = 6
const seenMin = 20
/** Usual in the time looked at: of less, nothing is known. */
const expectedMin = 4

export const detector: Detector = {
  kind: "traffic-surge",
  ofThing: (thing, { at, bin, watch: { list } }) => {
    const { traffic, who } = thing
    if (!Series.isArmed(traffic) || !Series.isSettled(traffic)) return
    const times = Series.knowsHour(traffic, bin) ? timesMin.known : timesMin.unknown
    for (const span of spans) {
      const { bins, expected, firstAt, seen } = Series.lookBack(traffic, bin + 1, span.bins)
      if (
        seen < seenMin ||
        expected < expectedMin * span.bins ||
        seen < times * span.times * expected ||
        seen - expected < deviationsMin * Series.deviationOf(traffic, expected)
      )
        continue
      if (Unusual.adapted(list, "traffic-surge", who, at)) return Series.forget(traffic)
      const unit = trafficUnit(thing, bins)
      return Unusual.say(
        list,
        "traffic-surge",
        who,
        {
          expected: measure(expected, unit),
          seen: measure(seen, unit),
          sinceMs: at.ms - bins * Series.binMs,
          causes: [firstAt, traffic.lastAt],
          severity: seen / (expected + 1),
        },
        at,
      )
    }
    Unusual.calm(
      list,
      "traffic-surge",
      who,
      () => {
        const { bins, expected, seen } = Series.lookBack(traffic, bin + 1, 1)
        const unit = trafficUnit(thing, bins)
        return `${measure(seen, unit).value} ${unit}, where ${measure(expected, unit).value} are usual`
      },
      at,
    )
  },
}
