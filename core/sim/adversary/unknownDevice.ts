/** Devices that nobody registered: real frames under keys that the network does not have. */
import * as Schedule from "../Schedule.ts"
import { minuteMs } from "../Span.ts"
import type { Burst } from "../Burst.ts"
import type { Ground } from "../Ground.ts"
import { type Act, type Adversary, nothing } from "./Adversary.ts"

const strangersCount = 20

export const unknownDevice: Adversary = (ground, act) => {
  const { fromMs, untilMs } = act
  const note = `${strangersCount} devices that nobody registered sent one message each.`
  return {
    ...nothing,
    truths: [{ kind: "unknown-device", atMs: fromMs, untilMs, note }],
    bursts: strangers(ground, act, strangersCount),
  }
}

/** One message of each of so many devices that nobody registered, at any time of the act. */
export const strangers = (
  ground: Ground,
  { fromMs, untilMs, random, order }: Act,
  count: number,
): ReadonlyArray<Burst> => {
  // Beyond the registered ones; with room for as many as a world can have grown.
  const first = ground.deviceCount + random.below(1000)
  return Array.from({ length: count }, (_, i) => {
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
}
