/**
 * What a benchmark is: work whose speed is measured beside a reference in the same run, since numbers
 * of one machine say little on another.
 *
 * `tiny` is for the tests, so that a benchmark cannot rot; its numbers mean nothing.
 */
export type Size = "tiny" | "full"

export interface Row {
  readonly bench: string
  readonly metric: string
  readonly value: number
  readonly unit: string
  /** The same metric of the reference, measured in the same run; null where there is none. */
  readonly reference: number | null
  /** value / reference; null where there is no reference. */
  readonly ratio: number | null
  /** Of the answer that was computed: the same on every machine and in every run of one size. */
  readonly digest?: string
}

export interface Bench {
  readonly name: string
  readonly run: (size: Size) => Promise<ReadonlyArray<Row>>
}

export const row = (given: Omit<Row, "ratio">): Row => ({
  ...given,
  ratio: given.reference === null ? null : given.value / given.reference,
})

/** Seconds of the processor that this process has taken: unlike the clock's, they say something where others want it too. */
export const processorSeconds = (): number => {
  const { system, user } = process.cpuUsage()
  return (system + user) / 1e6
}

/** Wall-clock seconds that `work` takes. */
export const secondsOf = (work: () => void): number => {
  const start = performance.now()
  work()
  return (performance.now() - start) / 1000
}
