/**
 * Opens a log's file, or refuses it as it is: what is no sound log was only read.
 */
import type { DatabaseSync } from "node:sqlite"
import { randomId } from "../../crypto/randomId.ts"
import { LogUnavailable } from "../EventLog.ts"
import * as Batches from "./Batches.ts"
import { create, openReader, openWriter } from "./database.ts"
import { inspect } from "./fileHeader.ts"
import * as Index from "./Index.ts"
import { lockForWriting } from "./writerLock.ts"

export interface OpenFile {
  readonly db: DatabaseSync
  readonly id: string
  readonly batches: Batches.Batches
  readonly index: Index.Index
  readonly tip: Batches.Tip
  readonly close: () => void
}

/** Throws LogUnavailable, and what SQLite and the file system throw. */
export const openForReading = (path: string): OpenFile => {
  if (inspect(path) === "absent")
    throw new LogUnavailable({ log: path, reason: "unreadable", detail: "there is no log yet" })
  const db = openReader(path)
  return guarded(
    () => db.close(),
    () => ({ db, ...contents(db, path), close: () => db.close() }),
  )
}

/** As `openForReading`; makes the log where there is none, with the id where one is given. */
export const openForWriting = (
  path: string,
  options: {
    readonly bytesMax?: number | undefined
    readonly id?: string | undefined
    readonly durableAtClose?: boolean | undefined
  },
): OpenFile => {
  inspect(path)
  const unlock = lockForWriting(path)
  return guarded(unlock, () => {
    // Once more, now that no other writer can be about to make it.
    if (inspect(path) === "absent") create(path, options.id ?? randomId())
    else openForReading(path).close()
    const db = openWriter(path, options.bytesMax)
    if (options.durableAtClose === true) db.exec("PRAGMA synchronous = OFF")
    const close = () => {
      // Writes the journal into the file, and syncs both.
      if (options.durableAtClose === true)
        db.exec("PRAGMA synchronous = FULL; PRAGMA wal_checkpoint(TRUNCATE)")
      db.close()
      unlock()
    }
    return guarded(
      () => db.close(),
      () => ({ db, ...contents(db, path), close }),
    )
  })
}

const contents = (db: DatabaseSync, path: string): Omit<OpenFile, "db" | "close"> => {
  const batches = Batches.make(db, path)
  const index = Index.make(db, batches)
  const id = db.prepare("SELECT value FROM log WHERE key = 'id'").get()?.["value"]
  const tip = batches.tip()
  const to = index.to()
  if (typeof id !== "string" || !(to >= 0 && to <= tip.end.head))
    throw new LogUnavailable({
      log: path,
      reason: "damaged",
      detail: `ends at ${tip.end.head}, before what it says it indexed (${to})`,
    })
  return { id, batches, index, tip }
}

const guarded = <A>(undo: () => void, work: () => A): A => {
  try {
    return work()
  } catch (error) {
    undo()
    throw error
  }
}
