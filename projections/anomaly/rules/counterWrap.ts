/** Counter wraps: the number fell because the counter turned over, as it must. */
import { isLate } from "../likeness.ts"
import { stateless } from "../Rule.ts"

/** More numbers missing than this: the wrap is guessed from both sides of a long silence. */
const missingMax = 16
/** A device cannot have used up more numbers than twice the contract's ceiling of 140 a day since it was heard. */
const numbersPerMs = (2 * 140) / 86_400_000

export const rule = stateless("counter-wrap", ["Settled"], (moment, report) => {
  if (moment._tag !== "Settled") return
  const { evidence, sighting, usual } = moment
  const { device, missing, seq, verdict, warning } = sighting
  if (verdict !== "accepted" || evidence.isForeign || isLate(sighting)) return
  if (usual.lastSeq < 0 || seq > usual.lastSeq) return
  if (warning === "first" || warning === "disengaged") return
  if (missing > missingMax + (sighting.firstMs - usual.lastMs) * numbersPerMs) return
  const position = sighting.verdictAt
  report.say({
    kind: "counter-wrap",
    device,
    seq,
    fromPosition: position,
    toPosition: position,
    fromMs: sighting.firstMs,
    toMs: sighting.firstMs,
    facts: [
      { text: `number ${seq} was accepted after ${usual.lastSeq}`, position, weight: 0.6 },
      ...(missing <= missingMax
        ? [{ text: `${missing} numbers are missing over the turn`, position, weight: 0.8 }]
        : []),
    ],
  })
})
