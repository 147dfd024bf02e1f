/**
 * Re-transmission: a device itself sent the same message again later. The counterpart of `replay.ts`: the same
 * frame, and nothing that speaks for another sender.
 */
import { isLate, likenessOf } from "../likeness.ts"
import { stateless } from "../Rule.ts"

export const rule = stateless("re-transmission", ["Settled"], (moment, report) => {
  if (moment._tag !== "Settled") return
  const { evidence, sighting, usual } = moment
  if (sighting.verdict !== "refused" || evidence.isForeign || isLate(sighting)) return
  if (likenessOf(sighting, usual) !== "same") return
  const position = sighting.firstAt
  report.say({
    kind: "re-transmission",
    device: sighting.device,
    seq: sighting.seq,
    fromPosition: position,
    toPosition: sighting.lastAt,
    fromMs: sighting.firstMs,
    toMs: sighting.firstMs,
    facts: [
      {
        text: `number ${sighting.seq} came again, bit for bit, after its tally was over`,
        position,
        weight: 0.4,
      },
      { text: "the stations are those that usually hear it", position, weight: 0.3 },
      ...(evidence.generator === true
        ? [{ text: "its frequencies follow the device's generator", position, weight: 0.6 }]
        : []),
    ],
  })
})
