/**
 * A device: everything about it is a pure function of the world's seed and its number, and so is
 * when it sends. Its messages are numbered by *slot*, 0, 1, 2 … from the world's origin on; the
 * counter on the air is the slot's, wrapped around. So any instant can be gone to at once.
 */
import { type CustomerId, type DeviceId, deviceIdOf } from "../event/ids.ts"
import type { Random } from "../kernel/Random.ts"
import * as Group from "./Group.ts"
import { dayMs } from "./Span.ts"

export interface Device {
  /** Its number, from 0. */
  readonly index: number
  readonly address: number
  readonly id: DeviceId
  readonly group: Group.Group
  readonly customer: CustomerId
  readonly city: number
  /** Its own noise (see Noise). */
  readonly seed: number
  /** Slot 0 lies this long after the world's origin. */
  readonly phaseMs: number
  readonly periodMs: number
  readonly perDay: number
  /** The least of the network's contracts that covers it. */
  readonly contractPerDay: number
  /** The number of slot 0. */
  readonly counterStart: number
  readonly rollover: number
  readonly size: number | "bit"
  /** A slot in each `askEvery` asks for a downlink, the `askAt`th; 0: none ever does. */
  readonly askEvery: number
  readonly askAt: number
  /** Where its frequency generator stands before slot 0. */
  readonly frequencySeed: number
}

/** Uplinks a day that contracts allow; 140 is the ceiling (Sigfox facts, part 3). */
const contracts = [50, 100, 140] as const
const rolloverUsual = 4096
/** Roll-overs that devices may be set to instead (Sigfox facts, part 3). */
const rolloversSmall = [128, 256, 512, 1024] as const

export const at = (root: Random, index: number, cities: number): Device => {
  const random = root.fork(`device-${index}`)
  const group = Group.of(index)
  const [low, high] = group.perDay
  const perDay = low + random.below(high - low + 1)
  const address = addressAt(root, index)
  const isAsking = random.below(group.askingOneIn) === 0
  const size = group.sizes[random.below(group.sizes.length)]
  const rollover = wrapsOften(index, size) ? rolloversSmall[random.below(4)] : rolloverUsual
  const isOthers = random.below(Group.othersOneIn) === 0
  const periodMs = Math.floor(dayMs / perDay)
  return {
    index,
    address,
    id: deviceIdOf(address),
    group,
    customer: isOthers ? Group.customers[Group.customers.length - 1].id : group.customer,
    city: random.below(cities),
    seed: random.u32(),
    phaseMs: random.below(periodMs),
    periodMs,
    perDay,
    contractPerDay: contracts.find((contract) => contract >= perDay) ?? 140,
    counterStart: random.below(rollover),
    rollover,
    size,
    askEvery: isAsking ? perDay : 0,
    askAt: random.below(perDay),
    frequencySeed: random.below(1 << 14),
  }
}

/**
 * One device in sixteen, if its payload is long enough never to repeat: a bit or a byte said again one
 * turn later makes the very same frame, MAC and all, and nobody can tell it from a replay.
 */
const wrapsOften = (index: number, size: number | "bit"): boolean =>
  index % 16 === 7 && size !== "bit" && size >= 4

/** Distinct for each index below 2^24, registered or not. */
const addressAt = (root: Random, index: number): number =>
  (Math.imul(index, 0x9e3779b1) + root.fork("addresses").u32()) & 0xffffff

/**
 * Numbers used up before `slot`: one a message, and the next one for the confirmation of a downlink asked for. A device
 * here leaves that number out when it heard no downlink, so that its counter stays a function of the slot.
 */
export const numbersBefore = (device: Device, slot: number): number =>
  slot + asksBefore(device, slot)

/** The number on the air of a slot, as long as the device is not flashed anew. */
export const seqOf = (device: Device, slot: number): number =>
  (device.counterStart + numbersBefore(device, slot)) % device.rollover

/** How often the counter has wrapped by `slot`. */
export const turnOf = (device: Device, slot: number): number =>
  Math.floor((device.counterStart + numbersBefore(device, slot)) / device.rollover)

export const isAsking = (device: Device, slot: number): boolean =>
  device.askEvery > 0 && slot % device.askEvery === device.askAt

/** How many slots before `slot` ask for a downlink. */
export const asksBefore = (device: Device, slot: number): number =>
  device.askEvery === 0
    ? 0
    : Math.max(0, Math.floor((slot - device.askAt + device.askEvery - 1) / device.askEvery))
