/**
 * `npm run bench`: a table of all benchmarks. `npm run bench -- NAME... --json`: JSON lines of some.
 *
 * Exit code 2 for a name there is not. What lines hold is what others read: their keys do not change.
 */
import { parseArgs } from "node:util"
import { formatTable } from "../../twin-ui/cli/formatTable.ts"
import { all } from "./all.ts"
import type { Row } from "./Bench.ts"

/** One line for a machine: exactly these keys. */
export const jsonOf = ({ bench, metric, value, unit, reference, ratio }: Row): string =>
  JSON.stringify({ bench, metric, value, unit, reference, ratio })

export const tableOf = (rows: ReadonlyArray<Row>): string =>
  formatTable(
    ["bench", "metric", "value", "unit", "reference", "ratio", "digest"],
    rows.map((row) => [
      row.bench,
      row.metric,
      numberText(row.value),
      row.unit,
      row.reference === null ? "-" : numberText(row.reference),
      row.ratio === null ? "-" : row.ratio.toFixed(2),
      row.digest ?? "",
    ]),
    new Set(["value", "reference", "ratio"]),
  )

/** Whole numbers with a comma every three digits; small ones with their first digits. */
const numberText = (value: number): string =>
  value >= 100 || Number.isInteger(value)
    ? Math.round(value).toLocaleString("en-US")
    : value.toPrecision(3)

const main = async (): Promise<void> => {
  const { values, positionals } = parseArgs({
    options: { json: { type: "boolean", default: false } },
    allowPositionals: true,
  })
  const unknown = positionals.filter((name) => !all.some((bench) => bench.name === name))
  if (unknown.length > 0) {
    const names = all.map((bench) => bench.name).join(", ")
    console.error(`no such benchmark: ${unknown.join(", ")}; there are ${names}`)
    process.exitCode = 2
    return
  }
  const rows: Array<Row> = []
  for (const bench of all) {
    if (positionals.length > 0 && !positionals.includes(bench.name)) continue
    // One after the other: they would disturb each other's times.
    // oxlint-disable-next-line no-await-in-loop
    const found = await bench.run("full")
    rows.push(...found)
    if (values.json) for (const row of found) console.log(jsonOf(row))
  }
  if (!values.json) console.log(tableOf(rows))
}

if (import.meta.main) await main()
