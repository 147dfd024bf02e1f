/**
 * The frequencies a device built on sigfox-ep-lib v4.3 chooses (`sigfox_ep_frequency.c`; Sigfox
 * facts, part 3): a generator known to everyone, so an observer can check it. A clone or a replay need
 * not follow it, and other device libraries need not either.
 *
 * `x <- (61x + c) mod 2^14`, c from the device number, goes through all 2^14 values. Each value is a
 * frequency in the zone's channel; those too near its edge (when ranks 2 and 3 are to lie beside
 * rank 1) or at the edge of a micro channel are drawn again.
 */
import { macroChannelHz, type RadioZone } from "./RadioZone.ts"

/** Values of the generator are 0..16383. */
export const valueMax = 0x3fff
const multiplier = 61

/** The device's own addend c: odd, so that no value is left out. */
export const addendOf = (device: number): number =>
  // Even results become odd by one more, as the library does.
  ((multiplier * ((device & 0xffff) + 1)) & valueMax) | 1

export const nextValue = (x: number, device: number): number =>
  (multiplier * x + addendOf(device)) & valueMax

/** The frequency a value stands for, rounded down as the library does. */
export const frequencyOf = (zone: RadioZone, x: number): number =>
  zone.uplinkHz - macroChannelHz / 2 + basebandOf(zone, x)

/** The value whose frequency is nearest; values step by 9 to 10 Hz. May lie outside 0..valueMax. */
export const nearestValue = (zone: RadioZone, frequencyHz: number): number => {
  const baseband = frequencyHz - zone.uplinkHz + macroChannelHz / 2
  return Math.round(((baseband - zone.marginHz) * valueMax) / rangeOf(zone))
}

/** Where the network answers a message whose rank 1 was heard at `rank1Hz`. */
export const downlinkHz = (zone: RadioZone, rank1Hz: number): number =>
  rank1Hz + zone.downlinkHz - zone.uplinkHz

export interface Plan {
  /** By rank - 1. */
  readonly frequenciesHz: readonly [number, number, number]
  /** The generator's value after the message: what the next one goes on from. */
  readonly x: number
}

export interface Device {
  readonly zone: RadioZone
  /** 0 .. 2^32-1. */
  readonly device: number
}

/** The three frequencies of the next message of a device whose generator stands at `x`. */
export const planOf = (of: Device, x: number, downlinkAsked: boolean): Plan => {
  const { zone } = of
  const first = draw(of, x, downlinkAsked, [])
  const f1 = frequencyOf(zone, first)
  if (downlinkAsked) {
    return { frequenciesHz: [f1, f1 + zone.rankOffsetHz, f1 - zone.rankOffsetHz], x: first }
  }
  const second = draw(of, first, false, [first])
  const third = draw(of, second, false, [first, second])
  return {
    frequenciesHz: [f1, frequencyOf(zone, second), frequencyOf(zone, third)],
    x: third,
  }
}

/**
 * Whether three frequencies can be a message of this device, each right to `toleranceHz`.
 *
 * Without a downlink every value near the first frequency is tried, so the answer means much only
 * while the tolerance is small: by chance about `(2t/9.4) (2t/154000)^2` of three frequencies pass.
 */
export const explains = (
  of: Device,
  heardHz: readonly [number, number, number],
  downlinkAsked: boolean,
  toleranceHz: number,
): boolean => {
  const { zone } = of
  const [f1, f2, f3] = heardHz
  const isNear = (a: number, b: number): boolean => Math.abs(a - b) <= toleranceHz
  if (downlinkAsked) return isNear(f2, f1 + zone.rankOffsetHz) && isNear(f3, f1 - zone.rankOffsetHz)
  const from = Math.max(0, nearestValue(zone, f1 - toleranceHz))
  const to = Math.min(valueMax, nearestValue(zone, f1 + toleranceHz))
  for (let x = from; x <= to; x++) {
    if (!isAllowed(zone, x, false, [])) continue
    const second = draw(of, x, false, [x])
    if (!isNear(f2, frequencyOf(zone, second))) continue
    if (isNear(f3, frequencyOf(zone, draw(of, second, false, [x, second])))) return true
  }
  return false
}

const rangeOf = (zone: RadioZone): number => macroChannelHz - 2 * zone.marginHz

const basebandOf = (zone: RadioZone, x: number): number =>
  zone.marginHz + Math.floor((rangeOf(zone) * x) / valueMax)

/** The next allowed value; the generator meets every value, so there is one. */
const draw = (
  { zone, device }: Device,
  from: number,
  downlinkAsked: boolean,
  used: ReadonlyArray<number>,
): number => {
  let x = nextValue(from, device)
  while (!isAllowed(zone, x, downlinkAsked, used)) x = nextValue(x, device)
  return x
}

const isAllowed = (
  zone: RadioZone,
  x: number,
  downlinkAsked: boolean,
  used: ReadonlyArray<number>,
): boolean => {
  const baseband = basebandOf(zone, x)
  const edge = zone.marginHz + (downlinkAsked ? zone.rankOffsetHz : 0)
  if (baseband < edge || baseband > macroChannelHz - edge) return false
  if (zone.access !== "frequency-hopping") return true
  const channel = microChannelOf(baseband)
  // A message uses no micro channel twice.
  return channel > 0 && used.every((value) => microChannelOf(basebandOf(zone, value)) !== channel)
}

const microChannelHz = 25_000
const microGuardHz = 2000
/** Half of what the hopping zones' macro channel (200 kHz) is wider than the usual one. */
const hoppingMarginHz = 4000

/** The micro channel 1..6 of a baseband frequency, or 0 at its edges and outside. */
const microChannelOf = (baseband: number): number => {
  const within = baseband + hoppingMarginHz
  const channel = Math.floor(within / microChannelHz)
  const offset = within % microChannelHz
  if (channel < 1 || channel > 6) return 0
  return offset < microGuardHz || microChannelHz - offset < microGuardHz ? 0 : channel
}
