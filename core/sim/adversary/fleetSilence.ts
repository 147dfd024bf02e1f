/** The largest customer's fleet falls silent: nine of ten of its devices are not heard, as after an update that went wrong. */
import * as Group from "../Group.ts"
import * as Noise from "../Noise.ts"
import { type Adversary, type Bend, nothing } from "./Adversary.ts"

export const fleetSilence: Adversary = (ground, { fromMs, untilMs, random }) => {
  const customer = Group.customers[0].id
  const salt = random.u32()
  const isSilent = (device: number): boolean =>
    device >= 0 && ground.device(device).customer === customer && Noise.mix(salt, device) % 10 !== 0
  const bend: Bend = {
    stations: new Set(ground.stations.map(({ id }) => id)),
    fromMs,
    untilMs,
    apply: (passing, burst) => (isSilent(burst.device) ? [] : [passing]),
  }
  const note = "Nine of ten of the customer's devices were not heard."
  return {
    ...nothing,
    truths: [{ kind: "fleet-silence", customer, atMs: fromMs, untilMs, note }],
    bends: [bend],
  }
}
