/**
 * How strongly a value goes with a selection: from four counts, how much more frequent it is inside than outside, and
 * how likely that much would be if it had nothing to do with it.
 *
 * The probability is exact (Fisher), so it holds for few rows as for many, and many values tried at once are allowed for
 * (Holm): with nothing there, one look in a hundred finds something at the level 0.01, however many values it tried.
 */

/** Rows with the value and in all, inside the selection and outside. */
export interface Counts {
  readonly inside: number
  readonly insideAll: number
  readonly outside: number
  readonly outsideAll: number
}

export interface Association {
  /** Share of the selection's rows over the share of the rest's. */
  readonly times: number
  /** The interval that holds the true one 95 times in a hundred (Katz, on the logarithm). */
  readonly timesLow: number
  readonly timesHigh: number
  /** Correlation of having the value and being selected, -1..1. */
  readonly phi: number
  /** That counts as far apart as these, or further, come about by chance; two-sided. */
  readonly p: number
}

export const of = (counts: Counts): Association => {
  const { inside, insideAll, outside, outsideAll } = counts
  // Where a cell is empty the ratio has no end: half a row more in each says how little is known.
  const half = inside === 0 || outside === 0 ? 0.5 : 0
  const a = inside + half
  const c = outside + half
  const n = insideAll + 2 * half
  const m = outsideAll + 2 * half
  const times = a / n / (c / m)
  const error = Math.exp(z95 * Math.sqrt(Math.max(0, 1 / a - 1 / n + 1 / c - 1 / m)))
  return {
    times,
    timesLow: times / error,
    timesHigh: times * error,
    phi: phiOf(counts),
    p: chanceOf(counts),
  }
}

/** Normal quantile of 0.975. */
const z95 = 1.959_963_985

const phiOf = ({ inside, insideAll, outside, outsideAll }: Counts): number => {
  const without = insideAll - inside
  const outsideWithout = outsideAll - outside
  const product = insideAll * outsideAll * (inside + outside) * (without + outsideWithout)
  return product === 0 ? 0 : (inside * outsideWithout - without * outside) / Math.sqrt(product)
}

/** Twice the tail of the hypergeometric distribution beyond what was seen, with it. */
const chanceOf = ({ inside, insideAll, outside, outsideAll }: Counts): number => {
  const all = insideAll + outsideAll
  const having = inside + outside
  const isMore = inside * all >= insideAll * having
  const step = isMore ? 1 : -1
  const end = isMore ? Math.min(having, insideAll) : Math.max(0, having - outsideAll)
  let term = Math.exp(
    logChoose(having, inside) +
      logChoose(all - having, insideAll - inside) -
      logChoose(all, insideAll),
  )
  let tail = term
  for (let k = inside; k !== end && term > tail * negligible; k += step) {
    term *= isMore
      ? ((having - k) * (insideAll - k)) / ((k + 1) * (all - having - insideAll + k + 1))
      : (k * (all - having - insideAll + k)) / ((having - k + 1) * (insideAll - k + 1))
    tail += term
  }
  return Math.min(1, 2 * tail)
}

const negligible = 1e-17

const logChoose = (n: number, k: number): number =>
  logFactorial(n) - logFactorial(k) - logFactorial(n - k)

const tabled = 256
const table = new Float64Array(tabled)
for (let n = 1; n < tabled; n++) table[n] = table[n - 1] + Math.log(n)

/** Stirling's series, whose error beyond the table is less than a double shows. */
const logFactorial = (n: number): number =>
  n < tabled
    ? table[n]
    : (n + 0.5) * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * n) - 1 / (360 * n ** 3)

/**
 * Holm's step-down: each probability as it is when so many were tried. `tried` counts also those that are not given;
 * that makes it stricter than Holm's own, never looser.
 */
export const allowFor = (chances: ReadonlyArray<number>, tried: number): ReadonlyArray<number> => {
  const order = chances.map((p, i) => [p, i] as const).toSorted(([p], [q]) => p - q)
  const allowed = Array<number>(chances.length).fill(1)
  let least = 0
  for (const [rank, [p, i]] of order.entries()) {
    least = Math.max(least, Math.min(1, p * Math.max(1, tried - rank)))
    allowed[i] = least
  }
  return allowed
}
