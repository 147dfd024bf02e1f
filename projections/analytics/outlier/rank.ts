/** The counts of each value to what stands out: the values that go with the selection, the strongest first. */
import type { Value } from "../Result.ts"
import * as Association from "./Association.ts"

export interface Found extends Association.Association, Association.Counts {
  readonly column: string
  /** Null where the column is empty. */
  readonly value: string | null
}

export interface Ranked {
  readonly insideAll: number
  readonly outsideAll: number
  /** Values that were compared. */
  readonly tried: number
  /** `p` allows for all that were tried. */
  readonly found: ReadonlyArray<Found>
}

/** `rows` are those of `facts.statement`; what is less likely by chance than `level` is found. */
export const rank = (rows: ReadonlyArray<ReadonlyArray<Value>>, level: number): Ranked => {
  if (rows.length === 0) return { insideAll: 0, outsideAll: 0, tried: 0, found: [] }
  const [, , , , insideAll, outsideAll, tried] = rows[0].map(Number)
  const each = rows.map(([column, value, inside, outside]): Found => {
    const counts = { inside: Number(inside), outside: Number(outside), insideAll, outsideAll }
    return {
      column: textOf(column),
      value: value === null ? null : textOf(value),
      ...counts,
      ...Association.of(counts),
    }
  })
  const allowed = Association.allowFor(
    each.map(({ p }) => p),
    tried,
  )
  const found = each
    .map((value, i): Found => Object.assign(value, { p: allowed[i] }))
    .filter(({ p }) => p < level)
    .toSorted(
      (a, b) =>
        Math.abs(b.phi) - Math.abs(a.phi) ||
        a.p - b.p ||
        (`${a.column} ${a.value}` < `${b.column} ${b.value}` ? -1 : 1),
    )
  return { insideAll, outsideAll, tried, found }
}

const textOf = (value: Value): string => (typeof value === "string" ? value : JSON.stringify(value))
