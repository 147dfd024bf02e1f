/**
 * What a fuzz run is: many inputs made from a seed, and what must hold of each.
 *
 * A violation names its input, so that it can be made a test. Of many, the first few are kept.
 */
export interface FuzzOptions {
  readonly count: number
  readonly seed: number
  /** Called now and then with the number of inputs done. */
  readonly progress: (done: number) => void
}

export interface Violation {
  readonly input: string
  readonly what: string
}

export interface FuzzReport {
  readonly inputs: number
  /** How the inputs ended, by outcome: a run in which nothing was read proves little. */
  readonly outcomes: Readonly<Record<string, number>>
  readonly violationCount: number
  /** The first `violationsKept` of them. */
  readonly violations: ReadonlyArray<Violation>
  /** Lines for people, printed after the outcomes. */
  readonly notes?: ReadonlyArray<string>
}

export const violationsKept = 10

export interface Fuzz {
  readonly name: string
  readonly run: (options: FuzzOptions) => FuzzReport
  /** Runs of code that is broken on purpose: each must report a violation, or the fuzz is blind. */
  readonly canaries: Readonly<Record<string, () => FuzzReport>>
}
