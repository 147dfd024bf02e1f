/**
 * Cuts a JSON document that comes in pieces into the values it lists, without parsing it whole.
 *
 * It lists the elements of a top-level array, or of the array `data` of a top-level object (a page of
 * the API); any other top-level value is one value. Values may also follow one another.
 *
 * Only brackets and strings are followed here; whether a value is JSON is for its parser to say. A
 * string that is not closed on its line ends its value there (JSON has no line breaks in strings), so
 * that a broken element does not swallow those after it. A value beyond `valueCharsMax` is not kept: it is given as
 * undefined.
 */
import { valueCharsMax } from "./FileFormat.ts"

export interface Value {
  /** undefined when it was too long to keep. */
  readonly text: string | undefined
  /** `$`, `$[3]` or `$.data[3]`. */
  readonly path: string
  /** Where it begins, from 1. */
  readonly line: number
}

export interface JsonSplitter {
  readonly push: (text: string, each: (value: Value) => void) => void
  /** Gives what is left, unfinished as it is, and says whether a list was left open. */
  readonly end: (each: (value: Value) => void) => { readonly open: boolean; readonly line: number }
}

/** Between top-level values; in a list between elements; in a value; in what follows a page's list. */
type Phase = "top" | "list" | "value" | "after"

export const make = (charsMax: number = valueCharsMax): JsonSplitter => {
  let phase: Phase = "top"
  /** The root of the list being read; undefined when the value is a top-level one. */
  let list: string | undefined
  let index = 0
  let depth = 0
  let inString = false
  let escaped = false
  let line = 1
  let startLine = 1
  let held = ""
  let tooLong = false

  const hold = (text: string): void => {
    if (tooLong || held.length + text.length > charsMax) {
      held = ""
      tooLong = true
    } else held += text
  }
  const give = (each: (value: Value) => void): void => {
    const path = list === undefined ? "$" : `${list}[${index++}]`
    each({ text: tooLong ? undefined : held, path, line: startLine })
    held = ""
    tooLong = false
    inString = false
    phase = list === undefined ? "top" : "list"
  }
  const openList = (root: string): void => {
    phase = "list"
    list = root
    index = 0
    held = ""
  }
  const closeList = (): void => {
    const paged = list === pageRoot
    list = undefined
    phase = paged ? "after" : "top"
    depth = paged ? 1 : 0
  }

  const push = (text: string, each: (value: Value) => void): void => {
    let from = 0
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (code === newline) line++
      if (phase === "top" || phase === "list") {
        if (code <= space || code === comma || code === byteOrderMark) continue
        if (phase === "list" && code === closeBracket) closeList()
        else if (phase === "top" && code === openBracket) openList("$")
        else {
          phase = "value"
          startLine = line
          depth = 0
          from = at
        }
        if (phase !== "value") continue
      }
      if (inString) {
        if (code === newline) {
          inString = false
          escaped = false
          if (phase === "value") {
            hold(text.slice(from, at))
            give(each)
          }
        } else if (escaped) escaped = false
        else if (code === backslash) escaped = true
        else if (code === quote) inString = false
      } else if (code === quote) inString = true
      else if (code === openBrace || code === openBracket) {
        if (phase === "value" && list === undefined && depth === 1 && code === openBracket) {
          hold(text.slice(from, at))
          from = at
          if (!tooLong && page.test(held.slice(-pageTailChars))) {
            openList(pageRoot)
            continue
          }
        }
        depth++
      } else if (code === closeBrace || code === closeBracket) {
        if (phase === "after") {
          if (--depth === 0) phase = "top"
        } else if (depth === 0 && list !== undefined && code === closeBracket) {
          hold(text.slice(from, at))
          give(each)
          closeList()
        } else if (--depth <= 0) {
          hold(text.slice(from, at + 1))
          give(each)
        }
      } else if (phase === "value" && depth === 0 && (code === comma || code === newline)) {
        hold(text.slice(from, at))
        give(each)
      }
    }
    if (phase === "value") hold(text.slice(from))
  }

  const end = (each: (value: Value) => void) => {
    const open = list !== undefined || phase === "after"
    if (phase === "value") give(each)
    return { open, line }
  }
  return { push, end }
}

const newline = 10
const space = 32
const quote = 34
const comma = 44
const openBracket = 91
const backslash = 92
const closeBracket = 93
const openBrace = 123
const closeBrace = 125
const byteOrderMark = 0xfeff

const pageRoot = "$.data"
/** What stands before a page's list: the key `data` of the outermost object. */
const page = /[{,]\s*"data"\s*:\s*$/
/** White space within it beyond this is not a page any writer makes. */
const pageTailChars = 256
