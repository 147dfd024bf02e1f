/**
 * MAC-failure storm: many messages whose MAC is wrong, by the network, a customer or a station: a wrong key handed out, forged
 * frames in numbers. One device that is guessed at is a finding (`mac-guessing`).
 */
import type { Detector } from "../Detector.ts"
import { judgeExcess } from "../judgeExcess.ts"

/** Messages, and receptions of a station, of which each message makes three. */
const least = { seen: 20, part: 0.05 }
const leastOfStation = { seen: 40, part: 0.05 }

export const detector: Detector = {
  kind: "mac-storm",
  ofThing: ({ macs, who }, judged) =>
    judgeExcess(
      {
        kind: "mac-storm",
        who,
        share: macs,
        least: who.station === null ? least : leastOfStation,
        what: `${who.station === null ? "messages" : "receptions"} with a wrong MAC`,
        over: "MACs are right again",
      },
      judged,
    ),
}
