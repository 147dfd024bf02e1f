/**
 * One destination as deliveries see it: how many attempts it may have under way, and whether it answers.
 *
 * - An attempt that is answered lets one more go at once, one that is not halves what may: a destination that hangs
 *   soon holds a single connection.
 * - After `failuresMax` failures in a row its circuit opens: single attempts alone, further and further apart, until one
 *   succeeds. What waits longer than all its attempts would have taken is given up.
 *
 * Opening and closing are events; the rest is not needed after a restart.
 */
import type { DestinationAdded } from "../event/registration.ts"

/** Attempts under way to one destination, so that one that hangs does not hold up the others. */
export const underWayMax = 16

/** What a destination begins with before it answered. */
const underWayFirst = 4

/** Failed attempts in a row that open the circuit. */
export const failuresMax = 5

/** Between single attempts while the circuit is open: twice as long each time. */
const probeFirstMs = 10_000
const probeMax = 60_000

/** Obligations of one batch request. */
export const batchMax = 100

/** Between two batches: what becomes owed meanwhile goes together. This project's own choice. */
export const batchEveryMs = 1_000

/** Between two looks for what waits too long: a look goes over all that waits. */
export const lateEveryMs = 10_000

export type Settings = Omit<DestinationAdded, "_tag">

export interface Outlet<Line> extends Standing {
  readonly _tag: "Outlet"
  readonly key: string
  /** Lines whose first obligation is due, the one that was due first ahead. */
  readonly ready: Fifo<Line>
  isInTurn: boolean
}

/** How a destination stands. */
interface Standing {
  /** Undefined once it was removed. */
  settings: Settings | undefined
  underWay: number
  limit: number
  /** Failed attempts in a row. */
  failures: number
  isOpen: boolean
  /** That it opens or closes is being recorded. */
  isTurning: boolean
  probes: number
  probeAtMs: number
  batchAtMs: number
  /** When to look again for what waits too long. */
  lateAtMs: number
}

export const make = <Line>(key: string): Outlet<Line> => ({
  _tag: "Outlet",
  key,
  settings: undefined,
  ready: fifo(),
  underWay: 0,
  limit: underWayFirst,
  failures: 0,
  isOpen: false,
  isTurning: false,
  probes: 0,
  probeAtMs: 0,
  batchAtMs: 0,
  lateAtMs: 0,
  isInTurn: false,
})

export const succeeded = (outlet: Standing): void => {
  outlet.failures = 0
  outlet.limit = Math.min(underWayMax, outlet.limit + 1)
}

/** `isAnswered`: with a status, though not a good one. */
export const failed = (outlet: Standing, isAnswered: boolean, nowMs: number): void => {
  outlet.failures++
  if (!isAnswered) outlet.limit = Math.max(1, outlet.limit >> 1)
  if (!outlet.isOpen) return
  outlet.probes++
  outlet.probeAtMs = nowMs + Math.min(probeMax, probeFirstMs * 2 ** outlet.probes)
}

export const opened = (outlet: Standing, nowMs: number): void => {
  outlet.isOpen = true
  outlet.isTurning = false
  outlet.probes = 0
  outlet.probeAtMs = nowMs + probeFirstMs
}

export const closed = (outlet: Standing): void => {
  outlet.isOpen = false
  outlet.isTurning = false
  outlet.failures = 0
}

export type Verdict =
  | { readonly _tag: "Go" }
  /** Not before this instant. */
  | { readonly _tag: "At"; readonly ms: number }
  /** Not before something is settled, or for good. */
  | { readonly _tag: "No" }

const go = { _tag: "Go" } as const
const no = { _tag: "No" } as const

/** Whether an attempt may begin now. */
export const mayBegin = (outlet: Standing, nowMs: number): Verdict => {
  const { settings } = outlet
  // Removed: what is owed there is given up, which needs no connection.
  if (settings === undefined) return go
  if (settings.channel === "pull") return no
  if (outlet.isOpen) {
    if (outlet.underWay > 0) return no
    return nowMs < outlet.probeAtMs ? { _tag: "At", ms: outlet.probeAtMs } : go
  }
  if (settings.channel === "batch-url") {
    if (outlet.underWay > 0) return no
    return nowMs < outlet.batchAtMs ? { _tag: "At", ms: outlet.batchAtMs } : go
  }
  return outlet.underWay < outlet.limit ? go : no
}

/** First in, first out. */
export interface Fifo<A> {
  readonly size: () => number
  readonly add: (value: A) => void
  readonly take: () => A | undefined
  /** Oldest first. */
  readonly values: () => ReadonlyArray<A>
}

/** An array with a moving head, cut when half of it is behind: `shift` would move all of it each time. */
export const fifo = <A>(): Fifo<A> => {
  let values: Array<A> = []
  let head = 0
  return {
    size: () => values.length - head,
    add: (value) => {
      values.push(value)
    },
    take: () => {
      if (head >= values.length) return undefined
      const value = values[head++]
      if (head * 2 > values.length) {
        values = values.slice(head)
        head = 0
      }
      return value
    },
    values: () => values.slice(head),
  }
}
