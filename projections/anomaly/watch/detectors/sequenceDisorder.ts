/**
 * Sequence disorder: many messages refused for their number (seen before, out of sequence), by the network or a customer: counters
 * reset by a firmware, a policy that does not fit, replays in numbers.
 */
import type { Detector } from "../Detector.ts"
import { excessOf } from "../excess.ts"
import * as Series from "../Series.ts"
import * as Unusual from "../Unusual.ts"
import { measure, minutesOf } from "../words.ts"

const least = { seen: 10, part: 0.05 }

export const detector: Detector = {
  kind: "sequence-disorder",
  ofThing: ({ order, who }, { at, watch: { list } }) => {
    if (who.station !== null) return
    const excess = excessOf(order, least)
    if (excess === undefined)
      return Unusual.calm(list, "sequence-disorder", who, () => "numbers are in order again", at)
    const unit = `messages refused for their number in ${minutesOf(excess.bins)} minutes`
    return Unusual.say(
      list,
      "sequence-disorder",
      who,
      {
        expected: measure(excess.expected, unit),
        seen: measure(excess.seen, unit),
        sinceMs: at.ms - excess.bins * Series.binMs,
        causes: [order.lastAt],
        severity: excess.seen,
      },
      at,
    )
  },
}
