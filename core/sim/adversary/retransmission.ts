/** Re-transmission: a device whose firmware sends the same number and payload again a minute later. */
import { zones } from "../../frame/RadioZone.ts"
import * as FrequencyPlan from "../../frame/FrequencyPlan.ts"
import * as Burst from "../Burst.ts"
import * as Schedule from "../Schedule.ts"
import { minuteMs, secondMs } from "../Span.ts"
import { type Adversary, nothing } from "./Adversary.ts"
import { victim } from "./victim.ts"

export const retransmission: Adversary = (ground, { fromMs, random, order }) => {
  const device = victim(ground, random, ({ periodMs }) => periodMs > 10 * minuteMs)
  if (device === undefined) return nothing
  const slot = Schedule.slotAt(device, ground.ages, fromMs)
  const { site, seq, encoded, sent, atMs: sentMs } = ground.message(device.index, slot)
  const atMs = sentMs + 60 * secondMs
  const salt = random.u32()
  const of = { zone: zones.RC1, device: device.address }
  // Its own generator goes on from some value: the plan holds within the message.
  const { frequenciesHz } = FrequencyPlan.planOf(of, random.below(1 << 14), sent.downlinkAsked)
  const gapsMs = Burst.gapsOf(salt, sent.downlinkAsked)
  const { links } = site
  const burst = { order, device: device.index, salt, links, atMs, encoded, gapsMs, frequenciesHz }
  const note = "The device itself sent the same message again a minute later."
  return {
    ...nothing,
    truths: [{ kind: "re-transmission", device: device.id, seq, atMs, note }],
    bursts: [Burst.make(burst)],
  }
}
