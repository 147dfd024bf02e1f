/** A station hears nothing for a while: its antenna, or its power. What it would have heard is lost. */
import { type Adversary, type Bend, nothing } from "./Adversary.ts"
import { busyStation } from "./busyStation.ts"

export const stationOutage: Adversary = (ground, { fromMs, untilMs, random }) => {
  const { id } = busyStation(ground, random)
  const bend: Bend = { stations: new Set([id]), fromMs, untilMs, apply: () => [] }
  return {
    ...nothing,
    truths: [
      {
        kind: "station-outage",
        station: id,
        atMs: fromMs,
        untilMs,
        note: "The station heard nothing.",
      },
    ],
    bends: [bend],
  }
}
