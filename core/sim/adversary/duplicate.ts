/** Duplicates: a station's backhaul hands on the same receptions twice, seconds apart. Nobody means harm. */
import { secondMs } from "../Span.ts"
import { type Adversary, type Bend, nothing } from "./Adversary.ts"
import { busyStation } from "./busyStation.ts"

export const duplicate: Adversary = (ground, { fromMs, untilMs, random }) => {
  const station = busyStation(ground, random)
  const bend: Bend = {
    stations: new Set([station.id]),
    fromMs,
    untilMs,
    apply: (passing) => [passing, { ...passing, atMs: passing.atMs + 3 * secondMs }],
  }
  const note = "Each reception of the station came twice."
  return {
    ...nothing,
    truths: [{ kind: "duplicate", station: station.id, atMs: fromMs, untilMs, note }],
    bends: [bend],
  }
}
