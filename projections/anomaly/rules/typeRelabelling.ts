/**
 * Type relabelling (SIGFOX.md part 8): the frame type is under neither MAC nor CRC, so a data frame can be sent
 * again as a control frame. What shows it: the same bytes under two types, or a control frame that holds no
 * control payload.
 */
import { likenessOf } from "../likeness.ts"
import { stateless } from "../Rule.ts"

export const rule = stateless("type-relabelling", ["Settled"], (moment, report) => {
  if (moment._tag !== "Settled") return
  const { evidence, sighting, usual } = moment
  const isOdd = sighting.signs.includes("control-odd")
  const isSame = likenessOf(sighting, usual) === "relabelled"
  if (!isOdd && !isSame) return
  const position = sighting.firstAt
  report.say({
    kind: "type-relabelling",
    device: sighting.device,
    seq: sighting.seq,
    fromPosition: position,
    toPosition: sighting.lastAt,
    fromMs: sighting.firstMs,
    toMs: sighting.firstMs,
    facts: [
      ...(isSame
        ? [
            {
              text: `the same bytes of number ${sighting.seq} came under two frame types`,
              position,
              weight: 0.95,
            },
          ]
        : []),
      ...(isOdd
        ? [
            {
              text: "a control frame whose payload no working device sends",
              position,
              weight: 0.6,
            },
          ]
        : []),
      ...evidence.facts,
    ],
  })
})
