/** A value of an answer as people read it in a table. */
import type * as Schema from "effect/Schema"

/** Characters of a cell that are shown. */
const cellMax = 80

export const valueText = (value: Schema.Json): string => {
  if (value === null) return ""
  const text = typeof value === "object" ? JSON.stringify(value) : String(value)
  const line = text.replaceAll(/\s+/g, " ")
  return line.length > cellMax ? `${line.slice(0, cellMax - 1)}…` : line
}

/** Columns of numbers stand to the right. */
export const isNumeric = (type: string): boolean =>
  /^(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT|U[A-Z]*INT|DOUBLE|FLOAT|DECIMAL)/.test(type)
