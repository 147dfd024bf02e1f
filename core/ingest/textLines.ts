/** Formats of one JSON object a line, where a line is never more than that. */
import type * as Rejected from "../kernel/Rejected.ts"
import * as Fields from "./Fields.ts"
import type { FileFormat, FirstBlock } from "./FileFormat.ts"
import type { Input } from "./Input.ts"
import { lineReader } from "./lineReader.ts"
import { parseJson } from "./parseJson.ts"

/** Reads one line that is not empty; `line` is its number, from 1. */
export type ReadLine = (text: string, line: number) => Input | Rejected.Rejected

export interface LineFormat {
  readonly name: string
  readonly source: FileFormat["source"]
  readonly read: ReadLine
  /** Tells a value of the format, right or wrong in its details, from others. */
  readonly looksLike: (body: Fields.Body) => boolean
  /** What `looksLike` looks for, to be said when a file is refused. */
  readonly looks: string
}

export const make = (format: LineFormat): FileFormat => ({
  name: format.name,
  source: format.source,
  guess: (block) => linesOf(block).some((line) => looksLike(format, line)),
  refusal: (block) => {
    const lines = linesOf(block)
    return lines.length === 0 || lines.some((line) => looksLike(format, line))
      ? undefined
      : `none of its first ${lines.length} lines is ${format.looks}`
  },
  open: () =>
    lineReader((text, line, lines) => {
      lines.push({ line, result: format.read(text, line) })
    }),
})

const looksLike = (format: LineFormat, line: string): boolean => {
  const parsed = parseJson(line)
  return parsed.ok && Fields.isBody(parsed.value) && format.looksLike(parsed.value)
}

/** The lines that stand in the block, a cut one at its end too: it looks like nothing. */
const linesOf = (block: FirstBlock): ReadonlyArray<string> =>
  block.text.split("\n").filter((line) => line.trim() !== "")
