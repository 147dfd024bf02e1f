/**
 * Massive cloning: many devices' keys are out, and one place sends under all their names, far more
 * than the stations around it usually hear (Sigfox facts, part 8).
 */
import { encodeRanks } from "../../frame/encodeUplink.ts"
import * as Schedule from "../Schedule.ts"
import { type Adversary, nothing, type Truth } from "./Adversary.ts"
import * as Attacker from "./Attacker.ts"

const devicesMax = 100
const messagesEach = 10

export const massiveCloning: Adversary = (ground, { fromMs, untilMs, random, order }) => {
  const count = Math.min(devicesMax, Math.floor(ground.deviceCount / 4))
  const first = random.below(ground.deviceCount)
  const links = Attacker.near(ground, random, ground.site(first))
  const note = `One of ${count} devices under whose names one place sends, with their keys.`
  const indices = Array.from({ length: count }, (_, i) => (first + i) % ground.deviceCount)
  const truths = indices.map((index): Truth => {
    const { id: device } = ground.device(index)
    return { kind: "massive-cloning", device, atMs: fromMs, untilMs, note }
  })
  const everyMs = Math.floor((untilMs - fromMs) / (count * messagesEach))
  const bursts = Array.from({ length: count * messagesEach }, (_, i) => {
    const index = indices[i % count]
    const atMs = fromMs + i * everyMs
    const slot = Schedule.slotAt(ground.device(index), ground.ages, atMs)
    const { site, seq } = ground.message(index, slot)
    const next = (seq + Math.floor(i / count)) % site.device.rollover
    const encoded = encodeRanks(
      {
        device: site.device.address,
        seq: next,
        downlinkAsked: false,
        payload: random.bytes(1 + random.below(12)),
      },
      site.mac,
    )
    return Attacker.burst({ order: order + i, random, links, atMs, encoded })
  })
  return { ...nothing, truths, bursts }
}
