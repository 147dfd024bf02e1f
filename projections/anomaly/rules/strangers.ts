/**
 * Strangers: devices that nobody registered. One may be a neighbour's; several within an hour are worth
 * a look (anybody with a radio can invent ids, so the table is bounded and shared).
 */
import * as FifoMap from "../../../core/kernel/FifoMap.ts"
import { remembers, type Memory } from "../remembers.ts"
import type { Rule } from "../Rule.ts"

/** Strangers remembered. */
export const strangersMax = 1024
const hourMs = 3_600_000
/** So many within an hour. */
const severalMin = 3

/** Heard last, and how many others had been heard in the hour before it was first. */
type Note = { readonly firstMs: number; readonly position: number }

export const rule: Rule<Memory<Note>> = {
  ...remembers<Note>(strangersMax),
  name: "strangers",
  wants: ["Unproved"],
  apply: (draft, moment, report) => {
    if (moment._tag !== "Unproved" || moment.frame.check !== "unknown-device") return
    const { frame, recorded } = moment
    const { occurredMs, position } = recorded
    const known = FifoMap.get(draft, frame.device)
    if (known !== undefined && occurredMs - known.firstMs <= hourMs) return
    FifoMap.set(draft, frame.device, { firstMs: occurredMs, position })
    const recent = [...draft.values].filter(([, { firstMs }]) => occurredMs - firstMs <= hourMs)
    if (recent.length < severalMin) return
    const [, first] = recent[0]
    report.say({
      kind: "strangers",
      fromPosition: first.position,
      toPosition: position,
      fromMs: first.firstMs,
      toMs: occurredMs,
      facts: recent.slice(-severalMin).map(([device, note]) => ({
        text: `${device} is registered by nobody`,
        position: note.position,
        weight: 0.4,
      })),
    })
  },
}
