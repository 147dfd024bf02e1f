/**
 * Type relabelling (Sigfox facts, part 8): a captured data frame of 7 or 8 bytes is sent as a control
 * frame. The type is under neither MAC nor CRC, so both hold.
 */
import { encodeRanks } from "../../frame/encodeUplink.ts"
import * as Schedule from "../Schedule.ts"
import { secondMs } from "../Span.ts"
import { type Adversary, nothing } from "./Adversary.ts"
import * as Attacker from "./Attacker.ts"
import { victim } from "./victim.ts"

export const typeRelabelling: Adversary = (ground, { fromMs, random, order }) => {
  const device = victim(ground, random, ({ size }) => size === 7 || size === 8)
  if (device === undefined) return nothing
  let slot = Schedule.slotAt(device, ground.ages, fromMs)
  let captured = ground.message(device.index, slot)
  while (!("payload" in captured.sent)) captured = ground.message(device.index, ++slot)
  const { site, seq, sent } = captured
  const { payload } = captured.sent
  const mac = captured.encoded[0].packet.slice(6 + payload.length)
  const encoded = encodeRanks(
    { device: device.address, seq, downlinkAsked: sent.downlinkAsked, control: payload },
    () => mac,
  )
  const atMs = captured.atMs + (30 + random.below(60)) * secondMs
  const links = Attacker.near(ground, random, site)
  const note = `A data frame of ${payload.length} bytes was sent again as a control frame.`
  return {
    ...nothing,
    truths: [{ kind: "type-relabelling", device: device.id, seq, atMs, note }],
    bursts: [Attacker.burst({ order, random, links, atMs, encoded })],
  }
}
