/** The signed checkpoints that a log keeps: the newest, and older ones ever further apart. */
import type { DatabaseSync } from "node:sqlite"
import type { Position } from "../../event/Envelope.ts"

/** Checkpoints kept; a thousand of 250 bytes. */
export const checkpointsMax = 1000

export interface Kept {
  /** Leaves of its tree. */
  readonly size: number
  /** One past the last position in it. */
  readonly head: Position
  /** Signed note. */
  readonly note: string
}

export interface Checkpoints {
  /** The smallest first. */
  readonly list: () => ReadonlyArray<Kept>
  readonly newest: () => Kept | undefined
  /** The one of so many leaves. */
  readonly ofSize: (size: number) => Kept | undefined
  readonly keep: (kept: Kept) => void
}

export const make = (db: DatabaseSync): Checkpoints => {
  const all = db.prepare("SELECT size, head, note FROM checkpoint ORDER BY size")
  const last = db.prepare("SELECT size, head, note FROM checkpoint ORDER BY size DESC LIMIT 1")
  const one = db.prepare("SELECT size, head, note FROM checkpoint WHERE size = ?")
  const insert = db.prepare("INSERT OR REPLACE INTO checkpoint VALUES (?, ?, ?)")
  const count = db.prepare("SELECT count(*) AS n FROM checkpoint")
  // Every second of the older half, so that what is left spans the whole log.
  const thin = db.prepare(
    "DELETE FROM checkpoint WHERE size IN (SELECT size FROM (SELECT size, row_number() OVER (ORDER BY size) AS n FROM checkpoint) WHERE n % 2 = 0 AND n <= ?)",
  )
  return {
    list: () => all.all().map(keptIn),
    newest: () => {
      const row = last.get()
      return row === undefined ? undefined : keptIn(row)
    },
    ofSize: (size) => {
      const row = one.get(size)
      return row === undefined ? undefined : keptIn(row)
    },
    keep: ({ head, note, size }) => {
      insert.run(size, head, note)
      if (Number(count.get()?.["n"]) > checkpointsMax) thin.run(checkpointsMax / 2)
    },
  }
}

const keptIn = (row: Record<string, unknown>): Kept => ({
  size: Number(row["size"]),
  head: Number(row["head"]),
  note: String(row["note"]),
})
