/**
 * Brings a file of an older format up to date, a format at a time, each in one transaction: it is of the one or of the
 * other, whatever happens meanwhile. Under the writer's lock.
 *
 * - 1 to 2: the tables of the hash tree, of checkpoints and of parts. Batches are as they were; the tree is made of them
 *   afterwards, in the background.
 */
import { DatabaseSync } from "node:sqlite"
import { invariant } from "../../kernel/invariant.ts"
import { busyMs, tablesOf2 } from "./database.ts"
import { fileFormat } from "./fileHeader.ts"

/** What leads from a format to the next. */
const steps: ReadonlyMap<number, string> = new Map([[1, tablesOf2]])

export const upgrade = (path: string): void => {
  const db = new DatabaseSync(path, { timeout: busyMs })
  try {
    db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; BEGIN EXCLUSIVE")
    const found = db.prepare("PRAGMA user_version").get()?.["user_version"]
    for (let format = Number(found); format < fileFormat; format++) {
      const step = steps.get(format)
      invariant(step !== undefined, `there is a way from format ${format}`)
      db.exec(step)
      db.exec(`PRAGMA user_version = ${format + 1}`)
    }
    db.exec("COMMIT")
    // The format stands in the file's first page, where it is looked for before SQLite opens it.
    db.exec("PRAGMA wal_checkpoint(TRUNCATE)")
  } finally {
    if (db.isTransaction) db.exec("ROLLBACK")
    db.close()
  }
}
