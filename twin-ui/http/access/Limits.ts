/**
 * How often somebody may try: logins and tokens that fail, and requests at all. All in bounded memory; who is
 * pushed out of it begins anew.
 *
 * Failures of one account from one address wait ever longer (lock-out); those of one account from anywhere wait a little, so that
 * guessing from many addresses is slow and nobody can lock another out for long.
 */
import * as FifoMap from "../../../core/kernel/FifoMap.ts"

const knownMax = 10_000

/** Failures in a row that are let pass; then the wait doubles from 1 s up to `lockMsMax`. */
export const failuresFree = 5
export const lockMsMax = 15 * 60_000
/** The same for an account from anywhere. */
const failuresFreeAnywhere = 50
const waitMsMaxAnywhere = 30_000
/** Failures of one address in a minute, whatever it tries. */
export const failuresPerMinuteMax = 30

interface Failures {
  readonly count: number
  readonly lastMs: number
}

export interface LoginLimit {
  /** How long to wait before another try is looked at; 0: it may be. */
  readonly waitMs: (who: string, from: string, nowMs: number) => number
  readonly failed: (who: string, from: string, nowMs: number) => void
  readonly succeeded: (who: string, from: string) => void
}

export const makeLogin = (): LoginLimit => {
  const both = FifoMap.make<Failures>(knownMax)
  const anywhere = FifoMap.make<Failures>(knownMax)
  const addresses = FifoMap.make<Failures>(knownMax)

  const left = (
    failures: Failures | undefined,
    free: number,
    waitMsMax: number,
    nowMs: number,
  ): number => {
    if (failures === undefined || failures.count < free) return 0
    const wait = Math.min(waitMsMax, 1_000 * 2 ** Math.min(20, failures.count - free))
    return Math.max(0, failures.lastMs + wait - nowMs)
  }
  const again = (map: FifoMap.FifoMap<Failures>, key: string, nowMs: number): void => {
    FifoMap.set(map, key, { count: (FifoMap.get(map, key)?.count ?? 0) + 1, lastMs: nowMs })
  }
  const ofMinute = (from: string, nowMs: number): Failures | undefined => {
    const known = FifoMap.get(addresses, from)
    return known !== undefined && nowMs - known.lastMs < 60_000 ? known : undefined
  }

  return {
    waitMs: (who, from, nowMs) => {
      const minute = ofMinute(from, nowMs)
      return Math.max(
        left(FifoMap.get(both, `${from} ${who}`), failuresFree, lockMsMax, nowMs),
        left(FifoMap.get(anywhere, who), failuresFreeAnywhere, waitMsMaxAnywhere, nowMs),
        minute !== undefined && minute.count >= failuresPerMinuteMax
          ? minute.lastMs + 60_000 - nowMs
          : 0,
      )
    },
    failed: (who, from, nowMs) => {
      again(both, `${from} ${who}`, nowMs)
      again(anywhere, who, nowMs)
      const minute = ofMinute(from, nowMs)
      // The minute begins with its first failure.
      FifoMap.set(addresses, from, {
        count: (minute?.count ?? 0) + 1,
        lastMs: minute?.lastMs ?? nowMs,
      })
    },
    succeeded: (who, from) => {
      FifoMap.set(both, `${from} ${who}`, { count: 0, lastMs: 0 })
      FifoMap.set(anywhere, who, { count: 0, lastMs: 0 })
    },
  }
}

/** Requests a second of one account or address, and how many at once after a pause. */
export const requestsPerSecond = 100
export const requestsAtOnce = 400

export interface RequestLimit {
  /** Takes one; false when there are too many. */
  readonly take: (who: string, nowMs: number) => boolean
}

/** A token bucket each. */
export const makeRequests = (): RequestLimit => {
  const buckets = FifoMap.make<{ left: number; atMs: number }>(knownMax)
  return {
    take: (who, nowMs) => {
      const bucket = FifoMap.get(buckets, who) ?? { left: requestsAtOnce, atMs: nowMs }
      const filled = bucket.left + ((nowMs - bucket.atMs) / 1_000) * requestsPerSecond
      bucket.left = Math.min(requestsAtOnce, filled)
      bucket.atMs = nowMs
      FifoMap.set(buckets, who, bucket)
      if (bucket.left < 1) return false
      bucket.left -= 1
      return true
    },
  }
}
