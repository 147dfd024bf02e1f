/**
 * The MAC's padding, and the forgery it allows.
 *
 * A packet without its MAC is repeated until it fills 16 bytes, or 32 when it is longer than 16
 * (Sigfox facts, part 1). So a short packet and a longer one that spells the repetition out have the
 * same MAC, and one captured frame gives a second one to who has no key: 1 byte becomes 8, 2 become
 * 10, 6 become 10 (Sigfox facts, part 8). What shows it is the packet itself: its tail repeats its
 * own head. A true payload does so by chance once in 2^32 (6 to 10) or less often.
 */
import * as Bytes from "../kernel/Bytes.ts"
import { repeatInto } from "../kernel/repeatInto.ts"
import { bitOrEmpty, formOfPayload, headerLength } from "./FrameType.ts"

/** The one or two blocks that the MAC of a packet covers, from the packet without its MAC. */
export const macInput = (packetWithoutMac: Uint8Array): Uint8Array => {
  const input = new Uint8Array(packetWithoutMac.length <= 16 ? 16 : 32)
  repeatInto(input, input.length, packetWithoutMac, packetWithoutMac.length)
  return input
}

/** The shorter frame a forged one was made from. */
export interface Origin {
  /** Bytes of payload of the shorter frame; 0 is an empty or bit frame. */
  readonly payloadLength: number
  /** MAC bytes that the shorter frame does not give away and that had to be guessed. */
  readonly macBytesGuessed: number
}

/**
 * The shorter data frame with the same MAC input as this data frame, if its payload spells out the
 * repetition of its own head; the one that needs the least guessing where there are two.
 */
export const originOf = (packetWithoutMac: Uint8Array): Origin | undefined => {
  const length = packetWithoutMac.length - headerLength
  // Cheapest test first: payloads of 1..4 bytes are too short, and 11 and 12 are alone in two blocks.
  if (length < 5 || length > 10) return undefined
  const li = packetWithoutMac[0] >> 6
  const macLength = formOfPayload(length).macLengths[li]
  const input = macInput(packetWithoutMac)
  const shorterInput = new Uint8Array(16)
  let best: Origin | undefined
  for (let shorter = 0; shorter < length; shorter++) {
    const known = macLengthWith(shorter, li)
    if (known === 0) continue
    repeatInto(shorterInput, 16, packetWithoutMac, headerLength + shorter)
    if (!Bytes.equal(input, shorterInput)) continue
    const macBytesGuessed = Math.max(0, macLength - known)
    if (best === undefined || macBytesGuessed < best.macBytesGuessed) {
      best = { payloadLength: shorter, macBytesGuessed }
    }
  }
  return best
}

/** MAC bytes of a data frame with this payload length and indicator; 0 if there is no such frame. */
const macLengthWith = (payloadLength: number, li: number): number => {
  const form = formOfPayload(payloadLength)
  const macLength = form.macLengths[li]
  if (form === bitOrEmpty) return macLength
  return form.packetLength - headerLength - macLength === payloadLength ? macLength : 0
}
