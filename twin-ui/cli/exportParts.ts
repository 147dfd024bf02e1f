/** How a table is taken apart for an export, and how the files of its parts become one. */
import { arrowPart } from "../../projections/analytics/encode.ts"
import { type Format, formats } from "../api/Analytics.ts"

export type FormatOut = Exclude<Format, "json">
export const formatsOut = formats.filter((format): format is FormatOut => format !== "json")

/**
 * Positions whose rows are counted together, and stay together. One report has at most some hundred rows, so a part stays
 * below what one answer may have.
 */
export const stepPositions = 4096

export interface Part {
  /** Condition on `key`. */
  readonly range: string
  readonly rows: number
}

/** Parts of about so many rows, from how many each step has; steps in order. */
export const partsOf = (
  steps: ReadonlyArray<readonly [step: number, rows: number]>,
  rowsWanted: number,
): ReadonlyArray<Part> => {
  const parts: Array<Part> = []
  let from = 0
  let rows = 0
  for (const [step, count] of steps) {
    if (rows > 0 && rows + count > rowsWanted) {
      parts.push({ range: rangeOf(from, step), rows })
      from = step
      rows = 0
    }
    rows += count
  }
  parts.push({ range: rangeOf(from), rows })
  return parts
}

const rangeOf = (fromStep: number, toStep?: number): string =>
  [
    `key >= ${fromStep * stepPositions}`,
    ...(toStep === undefined ? [] : [`key < ${toStep * stepPositions}`]),
  ].join(" AND ")

interface Place {
  readonly isFirst: boolean
  readonly isLast: boolean
}

/** What of a part's own file goes into the whole one. */
export const partOf: Readonly<Record<FormatOut, (bytes: Uint8Array, place: Place) => Uint8Array>> =
  {
    // A file of its own.
    parquet: (bytes) => bytes,
    arrow: arrowPart,
    // Without the line of names, which ends with the first line break: a name holds none.
    csv: (bytes, { isFirst }) => (isFirst ? bytes : bytes.subarray(bytes.indexOf(lineFeed) + 1)),
    // A feature a line, between a first line and a last one.
    geojson: (bytes, { isFirst, isLast }) => {
      const text = new TextDecoder().decode(bytes)
      const first = text.indexOf("\n") + 1
      const last = text.lastIndexOf("\n]}")
      return new TextEncoder().encode(
        `${isFirst ? text.slice(0, first) : ",\n"}${text.slice(first, last)}${isLast ? text.slice(last) : ""}`,
      )
    },
  }

const lineFeed = 10
