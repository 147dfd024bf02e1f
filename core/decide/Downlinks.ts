/**
 * The uplinks that asked for a downlink lately: who heard them, and what became of the asking.
 *
 * Kept from an asking message's first copy on, since the answer goes out through the station that heard it best.
 * Bounded by devices, askings a device, and stations an asking; what makes room is an asking whose window
 * closed long ago, except under a flood, when its answer then finds no asking and is refused.
 */
import { invariant } from "../kernel/invariant.ts"
import type { Recorded } from "../event/Envelope.ts"
import type { StationId } from "../event/ids.ts"
import type { FrameHeard } from "../event/reception.ts"
import * as DownlinkWindow from "../frame/DownlinkWindow.ts"
import type { Rank } from "../frame/FrameType.ts"

/** At the contract's ceiling 926 messages ask in a second (SIGFOX.md part 7), and an asking is settled within 90 s. */
export const devicesMax = 131_072

/** Askings kept for one device: a window takes most of a minute, so more at once are no device's. */
export const perDeviceMax = 2

/** Stations kept of an asking, those that heard it best. */
export const stationsMax = 8

export interface Heard {
  readonly station: StationId
  readonly rank: Rank
  /** -Infinity where the station did not say. */
  readonly rssiDbm: number
  readonly frequencyHz: number | undefined
  readonly at: number
}

export type Stage = "heard" | "asked" | "scheduled" | "over"

export interface Ask {
  readonly seq: number
  readonly digest: string
  readonly firstMs: number
  readonly keyVersion: number
  heard: ReadonlyArray<Heard>
  stage: Stage
  /** -1 before the message was accepted. */
  epoch: number
  /** Position of its DownlinkAsked. */
  askedAt: number
  opensAtMs: number
  closesAtMs: number
  /** From its DownlinkScheduled on. */
  scheduledAt: number
  station: StationId | undefined
  transmitAtMs: number
  /** The station's acknowledgement; -1 while there is none. */
  transmittedAt: number
  confirmByMs: number
}

export interface Downlinks {
  readonly byDevice: Map<string, Array<Ask>>
}

export const make = (): Downlinks => ({ byDevice: new Map() })

/** Whether a frame with these flags asks (LI1 LI0 BF REP). */
export const asks = (flags: number): boolean => (flags & 2) !== 0

/** The asking that a message was accepted for, newest first. */
export const find = (
  downlinks: Downlinks,
  of: { readonly device: string; readonly seq: number; readonly epoch: number },
): Ask | undefined =>
  downlinks.byDevice
    .get(of.device)
    ?.find((ask) => ask.stage !== "heard" && ask.seq === of.seq && ask.epoch === of.epoch)

/** The downlink that a confirmation heard at that instant is for. */
export const awaitingConfirmation = (
  downlinks: Downlinks,
  device: string,
  heardAtMs: number,
): Ask | undefined =>
  downlinks.byDevice
    .get(device)
    ?.find(
      (ask) =>
        ask.stage === "scheduled" && heardAtMs >= ask.transmitAtMs && heardAtMs <= ask.confirmByMs,
    )

/** Takes in a copy of an asking message whose MAC holds. */
export const heard = (
  downlinks: Downlinks,
  recorded: Recorded,
  frame: FrameHeard,
  windowMs: number,
): void => {
  if (!asks(frame.flags) || frame.check !== "ok") return
  const { position, occurredMs } = recorded
  const { device, seq } = frame
  const copy: Heard = {
    station: frame.station,
    rank: frame.rank,
    rssiDbm: frame.rssiDbm ?? -Infinity,
    frequencyHz: frame.frequencyHz,
    at: position,
  }
  const known = downlinks.byDevice.get(device)
  const same = known?.find(
    (ask) =>
      ask.seq === seq &&
      ask.digest === frame.payload.digest &&
      Math.abs(occurredMs - ask.firstMs) <= windowMs,
  )
  if (same !== undefined) {
    same.heard = withHeard(same.heard, copy)
    return
  }
  const ask: Ask = {
    seq,
    digest: frame.payload.digest,
    firstMs: occurredMs,
    keyVersion: frame.keyVersion,
    heard: [copy],
    stage: "heard",
    epoch: -1,
    askedAt: -1,
    opensAtMs: 0,
    closesAtMs: 0,
    scheduledAt: -1,
    station: undefined,
    transmitAtMs: 0,
    transmittedAt: -1,
    confirmByMs: 0,
  }
  // At the end of the map, so that the devices that asked longest ago make room first.
  downlinks.byDevice.delete(device)
  if (downlinks.byDevice.size >= devicesMax) {
    const oldest = downlinks.byDevice.keys().next()
    invariant(oldest.done === false, "a full map has a first key")
    downlinks.byDevice.delete(oldest.value)
  }
  downlinks.byDevice.set(device, [ask, ...(known ?? []).slice(0, perDeviceMax - 1)])
}

