/** How long deliveries took: counts in fixed buckets, so that the summary stays small and exact enough. */

/** Upper ends of the buckets, ms; the last bucket has none. */
export const boundsMs: ReadonlyArray<number> = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 120_000, 300_000,
  600_000, 1_800_000, 3_600_000, 21_600_000, 86_400_000,
]

/** Changed in place by the ledger that holds it. */
export type Latency = {
  count: number
  maxMs: number
  readonly counts: Array<number>
}

export const make = (): Latency => ({
  count: 0,
  maxMs: 0,
  counts: Array.from({ length: boundsMs.length + 1 }, () => 0),
})

export const copy = (latency: Latency): Latency => ({
  ...latency,
  counts: latency.counts.slice(),
})

export const add = (latency: Latency, ms: number): void => {
  let bucket = 0
  while (bucket < boundsMs.length && ms > boundsMs[bucket]) bucket++
  latency.count++
  if (ms > latency.maxMs) latency.maxMs = ms
  latency.counts[bucket]++
}

/**
 * The time within which the part `quantile` (0..1) of all was done, ms: the upper end of its bucket, at
 * most the longest seen. Undefined while there are none.
 */
export const quantileMs = (latency: Latency, quantile: number): number | undefined => {
  if (latency.count === 0) return undefined
  const wanted = Math.ceil(quantile * latency.count)
  let counted = 0
  for (let bucket = 0; bucket < boundsMs.length; bucket++) {
    counted += latency.counts[bucket]
    if (counted >= wanted) return Math.min(boundsMs[bucket], latency.maxMs)
  }
  return latency.maxMs
}

export const p95Ms = (latency: Latency): number | undefined => quantileMs(latency, 0.95)

/** How many took how long, from the shortest that occurred to the longest. */
export const spread = ({
  counts,
}: Latency): ReadonlyArray<{ readonly uptoMs: number | null; readonly count: number }> => {
  const first = counts.findIndex((count) => count > 0)
  const last = counts.findLastIndex((count) => count > 0)
  return first < 0
    ? []
    : counts
        .slice(first, last + 1)
        .map((count, i) => ({ uptoMs: boundsMs[first + i] ?? null, count }))
}
