/**
 * Clone: a second transmitter with the same key and number in another city. It begins at the
 * original's counter and goes on by itself, so the two interleave.
 */
import { encodeRanks } from "../../frame/encodeUplink.ts"
import * as Schedule from "../Schedule.ts"
import { type Act, type Adversary, burstsMax, nothing } from "./Adversary.ts"
import * as Attacker from "./Attacker.ts"
import type * as Device from "../Device.ts"
import type { Ground } from "../Ground.ts"
import { victim } from "./victim.ts"

export const clone: Adversary = (ground, act) => {
  const { fromMs, untilMs, random } = act
  const device = victim(ground, random, ({ rollover, perDay }) => rollover === 4096 && perDay >= 24)
  if (device === undefined) return nothing
  const copied = ground.message(device.index, Schedule.slotAt(device, ground.ages, fromMs))
  const note = `A second transmitter with the key of ${device.id}, in another city, with its own messages.`
  const bursts = transmissionsOf(ground, act, device, copied.seq, copied.atMs)
  return {
    ...nothing,
    truths: [
      { kind: "clone", device: device.id, seq: copied.seq + 1, atMs: copied.atMs, untilMs, note },
    ],
    bursts,
  }
}

const transmissionsOf = (
  ground: Ground,
  { untilMs, random, order }: Act,
  device: Device.Device,
  copiedSeq: number,
  copiedMs: number,
) => {
  const site = ground.site(device.index)
  const links = Attacker.far(ground, random, site)
  // A little faster than the original: it overtakes, and is overtaken by nobody.
  const everyMs = Math.floor(device.periodMs * 0.8)
  const count = Math.min(burstsMax - 1, Math.max(0, Math.floor((untilMs - copiedMs) / everyMs)))
  return Array.from({ length: count }, (_, i) => {
    const seq = (copiedSeq + 1 + i) % device.rollover
    const head = { device: device.address, seq, downlinkAsked: false }
    const encoded = encodeRanks(
      device.size === "bit"
        ? { ...head, bit: random.below(2) === 1 ? 1 : 0 }
        : { ...head, payload: random.bytes(device.size) },
      site.mac,
    )
    const atMs = copiedMs + (i + 1) * everyMs - random.below(Math.floor(everyMs / 4))
    return Attacker.burst({ order: order + i, random, links, atMs, encoded })
  })
}
