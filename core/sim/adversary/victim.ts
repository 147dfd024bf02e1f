/** Looks for a device that an adversary can use, beginning at a place left to chance. */
import type { Random } from "../../kernel/Random.ts"
import type * as Device from "../Device.ts"
import type { Ground } from "../Ground.ts"

/** Devices looked at before giving up. */
const looksMax = 20_000

export const victim = (
  ground: Ground,
  random: Random,
  fits: (device: Device.Device) => boolean,
): Device.Device | undefined => {
  const from = random.below(ground.deviceCount)
  const looks = Math.min(ground.deviceCount, looksMax)
  for (let i = 0; i < looks; i++) {
    const device = ground.device((from + i) % ground.deviceCount)
    if (fits(device)) return device
  }
  return undefined
}
