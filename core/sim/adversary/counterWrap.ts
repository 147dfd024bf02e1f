/** Counter wraps as they come by themselves: nothing is disturbed, the truth is written down. */
import * as Device from "../Device.ts"
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
    const slot = wrapFrom(device, first)
    const atMs = Schedule.timeOf(device, ground.ages, slot)
    if (atMs >= untilMs) continue
    const note = `The counter wraps at ${device.rollover}.`
    const seq = Device.seqOf(device, slot)
    truths.push({ kind: "counter-wrap", device: device.id, seq, atMs, note })
    if (truths.length === wrapsMax) break
  }
  return { ...nothing, truths }
}

/** The first slot from `first` on whose message is the first of a turn. */
const wrapFrom = (device: Device.Device, first: number): number => {
  if (Device.seqOf(device, first) === 0) return first
  const turn = Device.turnOf(device, first)
  let low = first
  let high = first + device.rollover
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (Device.turnOf(device, middle) > turn) high = middle
    else low = middle + 1
  }
  return low
}
