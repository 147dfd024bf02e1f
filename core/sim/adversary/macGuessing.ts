/** MAC guessing: frames of one bit under a device's name, each with another MAC of 16 bits, all wrong. */
import { encodeRanks } from "../../frame/encodeUplink.ts"
import * as Schedule from "../Schedule.ts"
import { secondMs } from "../Span.ts"
import { type Adversary, nothing } from "./Adversary.ts"
import * as Attacker from "./Attacker.ts"
import { victim } from "./victim.ts"

/** The airtime of the shortest frame and a pause. */
const everyMs = 4 * secondMs
const guessesMax = 200

export const macGuessing: Adversary = (ground, { fromMs, untilMs, random, order }) => {
  const device = victim(ground, random, () => true)
  if (device === undefined) return nothing
  const { site, seq: last } = ground.message(
    device.index,
    Schedule.slotAt(device, ground.ages, fromMs),
  )
  const seq = (last + 1) % device.rollover
  const links = Attacker.near(ground, random, site)
  const guesses = Math.min(guessesMax, Math.floor((untilMs - fromMs) / everyMs))
  const bursts = Array.from({ length: guesses }, (_, i) => {
    const encoded = encodeRanks(
      { device: device.address, seq, downlinkAsked: false, bit: 1 },
      (packet, length) => wrong(site.mac(packet, length), random.bytes(length)),
    )
    const atMs = fromMs + i * everyMs
    // A guesser sends each try once.
    return Attacker.burst({ order: order + i, random, links, atMs, encoded: [encoded[0]] })
  })
  const note = `${guesses} guesses at the MAC of one message, ${everyMs / secondMs} s apart.`
  return {
    ...nothing,
    truths: [{ kind: "mac-guessing", device: device.id, seq, atMs: fromMs, untilMs, note }],
    bursts,
  }
}

/** A guess that happens to be right is made wrong: the truth says they all are. */
const wrong = (right: Uint8Array, guess: Uint8Array): Uint8Array => {
  if (guess.every((byte, i) => byte === right[i])) guess[0] ^= 0xff
  return guess
}
