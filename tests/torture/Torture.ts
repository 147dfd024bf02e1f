/**
 * What a torture is: a fault done again and again, to a log or to deliveries, and counted. Each stroke must leave what
 * was acknowledged as it was; what does not is a violation, told with what is needed to do it again.
 */
export interface Strokes {
  readonly count: number
  readonly seed: number
  /** Called after each stroke. */
  readonly progress: (done: number) => void
}

export interface Report {
  readonly strokes: number
  /** What the strokes hit, by name: a run that hit nothing proves little. */
  readonly outcomes: Readonly<Record<string, number>>
  readonly violations: ReadonlyArray<string>
}

export interface Torture {
  readonly name: string
  /** What one stroke is. */
  readonly about: string
  /** Strokes by hand when no number is given. */
  readonly countDefault: number
  /** Why it cannot be done on this machine; undefined where it can. */
  readonly missing?: () => string | undefined
  readonly run: (strokes: Strokes) => Promise<Report>
}

export const counter = () => {
  const outcomes: Record<string, number> = {}
  const violations: Array<string> = []
  return {
    outcomes,
    violations,
    add: (name: string, count = 1): void => {
      outcomes[name] = (outcomes[name] ?? 0) + count
    },
    violate: (what: string): void => {
      violations.push(what)
    },
  }
}
