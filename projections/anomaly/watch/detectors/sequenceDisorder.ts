/**
 * Sequence disorder: many messages refused for their number (seen before, out of sequence), by the network or a customer: counters
 * reset by a firmware, a policy that does not fit, replays in numbers.
 */
import type { Detector } from "../Detector.ts"
import { judgeExcess } from "../judgeExcess.ts"

const least = { seen: 10, part: 0.05 }

export const detector: Detector = {
  kind: "sequence-disorder",
  ofThing: ({ order, who }, judged) => {
    // Of stations it is not known.
    if (who.station !== null) return
    judgeExcess(
      {
        kind: "sequence-disorder",
        who,
        share: order,
        least,
        what: "messages refused for their number",
        over: "numbers are in order again",
      },
      judged,
    )
  },
}
