/** What became of the files of one import, and how it is told. */
import type { Ingested } from "../../core/ingest/Pipeline.ts"
import { formatTable } from "./formatTable.ts"
import type { SourceFile } from "./openFiles.ts"
import * as RefusedLines from "./RefusedLines.ts"
import * as Words from "./Words.ts"

/** Refused lines shown to people. */
export const refusedShownMax = 10

export interface OneFile {
  readonly file: string
  readonly format: string
  lines: number
  added: number
  known: number
  refused: number
}

export interface Imported {
  readonly files: Array<OneFile>
  lines: number
  added: number
  known: number
  readonly refused: RefusedLines.RefusedLines
  /** Messages decided on. */
  readonly decisions: { accepted: number; readonly refused: Record<string, number> }
  /** Events in the log afterwards. */
  head: number | undefined
  durationMs: number
}

export const make = (): Imported => ({
  files: [],
  lines: 0,
  added: 0,
  known: 0,
  refused: RefusedLines.make(),
  decisions: { accepted: 0, refused: {} },
  head: undefined,
  durationMs: 0,
})

export const begin = (imported: Imported, { file, format }: SourceFile): OneFile => {
  const one = { file, format: format.name, lines: 0, added: 0, known: 0, refused: 0 }
  imported.files.push(one)
  return one
}

export const add = (imported: Imported, one: OneFile, taken: Ingested): void => {
  one.added += taken.added
  one.known += taken.known
  imported.added += taken.added
  imported.known += taken.known
  imported.head = taken.head
  imported.decisions.accepted += taken.accepted
  for (const [reason, n] of Object.entries(taken.refused))
    imported.decisions.refused[reason] = (imported.decisions.refused[reason] ?? 0) + n
}

export const toJson = (imported: Imported, dryRun: boolean) => ({
  dryRun,
  files: imported.files,
  lines: imported.lines,
  added: imported.added,
  known: imported.known,
  refused: {
    total: imported.refused.total,
    byReason: imported.refused.byReason,
    lines: imported.refused.kept,
  },
  decisions: imported.decisions,
  ...(imported.head === undefined ? {} : { head: imported.head }),
  durationMs: Math.round(imported.durationMs),
})

export const toText = (imported: Imported, dryRun: boolean): string =>
  [
    ...(imported.files.length > 1 ? [filesTable(imported.files), ""] : []),
    summary(imported, dryRun),
    ...decisions(imported),
    ...refusals(imported),
  ].join("\n")

const summary = (imported: Imported, dryRun: boolean): string => {
  const { added, durationMs, files, known, lines, refused } = imported
  const what = files.length === 1 ? `${files[0].file} (${files[0].format})` : "all files"
  const verb = dryRun ? "would be added" : "added"
  const speed = `${Words.seconds(durationMs)}, ${Words.perSecond(lines, durationMs)}`
  return `${what}: ${Words.number(added)} ${verb}, ${Words.number(known)} already there, ${Words.number(refused.total)} refused (${speed})`
}

const decisions = ({ decisions: { accepted, refused } }: Imported): ReadonlyArray<string> => {
  const total = Object.values(refused).reduce((sum, n) => sum + n, 0)
  if (accepted + total === 0) return []
  const why = total === 0 ? "" : ` (${Words.tally(refused)})`
  return [`messages: ${Words.number(accepted)} accepted, ${Words.number(total)} refused${why}`]
}

const refusals = ({ refused }: Imported): ReadonlyArray<string> => {
  if (refused.total === 0) return []
  const shown = refused.kept.slice(0, refusedShownMax)
  const hidden = refused.total - shown.length
  return [
    `refused lines: ${Words.tally(refused.byReason)}`,
    ...shown.map((line) => `  ${RefusedLines.toText(line)}`),
    ...(hidden > 0
      ? [`  and ${Words.number(hidden)} more (--json lists up to ${RefusedLines.keptMax})`]
      : []),
  ]
}

const filesTable = (files: ReadonlyArray<OneFile>): string =>
  formatTable(
    ["file", "format", "lines", "added", "already there", "refused"],
    files.map((one) => [
      one.file,
      one.format,
      ...[one.lines, one.added, one.known, one.refused].map(Words.number),
    ]),
    new Set(["lines", "added", "already there", "refused"]),
  )
