/**
 * Opens a log's file, or refuses it as it is: what is no sound log was only read.
 */
import type { DatabaseSync } from "node:sqlite"
import { randomId } from "../../crypto/randomId.ts"
import { LogUnavailable } from "../EventLog.ts"
import * as Batches from "./Batches.ts"
import * as Checkpoints from "./Checkpoints.ts"
import { genesis } from "../Slab.ts"
import { create, openReader, openWriter } from "./database.ts"
import { inspect } from "./fileHeader.ts"
import { journalDamage } from "./journalDamage.ts"
import * as Index from "./Index.ts"
import * as Parts from "./Parts.ts"
import * as Tiles from "./Tiles.ts"
import { upgrade } from "./upgrade.ts"
import { lockForWriting } from "./writerLock.ts"

export interface OpenFile {
  readonly db: DatabaseSync
  readonly id: string
  /** The id once more, where the file has it: nothing else would show that it was changed. */
  readonly idAgain: string | undefined
  readonly batches: Batches.Batches
  readonly index: Index.Index
  readonly tiles: Tiles.Tiles
  readonly parts: Parts.Parts
  readonly checkpoints: Checkpoints.Checkpoints
  readonly tip: Batches.Tip
  readonly close: () => void
}

/** Throws LogUnavailable, and what SQLite and the file system throw. */
export const openForReading = (path: string): OpenFile => {
  const damage = journalDamage(path)
  // Whoever writes may have changed it while it was read: damage stays.
  if (damage !== undefined && damage === journalDamage(path))
    throw new LogUnavailable({ log: path, reason: "damaged", detail: damage })
  return openReading(path, contents)
}

/** One moment of a file that may be damaged: what it holds is not looked at yet. */
export const openForChecking = (path: string): OpenFile =>
  openReading(path, (db) => {
    db.exec("BEGIN")
    return { ...tablesIn(db, path), tip: { end: { head: 0, recordedMs: 0 }, hash: genesis } }
  })

type Contents = Omit<OpenFile, "db" | "close">

const openReading = (
  path: string,
  contentsOf: (db: DatabaseSync, path: string) => Contents,
): OpenFile => {
  const found = inspect(path)
  if (found === "absent")
    throw new LogUnavailable({ log: path, reason: "unreadable", detail: "there is no log yet" })
  const db = openReader(path, found === "older")
  return guarded(
    () => db.close(),
    () => {
      const read = contentsOf(db, path)
      return {
        db,
        ...read,
        close: () => {
          read.parts.close()
          db.close()
        },
      }
    },
  )
}

/** As `openForReading`; makes the log where there is none, with the id where one is given. */
export const openForWriting = (
  path: string,
  options: {
    readonly bytesMax?: number | undefined
    readonly id?: string | undefined
    readonly durableAtClose?: boolean | undefined
    /** Where there is no log, none is made. */
    readonly isNeeded?: boolean
  },
): OpenFile => {
  if (inspect(path) === "absent" && options.isNeeded === true)
    throw new LogUnavailable({ log: path, reason: "unreadable", detail: "there is no log yet" })
  const unlock = lockForWriting(path)
  return guarded(unlock, () => {
    // Once more, now that no other writer can be about to make it.
    const found = inspect(path)
    if (found === "absent") create(path, options.id ?? randomId())
    if (found === "older") upgrade(path)
    if (found === "log") openForReading(path).close()
    const db = openWriter(path, options.bytesMax)
    if (options.durableAtClose === true) db.exec("PRAGMA synchronous = OFF")
    const close = (parts: Parts.Parts) => () => {
      parts.close()
      // Writes the journal into the file, and syncs both.
      if (options.durableAtClose === true)
        db.exec("PRAGMA synchronous = FULL; PRAGMA wal_checkpoint(TRUNCATE)")
      db.close()
      unlock()
    }
    return guarded(
      () => db.close(),
      () => {
        const read = contents(db, path)
        return { db, ...read, close: close(read.parts) }
      },
    )
  })
}

const contents = (db: DatabaseSync, path: string): Contents => {
  const tables = tablesIn(db, path)
  const { batches, id, idAgain, index, tiles } = tables
  const refuse = (detail: string) => new LogUnavailable({ log: path, reason: "damaged", detail })
  if (id === "") throw refuse("has no id")
  const tip = batches.tip()
  for (const to of [index.to(), tiles.to()])
    if (!(to >= 0 && to <= tip.end.head))
      throw refuse(`ends at ${tip.end.head}, before what it says it indexed (${to})`)
  if (idAgain !== undefined && id !== idAgain)
    throw refuse(`has the id ${id}, and at a second place ${idAgain}`)
  return { ...tables, tip }
}

const tablesIn = (db: DatabaseSync, path: string): Omit<Contents, "tip"> => {
  const parts = Parts.make(db, path)
  const batches = Batches.make(db, path, parts)
  const getValue = db.prepare("SELECT value FROM log WHERE key = ?")
  const textOf = (key: string): string | undefined => {
    const value = getValue.get(key)?.["value"]
    return typeof value === "string" ? value : undefined
  }
  return {
    id: textOf("id") ?? "",
    idAgain: textOf("id_again"),
    batches,
    index: Index.make(db, batches),
    tiles: Tiles.make(db, batches),
    parts,
    checkpoints: Checkpoints.make(db),
  }
}

const guarded = <A>(undo: () => void, work: () => A): A => {
  try {
    return work()
  } catch (error) {
    undo()
    throw error
  }
}
