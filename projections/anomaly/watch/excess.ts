/** Whether one sort of messages is far more than its usual share: more than six deviations of a count, and three times. */
import * as Share from "./Share.ts"

/** Bins that are looked at: the last one, and the last half hour. */
const spans = [1, 3] as const
const deviationsMin = 6
const timesMin = 3

export interface Excess {
  readonly bins: number
  readonly seen: number
  readonly expected: number
  readonly of: number
}

/** What must be there for an excess: so many, and such a part of all. */
export interface Least {
  readonly seen: number
  readonly part: number
}

export const excessOf = (share: Share.Share, least: Least): Excess | undefined => {
  if (!Share.isKnown(share)) return undefined
  for (const bins of spans) {
    const { of, seen } = Share.lookBack(share, bins)
    if (seen < least.seen || seen < least.part * of) continue
    const expected = Share.usual(share) * of
    if (seen >= timesMin * expected && seen - expected >= deviationsMin * Math.sqrt(expected + 1))
      return { bins, seen, expected, of }
  }
  return undefined
}
