/**
 * Which share of a thing's messages is usually of one sort (refused for their MAC, out of order): two sums that
 * forget with a day's half-life, and the last half hour beside them.
 */
import { lookMax } from "./Series.ts"

/** What is left of a sum after a bin: half after a day of 144. */
const kept = 0.5 ** (1 / 144)
/** With so many messages seen a share is known. */
export const knownFrom = 200

export interface Share {
  /** Of the bin that goes on. */
  count: number
  of: number
  lastAt: number
  readonly lastCounts: Array<number>
  readonly lastOf: Array<number>
  counts: number
  all: number
}

export const make = (): Share => ({
  count: 0,
  of: 0,
  lastAt: -1,
  lastCounts: [],
  lastOf: [],
  counts: 0,
  all: 0,
})

export const add = (share: Share, isOne: boolean, position: number): void => {
  share.of++
  if (!isOne) return
  share.count++
  share.lastAt = position
}

/** More than this is nobody's usual: what came before it was known may have been out of order itself. */
const usualMax = 0.1

/** Usual share, 0..1. */
export const usual = ({ all, counts }: Share): number =>
  Math.min(usualMax, (counts + 0.5) / (all + 100))

export const isKnown = ({ all }: Share): boolean => all >= knownFrom

export const close = (share: Share): void => {
  share.lastCounts.push(share.count)
  share.lastOf.push(share.of)
  if (share.lastOf.length > lookMax) {
    share.lastOf.shift()
    share.lastCounts.shift()
  }
  share.count = 0
  share.of = 0
}

/** Learns from the bin that was closed last. */
export const learn = (share: Share): void => {
  share.counts = share.counts * kept + (share.lastCounts.at(-1) ?? 0)
  share.all = share.all * kept + (share.lastOf.at(-1) ?? 0)
}

/** The last so many whole bins. */
export const lookBack = ({ lastCounts, lastOf }: Share, bins: number) => {
  let seen = 0
  let of = 0
  for (let i = Math.max(0, lastOf.length - bins); i < lastOf.length; i++) {
    seen += lastCounts[i]
    of += lastOf[i]
  }
  return { seen, of }
}

export type Encoded = readonly [
  head: ReadonlyArray<number>,
  lastCounts: ReadonlyArray<number>,
  lastOf: ReadonlyArray<number>,
]

export const encode = ({ all, count, counts, lastAt, lastCounts, lastOf, of }: Share): Encoded => [
  [count, of, lastAt, counts, all],
  lastCounts.slice(),
  lastOf.slice(),
]

export const decode = ([head, lastCounts, lastOf]: Encoded): Share => {
  const [count, of, lastAt, counts, all] = head
  return { count, of, lastAt, counts, all, lastCounts: lastCounts.slice(), lastOf: lastOf.slice() }
}

export const copy = (share: Share): Share => ({
  ...share,
  lastCounts: share.lastCounts.slice(),
  lastOf: share.lastOf.slice(),
})
