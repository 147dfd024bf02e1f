/**
 * Reads JSON values one by one, from lines (NDJSON), from an array, from a page `{"data":[…]}` or alone.
 *
 * Which of these a file is, its first block says: lines when it begins with an object and holds a line
 * that is an object by itself beside another. Reading by lines keeps a broken line to itself.
 */
import * as Rejected from "../kernel/Rejected.ts"
import * as Fields from "./Fields.ts"
import type { FileFormat, FirstBlock, Line, Reader } from "./FileFormat.ts"
import type { Input } from "./Input.ts"
import * as JsonSplitter from "./JsonSplitter.ts"
import { lineReader, tooLong } from "./lineReader.ts"
import { parseJson } from "./parseJson.ts"

/** Reads one value; `path` is its place. undefined where the value rightly says nothing. */
export type ReadValue = (value: unknown, path: string) => Input | Rejected.Rejected | undefined

export interface JsonFormat {
  readonly name: string
  readonly source: FileFormat["source"]
  readonly read: ReadValue
  /** Tells a value of the format, right or wrong in its details, from others. */
  readonly looksLike: (body: Fields.Body) => boolean
  /** What `looksLike` looks for, to be said when a file is refused. */
  readonly looks: string
}

export const make = (format: JsonFormat): FileFormat => ({
  name: format.name,
  source: format.source,
  guess: (block) => survey(block).values.some((value) => looksLike(format, value)),
  refusal: (block) => {
    const { values, broken } = survey(block)
    if (values.some((value) => looksLike(format, value))) return undefined
    if (values.length > 0) return `${describe(values[0])}, not ${format.looks}`
    if (broken.length > 0) return "none of its first values is JSON"
    if (!block.whole) return `no value ends within its first ${block.text.length} characters`
    return /^\s*([[{]|$)/.test(block.text) ? undefined : "it does not begin as JSON"
  },
  open: (block) => open(block, format.read),
})

const looksLike = (format: JsonFormat, value: unknown): boolean =>
  Fields.isBody(value) && format.looksLike(value)

const describe = (value: unknown): string => {
  if (!Fields.isBody(value)) return "its first value is no object"
  const names = Object.keys(value).slice(0, namesMax).map(Fields.shown)
  return `its first value has the fields ${names.join(", ")}`
}

const namesMax = 6

/** The values that stand whole in the block, and how many broken ones. */
const survey = (block: FirstBlock) => {
  const values: Array<unknown> = []
  const reader = open(block, (value) => {
    values.push(value)
    return undefined
  })
  const broken = [...reader.push(block.text), ...(block.whole ? reader.end() : [])]
  return { values, broken }
}

const open = (block: FirstBlock, read: ReadValue): Reader =>
  isLines(block) ? openLines(read) : openDocument(read)

/** A line that closes the object it opens, in the first column where pretty printers put none. */
const objectLine = /^\{.*\}\s*$/m
const pageStart = /^\s*\{\s*"data"\s*:\s*\[/

const isLines = ({ text }: FirstBlock): boolean => {
  const start = text.trimStart()
  if (!start.startsWith("{")) return false
  const end = start.indexOf("\n")
  if (end === -1 || start.slice(end).trim() === "") return false
  if (objectLine.test(start.slice(0, end))) return true
  return !pageStart.test(start) && objectLine.test(start)
}

const openLines = (read: ReadValue): Reader =>
  lineReader((text, line, lines) => parseInto(lines, { text, path: `line ${line} $`, line }, read))

const openDocument = (read: ReadValue): Reader => {
  const splitter = JsonSplitter.make()
  let lines: Array<Line> = []
  const each = (value: JsonSplitter.Value): void => parseInto(lines, value, read)
  return {
    push: (text) => {
      lines = []
      splitter.push(text, each)
      return lines
    },
    end: () => {
      lines = []
      const { open: left, line } = splitter.end(each)
      const result = Rejected.make("unfinished", "$", "the file ends within its list")
      return left ? [...lines, { line, result }] : lines
    },
  }
}

const parseInto = (
  lines: Array<Line>,
  { text, path, line }: JsonSplitter.Value,
  read: ReadValue,
): void => {
  if (text === undefined) {
    lines.push({ line, result: tooLong(path) })
    return
  }
  const parsed = parseJson(text)
  if (!parsed.ok) {
    lines.push({ line, result: Rejected.make("not-json", path, parsed.why) })
    return
  }
  for (const [each, place] of listed(parsed.value, path)) {
    const result = read(each, place)
    if (result !== undefined) lines.push({ line, result })
  }
}

/** The values of a value: a list's, a page's, or itself alone. */
const listed = (value: unknown, path: string): ReadonlyArray<readonly [unknown, string]> => {
  if (Array.isArray(value)) return value.map((each, i) => [each, `${path}[${i}]`])
  if (Fields.isBody(value) && Array.isArray(value["data"]))
    return value["data"].map((each, i) => [each, `${path}.data[${i}]`])
  return [[value, path]]
}
