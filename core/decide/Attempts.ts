/**
 * The messages being heard now: one attempt is one packet of one device within the tally window.
 *
 * Copies of an attempt's packet belong to it and are not decided on again. A different packet with
 * the same number is another attempt, and so is the same packet after the window: a replay must not
 * hide among the copies of what it repeats.
 */
import { control } from "../frame/FrameType.ts"
import * as RecentMap from "../kernel/RecentMap.ts"
import type { RefusalReason } from "../event/decision.ts"
import type { Recorded } from "../event/Envelope.ts"
import type { FrameCheck, FrameHeard, FrameSign } from "../event/reception.ts"
import type { Sealed } from "../event/sealed.ts"

/** Devices whose attempts are kept; the one whose last attempt began longest ago makes room. */
export const devicesMax = 65_536

/** Attempts kept for one device: somebody guessing MACs makes a new one with each frame. */
export const perDeviceMax = 8

export interface Attempt {
  readonly seq: number
  readonly control: boolean
  readonly payload: Sealed
  readonly check: FrameCheck
  readonly keyVersion: number
  /** Of its payload: its copies have them too. */
  readonly signs: ReadonlyArray<FrameSign> | undefined
  readonly firstMs: number
  /** Position of its first reception. */
  readonly firstAt: number
  /** `open` until decided; `refused` may still become accepted when a trusted station hears it too. */
  verdict: "open" | "accepted" | "refused"
  reason: RefusalReason | undefined
  /**
   * The packet's bytes while this process remembers them: they save computing the digest for each
   * copy. Not part of the state: the digest in `payload` says the same.
   */
  packet: Uint8Array | undefined
  /** Of the packet, as hex: likewise. */
  mac: string
}

export interface Attempts {
  readonly byDevice: RecentMap.RecentMap<Array<Attempt>>
}

export const make = (): Attempts => ({ byDevice: RecentMap.make(devicesMax) })

/** The attempt a reception of this packet belongs to, told by the packet's bytes. */
export const findByPacket = (
  attempts: Attempts,
  sought: {
    readonly device: string
    readonly seq: number
    readonly control: boolean
    readonly heardAtMs: number
    readonly windowMs: number
    readonly body: Uint8Array
    readonly packetLength: number
  },
): Attempt | undefined => {
  const known = RecentMap.get(attempts.byDevice, sought.device)
  if (known === undefined) return undefined
  for (const attempt of known) {
    if (
      attempt.seq === sought.seq &&
      attempt.control === sought.control &&
      Math.abs(sought.heardAtMs - attempt.firstMs) <= sought.windowMs &&
      attempt.packet !== undefined &&
      startsWith(sought.body, attempt.packet, sought.packetLength)
    )
      return attempt
  }
  return undefined
}

/** The same, told by the sealed payload's digest: for attempts known only from the log. */
export const findByDigest = (
  attempts: Attempts,
  sought: {
    readonly device: string
    readonly seq: number
    readonly control: boolean
    readonly heardAtMs: number
    readonly windowMs: number
    readonly digest: string
  },
): Attempt | undefined =>
  RecentMap.get(attempts.byDevice, sought.device)?.find(
    (attempt) =>
      attempt.seq === sought.seq &&
      attempt.control === sought.control &&
      Math.abs(sought.heardAtMs - attempt.firstMs) <= sought.windowMs &&
      attempt.payload.digest === sought.digest,
  )

/** Takes in a reception: a first copy opens an attempt, a further one changes nothing. */
export const heard = (
  attempts: Attempts,
  recorded: Recorded,
  frame: FrameHeard,
  windowMs: number,
): void => {
  const isControlFrame = isControl(frame.frameType)
  const { device, seq, payload } = frame
  const heardAtMs = recorded.occurredMs
  const sought = {
    device,
    seq,
    control: isControlFrame,
    heardAtMs,
    windowMs,
    digest: payload.digest,
  }
  if (findByDigest(attempts, sought) !== undefined) return
  const opened: Attempt = {
    seq,
    control: isControlFrame,
    payload,
    check: frame.check,
    keyVersion: frame.keyVersion,
    signs: frame.signs,
    firstMs: heardAtMs,
    firstAt: recorded.position,
    verdict: "open",
    reason: undefined,
    packet: undefined,
    mac: "",
  }
  const known = RecentMap.get(attempts.byDevice, device) ?? []
  known.unshift(opened)
  if (known.length > perDeviceMax) known.pop()
  RecentMap.set(attempts.byDevice, device, known)
}

/** Takes in the decision on the attempt that began at the position `firstAt`. */
export const decided = (
  attempts: Attempts,
  device: string,
  firstAt: number,
  refusal: RefusalReason | undefined,
): void => {
  const attempt = openedAt(attempts, device, firstAt)
  if (attempt === undefined) return
  attempt.verdict = refusal === undefined ? "accepted" : "refused"
  attempt.reason = refusal
}

/** The attempt opened by the reception at this position. */
export const openedAt = (
  attempts: Attempts,
  device: string,
  firstAt: number,
): Attempt | undefined =>
  RecentMap.get(attempts.byDevice, device)?.find((known) => known.firstAt === firstAt)

const controlTypes: ReadonlyArray<number> = control.types

export const isControl = (frameType: number): boolean => controlTypes.includes(frameType)

const startsWith = (body: Uint8Array, packet: Uint8Array, length: number): boolean => {
  if (packet.length !== length) return false
  for (let i = 0; i < length; i++) if (body[i] !== packet[i]) return false
  return true
}
