/**
 * Secrets in an SQLite file of their own, readable by its owner alone, each row sealed under the
 * file key (`fileKey.ts`) and bound to its name.
 */
import { chmodSync, closeSync, openSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import * as seal from "../crypto/seal.ts"
import * as FileKey from "./fileKey.ts"
import { about, type Secrets, SecretsUnavailable } from "./Secrets.ts"

/** `master` is asked again when the file was sealed anew meanwhile. */
export const secretsSqlite = (file: string, master: () => seal.MasterKey): Secrets => {
  const database = openDatabase(file)
  const find = database.prepare(
    "SELECT locked FROM secret WHERE kind = ? AND id = ? AND version = ?",
  )
  const insert = database.prepare(
    "INSERT OR REPLACE INTO secret (kind, id, version, locked) VALUES (?, ?, ?, ?)",
  )
  const remove = database.prepare("DELETE FROM secret WHERE kind = ? AND id = ?")
  const removeOne = database.prepare("DELETE FROM secret WHERE kind = ? AND id = ? AND version = ?")
  const list = database.prepare(
    "SELECT version FROM secret WHERE kind = ? AND id = ? ORDER BY version",
  )
  let key = seal.masterKeyOf(new Uint8Array(32))
  try {
    FileKey.inTransaction(database, () => {
      key = FileKey.open(database, file, master())
    })
  } catch (cause) {
    database.close()
    throw cause
  }
  const reopen = (): void => {
    key = FileKey.open(database, file, master())
  }
  return {
    get: (kind, id, version) => {
      const read = (): Uint8Array | undefined => {
        const row = find.get(kind, id, version)
        return row?.["locked"] instanceof Uint8Array ? row["locked"] : undefined
      }
      const locked = read()
      if (locked === undefined) return undefined
      const opened = seal.unlock(key, locked, about(kind, id, version))
      if (opened !== undefined) return opened
      // Somebody changed the master key, or the bytes.
      reopen()
      const again = seal.unlock(key, read() ?? locked, about(kind, id, version))
      if (again === undefined)
        throw new SecretsUnavailable({
          file,
          reason: "wrong-master-key",
          detail: "its bytes were changed",
        })
      return again
    },
    put: (secrets) => {
      if (secrets.length === 0) return
      FileKey.inTransaction(database, () => {
        if (!FileKey.fits(database, key)) reopen()
        for (const { kind, id, version, bytes } of secrets)
          insert.run(kind, id, version, seal.lock(key, bytes, about(kind, id, version)))
      })
    },
    versions: (kind, id) => list.all(kind, id).map(({ version }) => Number(version)),
    destroy: (kind, id, version) => {
      if (version === undefined) remove.run(kind, id)
      else removeOne.run(kind, id, version)
      // The old bytes must not stay in the file or its journal.
      database.exec("PRAGMA wal_checkpoint(TRUNCATE)")
    },
    close: () => database.close(),
  }
}

/** What may be done with the file itself, beside whoever has it open. */
export const withSecretsFile = <A>(file: string, use: (database: DatabaseSync) => A): A => {
  const database = openDatabase(file)
  try {
    return use(database)
  } finally {
    database.close()
  }
}

const openDatabase = (file: string): DatabaseSync => {
  try {
    // Made by us with narrow rights before SQLite can make it with wide ones.
    closeSync(openSync(file, "a", 0o600))
    chmodSync(file, 0o600)
    const database = new DatabaseSync(file)
    database.exec(
      "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA busy_timeout=2000;" +
        "CREATE TABLE IF NOT EXISTS secret (kind TEXT, id TEXT, version INTEGER, locked BLOB NOT NULL," +
        " PRIMARY KEY (kind, id, version)) WITHOUT ROWID;" +
        FileKey.createTable,
    )
    return database
  } catch (cause) {
    throw new SecretsUnavailable({
      file,
      reason: "unreadable",
      detail: cause instanceof Error ? cause.message : String(cause),
    })
  }
}
