/** Lines of files that were refused: all are counted by reason, and the first ones kept to be shown. */
import type { Rejected } from "../../core/kernel/Rejected.ts"

/** Refused lines kept; further ones are only counted. */
export const keptMax = 1_000

export interface RefusedLine {
  readonly file: string
  readonly line: number
  readonly reason: string
  readonly where: string
  readonly detail: string
}

export interface RefusedLines {
  total: number
  readonly byReason: Record<string, number>
  readonly kept: Array<RefusedLine>
}

export const make = (): RefusedLines => ({ total: 0, byReason: {}, kept: [] })

export const add = (
  lines: RefusedLines,
  file: string,
  line: number,
  { reason, where, detail }: Rejected,
): void => {
  lines.total++
  lines.byReason[reason] = (lines.byReason[reason] ?? 0) + 1
  if (lines.kept.length < keptMax) lines.kept.push({ file, line, reason, where, detail })
}

/** `a.csv:17: rssi is no number (not-a-number)`. */
export const toText = ({ file, line, reason, detail }: RefusedLine): string =>
  `${file}:${line}: ${detail} (${reason})`
