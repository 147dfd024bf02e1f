/**
 * Desync: somebody who has the device's key sends a number far ahead, yet within what the counter
 * rule takes, from another city; the true device then lags behind and is refused.
 */
import { encodeRanks } from "../../frame/encodeUplink.ts"
import * as Schedule from "../Schedule.ts"
import { minuteMs } from "../Span.ts"
import { type Adversary, nothing } from "./Adversary.ts"
import * as Attacker from "./Attacker.ts"
import { victim } from "./victim.ts"

/** Within a day, rule 1 takes a gap of up to 150 whatever the contract (Sigfox facts, part 4: 300, or 3 x 50). */
const ahead = 140

export const desync: Adversary = (ground, { fromMs, random, order }) => {
  // The true device is to be heard, and refused, several times soon.
  const device = victim(ground, random, ({ rollover, perDay }) => rollover === 4096 && perDay >= 20)
  if (device === undefined) return nothing
  const last = ground.message(device.index, Schedule.slotAt(device, ground.ages, fromMs))
  const seq = (last.seq + ahead) % device.rollover
  const encoded = encodeRanks(
    { device: device.address, seq, downlinkAsked: false, payload: random.bytes(4) },
    last.site.mac,
  )
  const atMs = last.atMs + minuteMs
  const links = Attacker.far(ground, random, last.site)
  const note = `A forged number ${ahead} ahead under the device's own key: the true device lags behind.`
  return {
    ...nothing,
    truths: [{ kind: "desync", device: device.id, seq, atMs, note }],
    bursts: [Attacker.burst({ order, random, links, atMs, encoded })],
  }
}
