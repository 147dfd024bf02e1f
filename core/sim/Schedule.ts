/**
 * When a device sends which slot, and which slots of its past are told.
 *
 * The past before the world's start is thin: of all the slots that a device used up, only those of
 * `toldOf` are on the air. Its counter runs on all the same.
 */
import type { Device } from "./Device.ts"
import * as Noise from "./Noise.ts"

export interface Ages {
  /** When devices were switched on. */
  readonly originMs: number
  /** From here on every message is told. */
  readonly startMs: number
}

/** When a slot's first transmission begins. Rises with the slot. */
export const timeOf = (device: Device, ages: Ages, slot: number): number => {
  const { periodMs, phaseMs, seed, group } = device
  const stray = (Noise.unit(Noise.mix(seed, slot)) - 0.5) * group.jitter * periodMs
  return ages.originMs + phaseMs + slot * periodMs + Math.floor(stray) + Math.ceil(periodMs / 2)
}

/** The first slot, told or not, that is sent at `atMs` or later. */
export const slotAt = (device: Device, ages: Ages, atMs: number): number => {
  const periods = Math.floor((atMs - ages.originMs - device.phaseMs) / device.periodMs)
  let slot = Math.max(0, periods - 2)
  while (timeOf(device, ages, slot) < atMs) slot++
  return slot
}

/** The first slot that is sent at `atMs` or later and is told. */
export const toldSlotAt = (device: Device, ages: Ages, atMs: number): number => {
  const slot = slotAt(device, ages, atMs)
  if (atMs >= ages.startMs) return slot
  const { first, stride } = toldOf(device)
  const told = first + Math.max(0, Math.ceil((slot - first) / stride)) * stride
  return Math.min(slotAt(device, ages, ages.startMs), told)
}

/** The next slot after `slot` that is told. */
export const toldSlotAfter = (device: Device, ages: Ages, slot: number): number => {
  if (timeOf(device, ages, slot + 1) >= ages.startMs) return slot + 1
  const { first, stride } = toldOf(device)
  const next = first + (Math.floor((slot - first) / stride) + 1) * stride
  if (timeOf(device, ages, next) < ages.startMs) return next
  return slotAt(device, ages, ages.startMs)
}

export const isTold = (device: Device, ages: Ages, slot: number): boolean =>
  slot >= 0 && (isToldThinly(device, slot) || timeOf(device, ages, slot) >= ages.startMs)

const isToldThinly = (device: Device, slot: number): boolean => {
  const { first, stride } = toldOf(device)
  return slot >= first && (slot - first) % stride === 0
}

/** Which slots of the past are told: `first` and each `stride`th after it. Not all devices begin at once. */
const toldOf = (device: Device): { readonly first: number; readonly stride: number } => {
  const stride = strideOf(device)
  return { first: device.seed % stride, stride }
}

/**
 * In the past one slot in so many is told. Never more than a third of a turn of the counter, or a
 * wrap could not be told from a step back; and not more than 20 days, within which the counter rule
 * takes any gap that the contract allows. A few busy devices are told once a day: what somebody
 * captured long ago must really have been heard.
 */
const strideOf = (device: Device): number => {
  const daily = device.index % 80 === 0
  const days = daily ? 1 : 20
  return Math.max(1, Math.min(days * device.perDay, Math.floor(device.rollover / 3)))
}
