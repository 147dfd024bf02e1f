/** Replay right away: what a device just sent is sent again from nearby. */
import * as Schedule from "../Schedule.ts"
import { minuteMs, secondMs } from "../Span.ts"
import { type Adversary, nothing } from "./Adversary.ts"
import * as Attacker from "./Attacker.ts"
import { victim } from "./victim.ts"

export const replay: Adversary = (ground, { fromMs, random, order }) => {
  const device = victim(ground, random, ({ periodMs }) => periodMs > 20 * minuteMs)
  if (device === undefined) return nothing
  const slot = Schedule.slotAt(device, ground.ages, fromMs)
  const { site, seq, encoded, atMs: sentMs } = ground.message(device.index, slot)
  const atMs = sentMs + (30 + random.below(60)) * secondMs
  const links = Attacker.near(ground, random, site)
  const note = "A captured frame was sent again within two minutes, from nearby."
  return {
    ...nothing,
    truths: [{ kind: "replay", device: device.id, seq, atMs, note }],
    bursts: [Attacker.burst({ order, random, links, atMs, encoded })],
  }
}
