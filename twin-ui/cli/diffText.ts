/** Differences as lines: what came, what went, and from what to what. */
import type { Change } from "../api/Diff.ts"
import * as Words from "./Words.ts"

/** Fields shown of a thing that came or went; `--json` has all. */
const fieldsShownMax = 6

const marks = { added: "+", removed: "-", changed: " " } as const

export const linesOf = ({ change, fields, thing }: Change): ReadonlyArray<string> => {
  const shown = change === "changed" ? fields : fields.filter(isTelling).slice(0, fieldsShownMax)
  const width = Math.max(0, ...shown.map(({ field }) => field.length))
  return [
    `${marks[change]} ${thing}`,
    ...shown.map(({ field, from, to }) => {
      const value =
        change === "added"
          ? textOf(field, to)
          : change === "removed"
            ? textOf(field, from)
            : `${textOf(field, from)} -> ${textOf(field, to)}`
      return `    ${field.padEnd(width)}  ${value}`
    }),
  ]
}

/** What is empty says little of a thing that came or went. */
const isTelling = ({ from, to }: Change["fields"][number]): boolean => {
  const value = to ?? from
  return value !== null && value !== 0 && value !== false
}

/** Longest value shown. */
const valueMax = 60

const textOf = (field: string, value: unknown): string => {
  if (value === undefined) return "nothing"
  // An instant, by its name; durations are far smaller.
  if (field.endsWith("Ms") && typeof value === "number" && value > 1e12) return Words.instant(value)
  const text = typeof value === "string" ? value : JSON.stringify(value)
  return text.length > valueMax ? `${text.slice(0, valueMax - 1)}…` : text
}
