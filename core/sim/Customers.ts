/**
 * How customers' endpoints answer: a pure function of seed, customer, attempt and instant.
 *
 * For modelled deliveries, and for the demo's real endpoint, which looks its answers up here.
 */
import type { CustomerId } from "../event/ids.ts"
import * as Noise from "./Noise.ts"

export interface Answer {
  /** HTTP status; absent when the endpoint hangs and never answers. */
  readonly status?: number
  /** Until the answer; for one that hangs, how long it keeps the connection open. */
  readonly delayMs: number
}

export interface Outage {
  readonly customer: CustomerId
  readonly fromMs: number
  readonly untilMs: number
  /** It answers, late, but in time. */
  readonly slow?: true
}

export interface Request {
  readonly customer: CustomerId
  readonly atMs: number
  /** Tells requests of one instant apart: a number made of device, sequence number and attempt. */
  readonly nonce: number
}

/** Of 1000 answers of a healthy endpoint. */
const errorsOf1000 = 4
const slowOf1000 = 10
/** More than the 10 s within which an answer counts (Sigfox facts, part 6). */
const hangMs = 30_000
/** Within those 10 s. */
const slowMs = 4_000
/** Of an outage's length: first the endpoint hangs, then it answers 503 until it is well. */
const hangingPart = 0.75

export const answer = (seed: number, outages: ReadonlyArray<Outage>, of: Request): Answer => {
  const noise = Noise.mix(Noise.mix(seed, of.nonce), of.atMs >>> 0)
  const quickMs = 30 + (Noise.mix(noise, 1) % 250)
  const outage = outages.find(
    ({ customer, fromMs, untilMs }) =>
      customer === of.customer && of.atMs >= fromMs && of.atMs < untilMs,
  )
  if (outage?.slow === true) return { status: 200, delayMs: slowMs + quickMs }
  if (outage !== undefined) {
    const { fromMs, untilMs } = outage
    const isHanging = of.atMs < fromMs + hangingPart * (untilMs - fromMs)
    return isHanging ? { delayMs: hangMs } : { status: 503, delayMs: quickMs }
  }
  const chance = noise % 1000
  if (chance < errorsOf1000) return { status: 500, delayMs: quickMs }
  if (chance < errorsOf1000 + slowOf1000) return { status: 200, delayMs: 10 * quickMs }
  // The backend's documents have customers answer 200 or 204.
  return { status: 200, delayMs: quickMs }
}

/** The nonce of an attempt. */
export const nonceOf = (device: string, seq: number, attempt: number): number => {
  let noise = Noise.mix(seq, attempt)
  for (let i = 0; i < device.length; i++) noise = Noise.mix(noise, device.charCodeAt(i))
  return noise
}
