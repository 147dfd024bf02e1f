/**
 * `npm run fuzz -- NAME [count] [--seed N]`: runs a fuzz and prints a line of progress now and then,
 * how the inputs ended, and each violation.
 *
 * Exit code 1 for a violation, or for a canary that was not caught; 2 for wrong use.
 */
import { parseArgs } from "node:util"
import type { Fuzz } from "./Fuzz.ts"
import { fuzz as anomaly } from "./anomaly.ts"
import { fuzz as evidence } from "./evidence.ts"
import { fuzz as frames } from "./frames.ts"
import { fuzz as unusual } from "./unusual.ts"

const all: ReadonlyArray<Fuzz> = [frames, anomaly, unusual, evidence]
const countDefault = 10_000_000

const main = (): number => {
  const { values, positionals } = parseArgs({
    options: { seed: { type: "string", default: "1" } },
    allowPositionals: true,
  })
  const [name, countText = String(countDefault)] = positionals
  const chosen = all.find((candidate) => candidate.name === name)
  const count = Number(countText)
  const seed = Number(values.seed)
  if (chosen === undefined || !isWhole(count) || count === 0 || !isWhole(seed)) {
    const names = all.map((candidate) => candidate.name).join(" or ")
    console.error(`usage: npm run fuzz -- NAME [count] [--seed N], where NAME is ${names}`)
    return 2
  }
  return runOne(chosen, count, seed)
}

const isWhole = (value: number): boolean => Number.isSafeInteger(value) && value >= 0

const runOne = (chosen: Fuzz, count: number, seed: number): number => {
  for (const [canary, run] of Object.entries(chosen.canaries)) {
    if (run().violationCount > 0) continue
    console.error(`the fuzz is blind: it did not notice ${canary}`)
    return 1
  }
  const start = performance.now()
  const step = Math.max(100_000, Math.ceil(count / 10))
  let reported = 0
  const report = chosen.run({
    count,
    seed,
    progress: (done) => {
      if (done - reported < step) return
      reported = done
      const rate = Math.round((done / (performance.now() - start)) * 1000)
      console.error(`${done} of ${count} inputs, ${rate} a second`)
    },
  })
  for (const [outcome, times] of Object.entries(report.outcomes).toSorted((a, b) => b[1] - a[1])) {
    console.log(`${String(times).padStart(String(count).length)}  ${outcome}`)
  }
  for (const note of report.notes ?? []) console.log(note)
  for (const { input, what } of report.violations) console.log(`VIOLATION ${input}: ${what}`)
  console.log(
    `${chosen.name}: ${report.inputs} inputs from seed ${seed}, ${report.violationCount} violations`,
  )
  return report.violationCount > 0 ? 1 : 0
}

if (import.meta.main) process.exitCode = main()
