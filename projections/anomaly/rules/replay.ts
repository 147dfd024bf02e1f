/**
 * Replay: a message of the device that was heard before came again, and not from the device: other receivers,
 * another strength, frequencies that are not its generator's. Without such evidence it is a re-transmission.
 *
 * The last `Profile.marksMax` messages are known here; older ones come from the log's index
 * (`EarlierTwinFound`), and are the business of `replayAfterWrap.ts`.
 */
import { isLate, likenessOf } from "../likeness.ts"
import { stateless } from "../Rule.ts"

export const rule = stateless("replay", ["Settled"], (moment, report) => {
  if (moment._tag !== "Settled") return
  const { evidence, sighting, usual } = moment
  if (sighting.verdict !== "refused" || !evidence.isForeign || isLate(sighting)) return
  if (likenessOf(sighting, usual) !== "same") return
  // Two devices under one name that send one bit each send the same frame now and then.
  if (report.known("clone", sighting.device)) return
  const older = report.known("replay-after-wrap", sighting.device)
  if (older?.message === `${sighting.device}:${sighting.seq}`) return
  const position = sighting.firstAt
  report.say({
    kind: "replay",
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
        weight: 0.5,
      },
      ...evidence.facts,
    ],
  })
})
