/**
 * Puts old rows of a log into parts (`Parts.ts`), from the oldest on, by policy: the newest events stay in the log.
 *
 * A part is written, synced and read back before the log lets go of the bytes; an unfinished one that a crash left is
 * written again. The pages that become free are used for what comes; the file does not shrink by itself.
 */
import { closeSync, fsyncSync, openSync, rmSync } from "node:fs"
import { basename } from "node:path"
import { DatabaseSync } from "node:sqlite"
import type { Position } from "../../event/Envelope.ts"
import { equal } from "../../kernel/Bytes.ts"
import { LogUnavailable } from "../EventLog.ts"
import { bytesOf, endOf } from "./Batches.ts"
import { batchTable } from "./database.ts"
import { applicationId, fileFormat } from "./fileHeader.ts"
import type { OpenFile } from "./openFile.ts"
import { type Part, pathOf } from "./Parts.ts"

/** Events that a part has unless said otherwise, or as many as one more row makes. */
const partEventsDefault = 262_144

/** Marks an SQLite file as a part of a log: "SGTP". */
const partId = applicationId - 3

/**
 * Archives the oldest rows that lie whole below a position into one more part; undefined when there are too few for one
 * and `all` does not ask for them.
 */
export const archiveNext = (
  file: OpenFile,
  path: string,
  below: Position,
  all: boolean,
  partEvents = partEventsDefault,
): Part | undefined => {
  const { db, batches, parts } = file
  const first = parts.list().at(-1)?.end ?? 0
  // What the index and the tree have not taken in, and rows that may yet be merged, stay.
  const mergedTo = Number(
    db.prepare("SELECT value FROM log WHERE key = 'merged_to'").get()?.["value"],
  )
  const bound = Math.min(below, file.index.to(), file.tiles.to(), all ? Infinity : mergedTo)
  const end = endBelow(db, first, bound, { partEvents, isLast: all })
  if (end === undefined) return undefined
  const part = { first, end, file: nameOf(path, first, end) }
  const to = pathOf(path, part.file)
  rmSync(to, { force: true })
  write(db, to, part)
  if (!holds(to, file, part))
    throw new LogUnavailable({
      log: to,
      reason: "damaged",
      detail: "does not hold what was written to it",
    })
  db.exec("BEGIN IMMEDIATE")
  try {
    parts.add(part)
    batches.empty(first, end)
    db.exec("COMMIT")
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK")
    throw error
  }
  return part
}

/** Where the next part ends. */
const endBelow = (
  db: DatabaseSync,
  first: Position,
  bound: Position,
  { isLast, partEvents }: { readonly isLast: boolean; readonly partEvents: number },
): Position | undefined => {
  let end = first
  const rows = db.prepare("SELECT first + events AS end FROM batch WHERE first >= ? ORDER BY first")
  for (const row of rows.iterate(first)) {
    if (Number(row["end"]) > bound) break
    end = Number(row["end"])
    if (end - first >= partEvents) return end
  }
  return isLast && end > first ? end : undefined
}

const nameOf = (path: string, first: Position, end: Position): string => {
  const stem = basename(path, ".db")
  return `${stem}.${digits(first)}-${digits(end)}.part`
}

const digits = (position: Position): string => String(position).padStart(12, "0")

const write = (db: DatabaseSync, to: string, { end, first }: Part): void => {
  const made = new DatabaseSync(to)
  try {
    made.exec("PRAGMA page_size = 16384; PRAGMA journal_mode = OFF; PRAGMA synchronous = FULL")
    made.exec(`PRAGMA application_id = ${partId}; PRAGMA user_version = ${fileFormat}`)
    made.exec(`BEGIN; ${batchTable}`)
    const insert = made.prepare("INSERT INTO batch VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
    const rows = db.prepare("SELECT * FROM batch WHERE first >= ? AND first < ? ORDER BY first")
    for (const row of rows.iterate(first, end)) insert.run(...Object.values(row))
    made.exec("COMMIT")
  } finally {
    made.close()
  }
  const handle = openSync(to, "r")
  fsyncSync(handle)
  closeSync(handle)
}

/** Whether the part gives back what the log still holds. */
const holds = (path: string, { batches }: OpenFile, { end, first }: Part): boolean => {
  const db = new DatabaseSync(path, { readOnly: true })
  try {
    const kept = db.prepare("SELECT bytes FROM batch WHERE first = ?")
    for (let at = first; at < end;) {
      const row = batches.rowFrom(at)
      const bytes = bytesOf(row, "bytes")
      const copy = bytesOf(kept.get(at), "bytes")
      if (row === undefined || bytes === undefined || copy === undefined || !equal(bytes, copy))
        return false
      at = endOf(row)
    }
    return true
  } finally {
    db.close()
  }
}
