/**
 * Fabricated repeats: a station invents copies of what it hears, in turn: the same rank again, ranks
 * that follow at once (no airtime between them), and ranks all on one frequency. So a message may
 * have more than three transmissions at that station.
 */
import * as Noise from "../Noise.ts"
import { type Adversary, type Bend, nothing, type Passing } from "./Adversary.ts"
import { busyStation } from "./busyStation.ts"

export const fabricatedRepeats: Adversary = (ground, { fromMs, untilMs, random }) => {
  const station = busyStation(ground, random)
  const salt = random.u32()
  const bend: Bend = {
    stations: new Set([station.id]),
    fromMs,
    untilMs,
    apply: (passing, burst, rank) => {
      if (rank !== 1 || burst.transmissions.length < 3) return [passing]
      const [first, second, third] = burst.transmissions
      const style = Noise.mix(salt, burst.salt) % 3
      if (style === 0) return [passing, later(passing, first.frame, 300)]
      if (style === 1) {
        return [passing, later(passing, second.frame, 40), later(passing, third.frame, 80)]
      }
      // Late enough to be told from true ranks by their frequency and number alone.
      return [passing, later(passing, second.frame, 2500), later(passing, third.frame, 5000)]
    },
  }
  const note =
    "The station adds copies it never heard: ranks twice, without airtime, on one frequency."
  return {
    ...nothing,
    truths: [{ kind: "fabricated-repeat", station: station.id, atMs: fromMs, untilMs, note }],
    bends: [bend],
  }
}

const later = ({ atMs, frame }: Passing, copy: string, delayMs: number): Passing => ({
  atMs: atMs + delayMs,
  frame: { ...frame, frame: copy, heardAtMs: frame.heardAtMs + delayMs },
})
