/** Devices that nobody registered: real frames under keys that the network does not have. */
import * as Schedule from "../Schedule.ts"
import { minuteMs } from "../Span.ts"
import { type Adversary, nothing } from "./Adversary.ts"

const strangers = 20

export const unknownDevice: Adversary = (ground, { fromMs, untilMs, random, order }) => {
  // Beyond the registered ones; with room for as many as a world can have grown.
  const first = ground.deviceCount + random.below(1000)
  const bursts = Array.from({ length: strangers }, (_, i) => {
    const device = ground.device(first + i)
    const atMs = fromMs + random.below(Math.max(1, untilMs - fromMs - minuteMs))
    const slot = Schedule.slotAt(device, ground.ages, atMs)
    const { burst } = ground.message(device.index, slot)
    const delayMs = atMs - Schedule.timeOf(device, ground.ages, slot)
    const transmissions = burst.transmissions.map((one) => ({
      ...one,
      endMs: one.endMs + delayMs,
    }))
    return { ...burst, order: order + i, device: -1, transmissions }
  })
  const note = `${strangers} devices that nobody registered sent one message each.`
  return {
    ...nothing,
    truths: [{ kind: "unknown-device", atMs: fromMs, untilMs, note }],
    bursts,
  }
}
