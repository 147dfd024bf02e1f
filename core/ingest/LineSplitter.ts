/**
 * Cuts text that comes in pieces into its lines: LF or CRLF, the last one with or without an end.
 *
 * Empty lines are counted and left out. A line beyond `valueCharsMax` is not kept: it is given as
 * undefined, so that its number can be told.
 */
import { valueCharsMax } from "./FileFormat.ts"

/** `line` counts from 1. */
export type Each = (text: string | undefined, line: number) => void

export interface LineSplitter {
  readonly push: (text: string, each: Each) => void
  readonly end: (each: Each) => void
}

export const make = (charsMax: number = valueCharsMax): LineSplitter => {
  let carry = ""
  let tooLong = false
  let line = 0
  /** Adds the beginning of a line that is not yet complete. */
  const hold = (text: string): void => {
    if (tooLong || carry.length + text.length > charsMax) {
      carry = ""
      tooLong = true
    } else carry += text
  }
  const give = (text: string, each: Each): void => {
    line++
    if (text.length > charsMax) return each(undefined, line)
    const end = text.length - 1
    const trimmed = text.charCodeAt(end) === 13 ? text.slice(0, end) : text
    if (trimmed.charCodeAt(0) > 32 || trimmed.trim() !== "") each(trimmed, line)
  }
  const giveHeld = (each: Each): void => {
    if (tooLong) each(undefined, ++line)
    else give(carry, each)
    carry = ""
    tooLong = false
  }
  return {
    push: (text, each) => {
      let from = 0
      let at = text.indexOf("\n")
      if (at !== -1 && (tooLong || carry !== "")) {
        hold(text.slice(0, at))
        giveHeld(each)
        from = at + 1
        at = text.indexOf("\n", from)
      }
      while (at !== -1) {
        give(text.slice(from, at), each)
        from = at + 1
        at = text.indexOf("\n", from)
      }
      if (from < text.length) hold(from === 0 ? text : text.slice(from))
    },
    end: (each) => {
      if (tooLong || carry !== "") giveHeld(each)
    },
  }
}
