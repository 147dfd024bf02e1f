/** Late buffer: a station loses its line, keeps what it hears, and hands it on when the line is back, with true times. */
import { minuteMs } from "../Span.ts"
import { type Adversary, type Bend, nothing } from "./Adversary.ts"
import { busyStation } from "./busyStation.ts"

/** Receptions a station can keep; what is heard beyond them is lost. */
const heldMax = 10_000
/** Longest time a line is away. */
export const awayMsMax = 25 * minuteMs

export const lateBuffer: Adversary = (ground, act) => {
  const { fromMs, random } = act
  const untilMs = Math.min(act.untilMs, fromMs + awayMsMax)
  const station = busyStation(ground, random)
  let held = 0
  const bend: Bend = {
    stations: new Set([station.id]),
    fromMs,
    untilMs,
    apply: ({ atMs, frame }) => {
      if (held >= heldMax) return []
      held++
      // In the order heard, one after the other.
      return [{ atMs: Math.max(atMs, untilMs + 20 * held), frame }]
    },
  }
  const minutes = Math.round((untilMs - fromMs) / minuteMs)
  const note = `The station handed on late what it heard in ${minutes} minutes.`
  return {
    ...nothing,
    truths: [{ kind: "late-buffer", station: station.id, atMs: fromMs, untilMs, note }],
    bends: [bend],
  }
}
