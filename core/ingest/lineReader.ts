/** A reader of text files by lines: `read` gives what each line becomes, or undefined where it says nothing. */
import * as Rejected from "../kernel/Rejected.ts"
import { valueCharsMax } from "./FileFormat.ts"
import type { Line, Reader } from "./FileFormat.ts"
import * as LineSplitter from "./LineSplitter.ts"

/** Reads one line that is not empty, adding to `lines` what it says. `line` counts from 1. */
export type ReadLine = (text: string, line: number, lines: Array<Line>) => void

export const lineReader = (read: ReadLine): Reader => {
  const splitter = LineSplitter.make()
  let lines: Array<Line> = []
  const each = (text: string | undefined, line: number): void => {
    if (text !== undefined) read(text, line, lines)
    else lines.push({ line, result: tooLong(`line ${line}`) })
  }
  const taken = (): ReadonlyArray<Line> => {
    const given = lines
    lines = []
    return given
  }
  return {
    push: (text) => {
      splitter.push(text, each)
      return taken()
    },
    end: () => {
      splitter.end(each)
      return taken()
    },
  }
}

export const tooLong = (where: string): Rejected.Rejected =>
  Rejected.make("too-long", where, `longer than ${valueCharsMax} characters`)
