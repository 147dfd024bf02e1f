/**
 * Reflash: a device's firmware forgot its counter, which begins low again; its number is refused, and so are the
 * next ones that go on from it, while all else about it is as usual. Disengage helps it.
 */
import * as FifoMap from "../../../core/kernel/FifoMap.ts"
import { isLate, likenessOf } from "../likeness.ts"
import * as Profile from "../Profile.ts"
import { remembers, type Memory } from "../remembers.ts"
import type { Rule } from "../Rule.ts"

/** Devices remembered whose counter may have begun again. */
export const devicesMax = 1024
/** A counter that begins again is heard within so many numbers of 0. */
const lowMax = 32
/** Between one refused number and the next. */
const stepMax = 8
/** Numbers that go on from an earlier one of its own so closely, or lie so closely below the last, are no new beginning. */
const ownMax = 64

type Note = { readonly seq: number; readonly position: number; readonly atMs: number }

export const rule: Rule<Memory<Note>> = {
  ...remembers<Note>(devicesMax),
  name: "reflash",
  wants: ["Settled"],
  apply: (draft, moment, report) => {
    if (moment._tag !== "Settled") return
    const { evidence, sighting, usual } = moment
    const { device, firstMs, reason, seq, verdict, verdictAt } = sighting
    if (verdict !== "refused" || evidence.isForeign || isLate(sighting)) return
    if (reason !== "out-of-sequence" && reason !== "unstated-band") return
    if (likenessOf(sighting, usual) !== undefined || report.known("clone", device)) return
    const before = FifoMap.get(draft, device)
    const isNext = before !== undefined && seq > before.seq && seq - before.seq <= stepMax
    if (!isNext && (seq > lowMax || goesOn(seq, usual))) return
    FifoMap.set(draft, device, { seq, position: verdictAt, atMs: firstMs })
    const first = before !== undefined && isNext ? before : undefined
    // One low number may be an old frame's, or, closely below the last, of somebody who shares the device's name; the next
    // one that goes on from it is not.
    const isClear = evidence.generator === true && usual.lastSeq - seq > ownMax
    if (first === undefined && !isClear) return
    report.say({
      kind: "reflash",
      device,
      seq,
      fromPosition: first?.position ?? verdictAt,
      toPosition: verdictAt,
      fromMs: first?.atMs ?? firstMs,
      toMs: firstMs,
      facts: [
        {
          text: `number ${seq} was refused after ${usual.lastSeq}: the counter begins low again`,
          position: verdictAt,
          weight: 0.5,
        },
        ...(first === undefined
          ? []
          : [{ text: "the next numbers go on from there", position: verdictAt, weight: 0.7 }]),
        ...(evidence.generator === true
          ? [
              {
                text: "its frequencies follow the device's generator",
                position: verdictAt,
                weight: 0.3,
              },
            ]
          : []),
      ],
    })
  },
}

/** Whether the number follows closely on one that the device sent before. */
const goesOn = (seq: number, { marks }: Profile.Profile): boolean =>
  marks.some((mark) => seq > Profile.seqOf(mark) && seq - Profile.seqOf(mark) <= ownMax)
