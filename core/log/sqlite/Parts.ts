/**
 * Old rows of a log in files of their own, its *parts*: SQLite files beside it with the same table of batches. The log
 * keeps what finds a row and its hash; the row's bytes are read from the part, transparently, as long as it is there.
 *
 * A part is written whole and synced before the log lets go of the bytes, so they are never in neither. It may be moved
 * to slower storage and back: what is away is said by name when it is asked for.
 */
import { basename, dirname, join } from "node:path"
import { DatabaseSync, type StatementSync } from "node:sqlite"
import type { Position } from "../../event/Envelope.ts"
import { LogUnavailable } from "../EventLog.ts"

/** Parts kept open at once. */
const openMax = 8

export interface Part {
  readonly first: Position
  /** One past its last position. */
  readonly end: Position
  /** Its name in the directory of the log. */
  readonly file: string
}

export interface Parts {
  readonly list: () => ReadonlyArray<Part>
  /** The bytes of the row that begins at a position. Throws LogUnavailable where its part cannot be read. */
  readonly bytesAt: (first: Position) => Uint8Array
  readonly add: (part: Part) => void
  readonly close: () => void
}

interface Open {
  readonly db: DatabaseSync
  readonly row: StatementSync
}

export const make = (db: DatabaseSync, log: string): Parts => {
  const holding = db.prepare(
    "SELECT file FROM part WHERE first <= ? AND end > ? ORDER BY first DESC LIMIT 1",
  )
  const all = db.prepare("SELECT first, end, file FROM part ORDER BY first")
  const insert = db.prepare("INSERT INTO part VALUES (?, ?, ?)")
  /** The least recently used first. */
  const open = new Map<string, Open>()

  const opened = (file: string): Open => {
    const known = open.get(file)
    if (known !== undefined) {
      open.delete(file)
      open.set(file, known)
      return known
    }
    const part = new DatabaseSync(pathOf(log, file), { readOnly: true })
    const made = { db: part, row: part.prepare("SELECT bytes FROM batch WHERE first = ?") }
    open.set(file, made)
    for (const [name, least] of open) {
      if (open.size <= openMax) break
      least.db.close()
      open.delete(name)
    }
    return made
  }

  const unavailable = (detail: string): LogUnavailable =>
    new LogUnavailable({ log, reason: "damaged", detail })

  return {
    list: () =>
      all.all().map((row) => ({
        first: Number(row["first"]),
        end: Number(row["end"]),
        file: String(row["file"]),
      })),
    bytesAt: (first) => {
      const file = holding.get(first, first)?.["file"]
      if (typeof file !== "string") throw unavailable(`the batch at ${first} is in no part`)
      let bytes: unknown
      try {
        bytes = opened(file).row.get(first)?.["bytes"]
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error)
        throw unavailable(`the batch at ${first} is in ${file}, which cannot be read: ${why}`)
      }
      if (bytes instanceof Uint8Array) return bytes
      throw unavailable(`the batch at ${first} is not in ${file}, where it should be`)
    },
    add: ({ end, file, first }) => {
      insert.run(first, end, file)
    },
    close: () => {
      for (const { db: part } of open.values()) part.close()
      open.clear()
    },
  }
}

/** Where a log's part lies. */
export const pathOf = (log: string, file: string): string => join(dirname(log), basename(file))
