/** Counts by a closed set of words. */
export type Counts = { readonly [word: string]: number }

/** The counts with one more of `word`; the given ones stay as they are. */
export const countUp = (counts: Counts, word: string, by = 1): Counts => ({
  ...counts,
  [word]: (counts[word] ?? 0) + by,
})
