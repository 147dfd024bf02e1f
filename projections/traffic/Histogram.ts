/**
 * Counts over time in at most `bucketsMax` buckets of one width: when a new instant does not fit, the
 * width doubles and neighbours are added together. Buckets begin at multiples of the width, so the
 * result does not depend on the order in which instants come.
 *
 * Layout of `counts`: series s of bucket number `first + i` at `i * series.length + s`. `positions[i]` is
 * the greatest position among that bucket's events, -1 for an empty bucket.
 */
export const bucketsMax = 512
/** Width of a bucket before anything was doubled. */
export const widthMsMin = 1000

export const series = ["receptions", "accepted", "refused", "reported", "other"] as const
export type Series = (typeof series)[number]
const seriesCount = series.length

/** Mutable, owned by the state that holds it. */
export interface Histogram {
  widthMs: number
  /** Bucket number (instant divided by width) of the first one in use. */
  first: number
  /** Buckets in use. */
  used: number
  readonly counts: Float64Array
  readonly positions: Float64Array
}

export interface Bucket {
  readonly fromMs: number
  readonly toMs: number
  readonly counts: Readonly<Record<Series, number>>
  /** Greatest position among events up to this bucket's end: never falls from bucket to bucket. */
  readonly position: number
}

export const make = (): Histogram => ({
  widthMs: widthMsMin,
  first: 0,
  used: 0,
  counts: new Float64Array(bucketsMax * seriesCount),
  positions: new Float64Array(bucketsMax).fill(-1),
})

export const copy = (histogram: Histogram): Histogram => ({
  ...histogram,
  counts: histogram.counts.slice(),
  positions: histogram.positions.slice(),
})

/** Counts one more of series number `which` (its index in `series`) at the instant. */
export const add = (histogram: Histogram, ms: number, which: number, position: number): void => {
  let index = Math.floor(ms / histogram.widthMs) - histogram.first
  if (index < 0 || index >= histogram.used) {
    makeRoom(histogram, ms)
    index = Math.floor(ms / histogram.widthMs) - histogram.first
  }
  histogram.counts[index * seriesCount + which]++
  if (position > histogram.positions[index]) histogram.positions[index] = position
}

/** Buckets in use, oldest first, also the empty ones between. */
export const buckets = (histogram: Histogram): ReadonlyArray<Bucket> => {
  let position = -1
  return Array.from({ length: histogram.used }, (_, i) => {
    const at = i * seriesCount
    position = Math.max(position, histogram.positions[i])
    return {
      fromMs: (histogram.first + i) * histogram.widthMs,
      toMs: (histogram.first + i + 1) * histogram.widthMs,
      counts: {
        receptions: histogram.counts[at],
        accepted: histogram.counts[at + 1],
        refused: histogram.counts[at + 2],
        reported: histogram.counts[at + 3],
        other: histogram.counts[at + 4],
      },
      position,
    }
  })
}

export type Encoded = {
  readonly widthMs: number
  readonly first: number
  readonly counts: ReadonlyArray<number>
  readonly positions: ReadonlyArray<number>
}

export const encode = (histogram: Histogram): Encoded => ({
  widthMs: histogram.widthMs,
  first: histogram.first,
  counts: [...histogram.counts.subarray(0, histogram.used * seriesCount)],
  positions: [...histogram.positions.subarray(0, histogram.used)],
})

export const decode = (encoded: Encoded): Histogram => {
  const histogram = make()
  histogram.widthMs = encoded.widthMs
  histogram.first = encoded.first
  histogram.used = encoded.positions.length
  histogram.counts.set(encoded.counts)
  histogram.positions.set(encoded.positions)
  return histogram
}

/** Afterwards the instant's bucket is in use. */
const makeRoom = (histogram: Histogram, ms: number): void => {
  if (histogram.used === 0) {
    histogram.first = Math.floor(ms / histogram.widthMs)
    histogram.used = 1
    return
  }
  for (;;) {
    const bucket = Math.floor(ms / histogram.widthMs)
    const first = Math.min(histogram.first, bucket)
    const last = Math.max(histogram.first + histogram.used - 1, bucket)
    if (last - first < bucketsMax) return extend(histogram, first, last)
    double(histogram)
  }
}

const extend = (histogram: Histogram, first: number, last: number): void => {
  const { counts, positions, used } = histogram
  const shift = histogram.first - first
  if (shift > 0) {
    counts.copyWithin(shift * seriesCount, 0, used * seriesCount)
    counts.fill(0, 0, shift * seriesCount)
    positions.copyWithin(shift, 0, used)
    positions.fill(-1, 0, shift)
  }
  histogram.first = first
  histogram.used = last - first + 1
}

const double = (histogram: Histogram): void => {
  const { counts, first, positions, used } = histogram
  const newFirst = Math.floor(first / 2)
  for (let i = 0; i < used; i++) {
    // A bucket moves down or stays, so nothing unread is overwritten.
    const to = Math.floor((first + i) / 2) - newFirst
    for (let s = 0; s < seriesCount; s++) {
      const count = counts[i * seriesCount + s]
      counts[i * seriesCount + s] = 0
      counts[to * seriesCount + s] += count
    }
    const position = positions[i]
    positions[i] = -1
    if (position > positions[to]) positions[to] = position
  }
  histogram.used = Math.floor((first + used - 1) / 2) - newFirst + 1
  histogram.first = newFirst
  histogram.widthMs *= 2
}
