/**
 * Every adversary of the simulator, seed after seed, and the same worlds undisturbed: what the twin names, misses and
 * makes up, and how long it takes. An input is a message; an attack missed or a false alarm is a violation and
 * names its scenario and seed.
 */
import type { ScenarioName } from "../../core/sim/scenarios.ts"
import type { Finding } from "../../projections/anomaly/Finding.ts"
import {
  audit,
  type Audit,
  describeFinding,
  describeTruth,
  judgedKinds,
} from "../scenario/Auditor.ts"
import {
  type Fuzz,
  type FuzzOptions,
  type FuzzReport,
  type Violation,
  violationsKept,
} from "./Fuzz.ts"

/** Worlds of about 2,500 messages in six hours. */
const size = { devices: 400, stations: 48, hours: 6 }
/** A city's jamming takes more devices to show, and in its second turn the twin knows what is usual. */
const jammed = { devices: 600, stations: 48, hours: 12 }

/** The undisturbed world comes twice as often as any attack. */
const turn: ReadonlyArray<ScenarioName> = ["clean", ...judgedKinds, "clean"]

type Bend = (found: ReadonlyArray<Finding>) => ReadonlyArray<Finding>

export const run = (options: FuzzOptions, bend?: Bend): FuzzReport => {
  const { count, progress, seed } = options
  const scores = new Map<string, Score>()
  const violations: Array<Violation> = []
  let violationCount = 0
  let inputs = 0
  for (let i = 0; inputs < count; i++) {
    const scenario = turn[i % turn.length]
    // Both undisturbed worlds of a turn differ, and the attacks have those of their own.
    const outcome = audit({
      ...(scenario === "jamming" ? jammed : size),
      scenario,
      seed: seed + i,
      ...(bend === undefined ? {} : { bend }),
    })
    inputs += outcome.messages
    keep(scores, outcome)
    for (const violation of violationsOf(outcome)) {
      violationCount++
      if (violations.length < violationsKept) violations.push(violation)
    }
    progress(inputs)
  }
  const outcomes: Record<string, number> = {}
  for (const [scenario, score] of scores)
    for (const word of ["messages", "named", "missed", "unshown", "falseAlarms"] as const)
      if (score[word] > 0) outcomes[`${scenario}: ${word}`] = score[word]
  return { inputs, outcomes, violationCount, violations, notes: tableOf(scores) }
}

interface Score {
  runs: number
  messages: number
  named: number
  missed: number
  unshown: number
  falseAlarms: number
  readonly afterMs: Array<number>
}

const keep = (scores: Map<string, Score>, outcome: Audit): void => {
  const score = scores.get(outcome.scenario) ?? {
    runs: 0,
    messages: 0,
    named: 0,
    missed: 0,
    unshown: 0,
    falseAlarms: 0,
    afterMs: [],
  }
  scores.set(outcome.scenario, score)
  score.runs++
  score.messages += outcome.messages
  score.named += outcome.named.length
  score.missed += outcome.missed.length
  score.unshown += outcome.unshown.length
  score.falseAlarms += outcome.falseAlarms.length
  score.afterMs.push(...outcome.named.map(({ afterMs }) => afterMs))
}

const violationsOf = ({ falseAlarms, missed, scenario, seed }: Audit): ReadonlyArray<Violation> => [
  ...missed.map((truth) => ({
    input: `${scenario} seed ${seed}`,
    what: `missed ${describeTruth(truth)}`,
  })),
  ...falseAlarms.map((finding) => ({
    input: `${scenario} seed ${seed}`,
    what: `false alarm ${describeFinding(finding)}`,
  })),
]

const tableOf = (scores: ReadonlyMap<string, Score>): ReadonlyArray<string> => {
  const cells = [
    [
      "scenario",
      "runs",
      "messages",
      "named",
      "missed",
      "unshown",
      "false",
      "recall",
      "precision",
      "median s",
      "worst s",
    ],
    ...[...scores].map(([scenario, score]) => {
      const { afterMs, falseAlarms, messages, missed, named, runs, unshown } = score
      const sorted = afterMs.toSorted((a, b) => a - b)
      return [
        scenario,
        String(runs),
        String(messages),
        String(named),
        String(missed),
        String(unshown),
        String(falseAlarms),
        share(named, named + missed),
        share(named, named + falseAlarms),
        seconds(sorted[sorted.length >> 1]),
        seconds(sorted.at(-1)),
      ]
    }),
  ]
  const widths = cells[0].map((_, column) => Math.max(...cells.map((row) => row[column].length)))
  return cells.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join("  "),
  )
}

const seconds = (ms: number | undefined): string =>
  ms === undefined ? "-" : String(Math.round(ms / 1000))

const share = (part: number, whole: number): string =>
  whole === 0 ? "-" : (part / whole).toFixed(3)

/** As far as the first attack: enough to be noticed. */
const short: FuzzOptions = { count: 3000, seed: 1, progress: () => {} }

export const fuzz: Fuzz = {
  name: "anomaly",
  run,
  canaries: {
    "a twin that names nothing": () => run(short, () => []),
    "a twin that blames another device": () =>
      run(short, (found) => found.map((finding) => ({ ...finding, device: "FFFFFFFF" }))),
  },
}