/** Takes in that a message was accepted and its window opens: the newest copy of that number heard. */
export const asked = (
  downlinks: Downlinks,
  position: number,
  event: {
    readonly device: string
    readonly seq: number
    readonly epoch: number
    readonly opensAtMs: number
    readonly closesAtMs: number
  },
): void => {
  const { device, epoch, seq, opensAtMs, closesAtMs } = event
  const ask = downlinks.byDevice
    .get(device)
    ?.find((each) => each.stage === "heard" && each.seq === seq)
  if (ask === undefined) return
  ask.stage = "asked"
  ask.epoch = epoch
  ask.askedAt = position
  ask.opensAtMs = opensAtMs
  ask.closesAtMs = closesAtMs
}

/** Takes in that a downlink will be sent. */
export const scheduled = (
  downlinks: Downlinks,
  position: number,
  event: {
    readonly device: string
    readonly seq: number
    readonly epoch: number
    readonly station: StationId
    readonly transmitAtMs: number
  },
  tallyWindowMs: number,
): void => {
  const ask = find(downlinks, event)
  if (ask === undefined) return
  ask.stage = "scheduled"
  ask.scheduledAt = position
  ask.station = event.station
  ask.transmitAtMs = event.transmitAtMs
  ask.confirmByMs = confirmBy(event.transmitAtMs, tallyWindowMs)
}

/**
 * When a confirmation of what is sent at that instant is not to be expected any more: the device answers within some
 * seconds, and stations hand it on within the time they have for a message.
 */
export const confirmBy = (transmitAtMs: number, tallyWindowMs: number): number =>
  Math.ceil(transmitAtMs) +
  DownlinkWindow.airtimeMs +
  DownlinkWindow.confirmsWithinMs +
  tallyWindowMs

/** Downlinks of one device on one day. */
export interface Quota {
  /** UTC days since 1970. */
  readonly day: number
  readonly count: number
}

/** One more is to be sent at that instant. A clock set back opens no new day. */
export const used = (quota: Quota | undefined, atMs: number): Quota => ({
  day: Math.max(quota?.day ?? 0, dayOf(atMs)),
  count: usedOn(quota, atMs) + 1,
})

/** One that was to be sent at that instant was not. */
export const givenBack = (quota: Quota | undefined, atMs: number): Quota | undefined =>
  quota?.day === dayOf(atMs) ? { ...quota, count: Math.max(0, quota.count - 1) } : quota

/** How many count against one more at that instant. */
export const usedOn = (quota: Quota | undefined, atMs: number): number =>
  quota === undefined || quota.day < dayOf(atMs) ? 0 : quota.count

const dayMs = 86_400_000

const dayOf = (atMs: number): number => Math.floor(atMs / dayMs)

/** One copy of each station, the strongest; of equal ones the first. Strongest first, then by station. */
const withHeard = (known: ReadonlyArray<Heard>, copy: Heard): ReadonlyArray<Heard> => {
  const same = known.find(({ station }) => station === copy.station)
  if (same !== undefined && same.rssiDbm >= copy.rssiDbm) return known
  return [...known.filter((each) => each !== same), copy].toSorted(byStrength).slice(0, stationsMax)
}

const byStrength = (a: Heard, b: Heard): number => {
  if (a.rssiDbm !== b.rssiDbm) return b.rssiDbm - a.rssiDbm
  return a.station < b.station ? -1 : a.station > b.station ? 1 : 0
}
