/**
 * Replay after a counter wrap: a frame captured in an earlier turn of the counter is sent, from
 * another city, when its number lies a little ahead of the device's: the counter rule lets it pass.
 */
import type * as Device from "../Device.ts"
import type { Ground } from "../Ground.ts"
import { hear } from "../hear.ts"
import * as Schedule from "../Schedule.ts"
import { minuteMs } from "../Span.ts"
import { type Adversary, nothing } from "./Adversary.ts"
import * as Attacker from "./Attacker.ts"
import { victim } from "./victim.ts"

/** How far ahead the number may lie: within a day, rule 1 takes 300 (Sigfox facts, part 4). */
const aheadMin = 2
const aheadMax = 250

export const replayAfterWrap: Adversary = (ground, { fromMs, random, order }) => {
  const device = victim(
    ground,
    random,
    (candidate) => capturedSlot(ground, candidate, fromMs) !== undefined,
  )
  if (device === undefined) return nothing
  const captured = capturedSlot(ground, device, fromMs)
  if (captured === undefined) return nothing
  const now = ground.message(device.index, Schedule.slotAt(device, ground.ages, fromMs))
  const { site, seq, encoded, atMs: capturedMs } = ground.message(device.index, captured)
  const atMs = now.atMs + minuteMs
  const links = Attacker.far(ground, random, site)
  const days = Math.floor((atMs - capturedMs) / (24 * 60 * minuteMs))
  const note = `A frame captured ${days} days ago, one turn of the counter back, was sent again in another city.`
  return {
    ...nothing,
    truths: [{ kind: "replay-after-wrap", device: device.id, seq, atMs, note }],
    bursts: [Attacker.burst({ order, random, links, atMs, encoded })],
  }
}

/** A slot of the turn before, told and heard at all ranks, whose number is soon to come again. */
const capturedSlot = (
  ground: Ground,
  device: Device.Device,
  fromMs: number,
): number | undefined => {
  const now = Schedule.slotAt(device, ground.ages, fromMs)
  // Confirmations use up numbers: slots are then no measure of them.
  if (device.askEvery > 0) return undefined
  // Small roll-overs wrap within days: the frame would hardly be an old one.
  if (device.rollover < 4096 || now + aheadMax < device.rollover) return undefined
  for (let ahead = aheadMin; ahead <= aheadMax; ahead++) {
    const slot = now + ahead - device.rollover
    if (!Schedule.isTold(device, ground.ages, slot)) continue
    const { burst } = ground.message(device.index, slot)
    if ([1, 2, 3].every((rank) => hear(burst, rank, ground.stations).length > 0)) return slot
  }
  return undefined
}
