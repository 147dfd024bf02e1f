/**
 * MAC-failure storm: many messages whose MAC is wrong, by the network, a customer or a station: a wrong key handed out, forged
 * frames in numbers. One device that is guessed at is a finding (`mac-guessing`).
 */
import type { Detector } from "../Detector.ts"
import { excessOf } from "../excess.ts"
import * as Series from "../Series.ts"
import * as Unusual from "../Unusual.ts"
import { measure, minutesOf } from "../words.ts"

/** Messages, and receptions of a station, of which each message makes three. */
const least = { seen: 20, part: 0.05 }
const leastOfStation = { seen: 40, part: 0.05 }

export const detector: Detector = {
  kind: "mac-storm",
  ofThing: ({ macs, who }, { at, watch: { list } }) => {
    const excess = excessOf(macs, who.station === null ? least : leastOfStation)
    if (excess === undefined)
      return Unusual.calm(list, "mac-storm", who, () => "MACs are right again", at)
    const what = who.station === null ? "messages" : "receptions"
    const unit = `${what} with a wrong MAC in ${minutesOf(excess.bins)} minutes`
    return Unusual.say(
      list,
      "mac-storm",
      who,
      {
        expected: measure(excess.expected, unit),
        seen: measure(excess.seen, unit),
        sinceMs: at.ms - excess.bins * Series.binMs,
        causes: [macs.lastAt],
        severity: excess.seen,
      },
      at,
    )
  },
}
