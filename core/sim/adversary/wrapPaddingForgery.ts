/**
 * Wrap-padding forgery (Sigfox facts, part 8): a captured message of 1, 2 or 6 bytes is made one of
 * 8 or 10 under the same MAC, without the key, and sent before the network hears the device again.
 */
import { encodeRanks } from "../../frame/encodeUplink.ts"
import type { Message } from "../Ground.ts"
import * as Schedule from "../Schedule.ts"
import { secondMs } from "../Span.ts"
import { type Adversary, nothing } from "./Adversary.ts"
import * as Attacker from "./Attacker.ts"
import { victim } from "./victim.ts"

export const wrapPaddingForgery: Adversary = (ground, { fromMs, random, order }) => {
  const device = victim(ground, random, ({ size }) => size === 1 || size === 2 || size === 6)
  if (device === undefined) return nothing
  // Not a keep-alive: the first message of its usual size.
  let slot = Schedule.slotAt(device, ground.ages, fromMs)
  let captured = ground.message(device.index, slot)
  while (!("payload" in captured.sent)) captured = ground.message(device.index, ++slot)
  const { site, seq, sent } = captured
  const mac = macOf(captured)
  const encoded = encodeRanks(
    {
      device: device.address,
      seq,
      downlinkAsked: sent.downlinkAsked,
      payload: longer(captured.encoded[0].packet, captured.sent.payload),
    },
    () => mac,
  )
  const atMs = captured.atMs + (30 + random.below(60)) * secondMs
  const links = Attacker.near(ground, random, site)
  const note = `A message of ${device.size} bytes was lengthened by its own header under the same MAC.`
  return {
    ...nothing,
    truths: [{ kind: "wrap-padding-forgery", device: device.id, seq, atMs, note }],
    bursts: [Attacker.burst({ order, random, links, atMs, encoded })],
  }
}

const headerLength = 6

const macOf = (message: Message): Uint8Array => {
  const { packet } = message.encoded[0]
  const payload = "payload" in message.sent ? message.sent.payload.length : 0
  return packet.slice(headerLength + payload)
}

/** 1 to 8 and 2 to 10 bytes: `p | h0..h5 | p`; 6 to 10: `p | h0..h3`. */
const longer = (packet: Uint8Array, payload: Uint8Array): Uint8Array => {
  const header = packet.subarray(0, headerLength)
  return payload.length === 6
    ? Uint8Array.from([...payload, ...header.subarray(0, 4)])
    : Uint8Array.from([...payload, ...header, ...payload])
}
