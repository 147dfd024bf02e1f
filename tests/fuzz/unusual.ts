/**
 * The detectors of the unusual, scenario after scenario and seed after seed, and undisturbed worlds twice as often: an anomaly
 * missed, made up, or not cleared is a violation. An input is a message.
 */
import { audit, type Audit, describe, type Shown, shownAs } from "../scenario/unusualAudit.ts"
import { type Fuzz, type FuzzOptions, type FuzzReport, violationsKept } from "./Fuzz.ts"

const turn: ReadonlyArray<Shown | "clean"> = [
  "clean",
  ...(Object.keys(shownAs) as ReadonlyArray<Shown>), // its own keys
  "clean",
]

export const run = (
  options: FuzzOptions,
  bend: (found: Audit) => Audit = (same) => same,
): FuzzReport => {
  const outcomes: Record<string, number> = {}
  const violations: Array<FuzzReport["violations"][number]> = []
  let violationCount = 0
  let inputs = 0
  for (let i = 0; inputs < options.count; i++) {
    const scenario = turn[i % turn.length]
    const seed = options.seed + i
    const found = bend(audit({ scenario, seed }))
    inputs += found.messages
    const add = (what: string, count: number): void => {
      if (count > 0)
        outcomes[`${scenario}: ${what}`] = (outcomes[`${scenario}: ${what}`] ?? 0) + count
    }
    add("messages", found.messages)
    add("named", found.named.length)
    add("missed", found.missed.length)
    add("false", found.falseAlarms.length)
    add("not cleared", found.uncleared.length)
    const wrong = [
      ...found.missed.map(({ kind }) => `missed ${kind}`),
      ...found.falseAlarms.map((one) => `false alarm ${describe(one)}`),
      ...found.uncleared.map((one) => `not cleared: ${describe(one)}`),
    ]
    violationCount += wrong.length
    for (const what of wrong)
      if (violations.length < violationsKept)
        violations.push({ input: `${scenario} seed ${seed}`, what })
    options.progress(inputs)
  }
  return { inputs, outcomes, violationCount, violations }
}

/** A clean world and one with a truth. */
const short: FuzzOptions = { count: 6_000, seed: 1, progress: () => {} }

export const fuzz: Fuzz = {
  name: "unusual",
  run,
  canaries: {
    "a watch that says nothing": () =>
      run(short, (found) => ({
        ...found,
        missed: found.named.length === 0 ? [] : [{ kind: "surge", atMs: 0, note: "" }],
      })),
  },
}
