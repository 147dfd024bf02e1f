/**
 * Counters and clock of a station's TPM as functions of time: it starts anew every few weeks, and is restarted without a
 * reset in between. What adversaries do to it (a boot more, a clock set forward) stays as a mark.
 */
import * as Noise from "../Noise.ts"
import { dayMs } from "../Span.ts"

export interface Moment {
  /** When the present boot began. */
  readonly bootMs: number
  readonly resetCount: number
  readonly restartCount: number
  readonly clockMs: number
  readonly safe: boolean
}

/** What an adversary leaves behind, from an instant on. */
export interface Mark {
  readonly atMs: number
  readonly boots: number
  readonly clockMs: number
}

/** Before every world: TPMs were made then. */
const madeMs = Date.UTC(2024, 0, 1)
/** A warm restart for maintenance. */
const restartEveryMs = 5 * dayMs

export const at = (seed: number, marks: ReadonlyArray<Mark>, atMs: number): Moment => {
  const everyMs = (20 + (seed % 20)) * dayMs
  const phaseMs = Noise.mix(seed, 1) % everyMs
  // A reset does not take the TPM's power away, so its clock goes on.
  const boots = Math.floor((atMs - madeMs + phaseMs) / everyMs)
  let bootMs = madeMs - phaseMs + boots * everyMs
  let resetCount = 1 + boots
  let clockMs = atMs - madeMs
  for (const mark of marks) {
    if (mark.atMs > atMs) continue
    resetCount += mark.boots
    clockMs += mark.clockMs
    if (mark.boots > 0) bootMs = Math.max(bootMs, mark.atMs)
  }
  return {
    bootMs,
    resetCount,
    restartCount: Math.floor((atMs - bootMs) / restartEveryMs),
    clockMs,
    safe: true,
  }
}
