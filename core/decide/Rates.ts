/**
 * Who sends more than the policy permits: a token bucket for each station and each customer, over log time. A bucket holds a
 * minute's worth and fills evenly, so that what comes evenly within the rate is never shed, and of what exceeds it only the
 * surplus.
 *
 * - Only messages that would be accepted cost a token: what is refused anyway sheds nobody's.
 * - Time is the latest that any source named, no later than ours: a station whose clock runs ahead gains nothing.
 * - Bounded: the stations and customers charged last keep their buckets; one that is forgotten is full.
 * - The state changes by events alone; with the step `off` nothing is kept.
 */
import type { Recorded } from "../event/Envelope.ts"
import { type CustomerId, StationId } from "../event/ids.ts"
import type { Policy } from "../event/policy.ts"
import * as FifoMap from "../kernel/FifoMap.ts"

const bucketsMax = 16_384
/** What is shed is counted for a block over this time, ms. */
const shedWithinMs = 600_000
const minuteMs = 60_000

type Bucket = {
  readonly tokens: number
  readonly atMs: number
  /** From when it ran empty until it is full again. */
  readonly isOver: boolean
  readonly shed: number
  readonly shedSinceMs: number
}

/** Whose bucket: a station's or a customer's. */
export type Of = { readonly station: StationId } | { readonly customer: CustomerId }

export interface Rates {
  nowMs: number
  /** Of the reception that is decided on. */
  station: StationId
  readonly buckets: FifoMap.FifoMap<Bucket>
}

export const make = (): Rates => ({
  nowMs: 0,
  station: StationId.make("none"),
  buckets: FifoMap.make(bucketsMax),
})

/** A reception is decided on from here. */
export const heard = (
  rates: Rates,
  station: StationId,
  occurredMs: number,
  ourMs: number,
): void => {
  rates.station = station
  rates.nowMs = Math.max(rates.nowMs, Math.min(occurredMs, ourMs))
}

/** What is over its rate, the station before the customer. */
export const overOf = (
  rates: Rates,
  policy: Policy,
  customer: CustomerId | undefined,
): Of | undefined => {
  if (policy.shedding === "off") return undefined
  const { customerPerMinute, stationPerMinute } = policy
  if (
    stationPerMinute > 0 &&
    bucketOf(rates, { station: rates.station }, stationPerMinute).tokens < 1
  )
    return { station: rates.station }
  if (
    customer !== undefined &&
    customerPerMinute > 0 &&
    bucketOf(rates, { customer }, customerPerMinute).tokens < 1
  )
    return { customer }
  return undefined
}

/** Whether it was said already that it is over, since it was full. */
export const isSaid = (rates: Rates, of: Of, perMinute: number): boolean =>
  bucketOf(rates, of, perMinute).isOver

/** Messages shed within ten minutes. */
export const shedOf = (rates: Rates, of: Of): number =>
  FifoMap.get(rates.buckets, keyOf(of))?.shed ?? 0

export const perMinuteOf = (policy: Policy, of: Of): number =>
  "station" in of ? policy.stationPerMinute : policy.customerPerMinute

/** Takes one event into a state that the caller owns. `customer`: of the device of a decision. */
export const apply = (
  rates: Rates,
  { event }: Recorded,
  policy: Policy,
  customer: CustomerId | undefined,
): void => {
  if (policy.shedding === "off") return
  if (event._tag === "MessageAccepted") {
    charge(rates, { station: rates.station }, policy.stationPerMinute)
    if (customer !== undefined) charge(rates, { customer }, policy.customerPerMinute)
  } else if (event._tag === "MessageRefused") {
    if (event.reason === "station-rate")
      shed(rates, { station: rates.station }, policy.stationPerMinute)
    if (event.reason === "customer-rate" && customer !== undefined)
      shed(rates, { customer }, policy.customerPerMinute)
  } else if (event._tag === "RateExceeded") {
    const of = ofEvent(event)
    if (of === undefined) return
    const bucket = bucketOf(rates, of, event.perMinute)
    FifoMap.set(rates.buckets, keyOf(of), { ...bucket, isOver: true })
  }
}

const ofEvent = (event: {
  readonly station?: StationId
  readonly customer?: CustomerId
}): Of | undefined => {
  if (event.station !== undefined) return { station: event.station }
  return event.customer === undefined ? undefined : { customer: event.customer }
}

/** The bucket as it is now. */
const bucketOf = (rates: Rates, of: Of, perMinute: number): Bucket => {
  const known = FifoMap.get(rates.buckets, keyOf(of))
  if (known === undefined)
    return {
      tokens: perMinute,
      atMs: rates.nowMs,
      isOver: false,
      shed: 0,
      shedSinceMs: rates.nowMs,
    }
  const { nowMs } = rates
  const tokens = Math.min(
    perMinute,
    known.tokens + (Math.max(0, nowMs - known.atMs) * perMinute) / minuteMs,
  )
  const isOld = nowMs - known.shedSinceMs > shedWithinMs
  return {
    tokens,
    atMs: Math.max(nowMs, known.atMs),
    isOver: known.isOver && tokens < perMinute,
    shed: isOld ? 0 : known.shed,
    shedSinceMs: isOld ? nowMs : known.shedSinceMs,
  }
}

const charge = (rates: Rates, of: Of, perMinute: number): void => {
  if (perMinute === 0) return
  const bucket = bucketOf(rates, of, perMinute)
  // Where nothing is shed, it goes on below nothing no further.
  FifoMap.set(rates.buckets, keyOf(of), { ...bucket, tokens: Math.max(0, bucket.tokens - 1) })
}

const shed = (rates: Rates, of: Of, perMinute: number): void => {
  const bucket = bucketOf(rates, of, perMinute)
  FifoMap.set(rates.buckets, keyOf(of), { ...bucket, shed: bucket.shed + 1 })
}

const keyOf = (of: Of): string =>
  "station" in of ? `station/${of.station}` : `customer/${of.customer}`
