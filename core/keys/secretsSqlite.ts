/**
 * Secrets in an SQLite file of their own, readable by its owner alone, each row sealed under the
 * master key and bound to its name.
 */
import { chmodSync, closeSync, openSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import * as seal from "../crypto/seal.ts"
import { about, type Secrets, SecretsUnavailable } from "./Secrets.ts"

/** Sealed at creation; opens only under the same master key. */
const canary = { kind: "canary", id: "master-key", version: 1 } as const

export const secretsSqlite = (file: string, master: seal.MasterKey): Secrets => {
  const database = openDatabase(file)
  const find = database.prepare(
    "SELECT locked FROM secret WHERE kind = ? AND id = ? AND version = ?",
  )
  const insert = database.prepare(
    "INSERT OR REPLACE INTO secret (kind, id, version, locked) VALUES (?, ?, ?, ?)",
  )
  const remove = database.prepare("DELETE FROM secret WHERE kind = ? AND id = ?")
  const read = (kind: string, id: string, version: number): Uint8Array | undefined => {
    const row = find.get(kind, id, version)
    if (row === undefined || !(row.locked instanceof Uint8Array)) return undefined
    const opened = seal.unlock(master, row.locked, `${kind}/${id}/${version}`)
    if (opened === undefined)
      throw new SecretsUnavailable({
        file,
        reason: "wrong-master-key",
        detail: "it was sealed under another master key, or its bytes were changed",
      })
    return opened
  }
  if (read(canary.kind, canary.id, canary.version) === undefined)
    insert.run(
      canary.kind,
      canary.id,
      canary.version,
      seal.lock(master, new Uint8Array(16), `${canary.kind}/${canary.id}/${canary.version}`),
    )
  return {
    get: read,
    put: (secrets) => {
      if (secrets.length === 0) return
      database.exec("BEGIN IMMEDIATE")
      try {
        for (const { kind, id, version, bytes } of secrets)
          insert.run(kind, id, version, seal.lock(master, bytes, about(kind, id, version)))
        database.exec("COMMIT")
      } catch (cause) {
        database.exec("ROLLBACK")
        throw cause
      }
    },
    destroy: (kind, id) => {
      remove.run(kind, id)
      // The old bytes must not stay in the file or its journal.
      database.exec("PRAGMA wal_checkpoint(TRUNCATE)")
    },
    close: () => database.close(),
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
        " PRIMARY KEY (kind, id, version)) WITHOUT ROWID",
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
