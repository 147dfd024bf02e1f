/**
 * Wrap-padding forgery (SIGFOX.md part 8): a shorter frame made longer under the same MAC, without the key. The
 * check at ingest saw the plain payload and left the sign; a true payload has it once in 2^32 or less often.
 */
import { isLate, likenessOf } from "../likeness.ts"
import { stateless } from "../Rule.ts"

export const rule = stateless("wrap-padding-forgery", ["Settled"], (moment, report) => {
  if (moment._tag !== "Settled" || !moment.sighting.signs.includes("wrap-padding")) return
  const { evidence, sighting, usual } = moment
  const position = sighting.firstAt
  const isSecond = !isLate(sighting) && likenessOf(sighting, usual) === "other"
  report.say({
    kind: "wrap-padding-forgery",
    device: sighting.device,
    seq: sighting.seq,
    fromPosition: position,
    toPosition: sighting.lastAt,
    fromMs: sighting.firstMs,
    toMs: sighting.firstMs,
    facts: [
      {
        text: "its payload spells out the MAC's padding: a shorter frame has the same MAC",
        position,
        weight: 0.9,
      },
      ...(isSecond
        ? [{ text: `number ${sighting.seq} came before with other bytes`, position, weight: 0.5 }]
        : []),
      ...evidence.facts,
    ],
  })
})
