/** Reflash: new firmware forgets the counter, which begins at 0 again. The key stays. */
import * as Schedule from "../Schedule.ts"
import { type Adversary, nothing } from "./Adversary.ts"
import { victim } from "./victim.ts"

export const reflash: Adversary = (ground, { fromMs, random }) => {
  // Far enough from the wrap that 0 is no number to come soon, and busy enough to go on being heard.
  const device = victim(ground, random, (candidate) => {
    const slot = Schedule.slotAt(candidate, ground.ages, fromMs)
    const { seq } = ground.message(candidate.index, slot)
    return candidate.rollover === 4096 && candidate.perDay >= 20 && seq > 500 && seq < 3000
  })
  if (device === undefined) return nothing
  const slot = Schedule.slotAt(device, ground.ages, fromMs)
  const atMs = Schedule.timeOf(device, ground.ages, slot)
  ground.reflash(device.index, slot)
  const note = "The device was flashed anew: its counter begins at 0 again."
  return { ...nothing, truths: [{ kind: "reflash", device: device.id, seq: 0, atMs, note }] }
}
