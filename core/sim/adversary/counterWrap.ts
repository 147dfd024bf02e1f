/** Counter wraps as they come by themselves: nothing is disturbed, the truth is written down. */
import * as Schedule from "../Schedule.ts"
import { type Adversary, nothing, type Truth } from "./Adversary.ts"

/** Devices looked at, and wraps written down, in one act. */
const looksMax = 20_000
const wrapsMax = 100

export const counterWrap: Adversary = (ground, { fromMs, untilMs }) => {
  const truths: Array<Truth> = []
  for (let index = 0; index < Math.min(ground.deviceCount, looksMax); index++) {
    const device = ground.device(index)
    const first = Schedule.slotAt(device, ground.ages, fromMs)
    const turn = (device.counterStart + first) % device.rollover
    const slot = turn === 0 ? first : first + device.rollover - turn
    const atMs = Schedule.timeOf(device, ground.ages, slot)
    if (atMs >= untilMs) continue
    const note = `The counter wraps at ${device.rollover}.`
    truths.push({ kind: "counter-wrap", device: device.id, seq: 0, atMs, note })
    if (truths.length === wrapsMax) break
  }
  return { ...nothing, truths }
}
