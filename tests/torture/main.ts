/**
 * `npm run torture -- NAME [count] [--seed N]`: does a fault again and again, prints progress now and then, what
 * the strokes hit, and each violation. `flip` without a number does every byte.
 *
 * Exit code 1 for a violation; 2 for wrong use, or where the machine cannot do it.
 */
import { parseArgs } from "node:util"
import { all } from "./all.ts"

const progressMs = 10_000
const violationsShown = 20

const main = async (): Promise<number> => {
  const { values, positionals } = parseArgs({
    options: { seed: { type: "string", default: "1" } },
    allowPositionals: true,
  })
  const [name, countText] = positionals
  const chosen = all.find((candidate) => candidate.name === name)
  const count = countText === undefined ? (chosen?.countDefault ?? 0) : Number(countText)
  const seed = Number(values.seed)
  if (
    chosen === undefined ||
    !Number.isSafeInteger(count) ||
    count < 1 ||
    !Number.isSafeInteger(seed)
  ) {
    console.error("usage: npm run torture -- NAME [count] [--seed N], where NAME is")
    for (const one of all) console.error(`  ${one.name.padEnd(10)} ${one.about}`)
    return 2
  }
  const missing = chosen.missing?.()
  if (missing !== undefined) {
    console.error(missing)
    return 2
  }
  const start = performance.now()
  let told = start
  const report = await chosen.run({
    count,
    seed,
    progress: (done) => {
      if (performance.now() - told < progressMs) return
      told = performance.now()
      console.error(`${done} strokes in ${Math.round((told - start) / 1000)} s`)
    },
  })
  for (const [outcome, times] of Object.entries(report.outcomes))
    console.log(`${times.toLocaleString("en-US").padStart(12)}  ${outcome}`)
  for (const violation of report.violations.slice(0, violationsShown))
    console.log(`VIOLATION ${violation}`)
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(
    `${chosen.name}: ${report.strokes.toLocaleString("en-US")} strokes from seed ${seed} in ${seconds} s, ${report.violations.length} violations`,
  )
  return report.violations.length > 0 ? 1 : 0
}

if (import.meta.main) process.exitCode = await main()
