/**
 * The file key: what secrets in a file are sealed under. It is drawn at random and kept in the same file, wrapped for
 * each that may open it, so that these can change while others go on:
 *
 * - `master`: the master key. `previous`: the one before it, until the change is finished.
 * - `recovery`: whoever holds the recovery key; `recovery-public` is what it is wrapped to.
 *
 * Files from before it are sealed under the master key itself and get a file key when the master key is next changed.
 */
import type { DatabaseSync } from "node:sqlite"
import * as Recovery from "../crypto/recovery.ts"
import * as seal from "../crypto/seal.ts"
import { SecretsUnavailable } from "./Secrets.ts"

type Wrap = "master" | "previous" | "recovery" | "recovery-public"

const length = 32
const aboutWrap = (name: Wrap): string => `file-key/${name}`

/** Sealed at creation; opens only under the file key. */
const canary = { kind: "canary", id: "master-key", version: 1 } as const

export const createTable =
  "CREATE TABLE IF NOT EXISTS wrap (name TEXT PRIMARY KEY, locked BLOB NOT NULL) WITHOUT ROWID;"

/** Opens the file key with the master key, or makes it in a new file. */
export const open = (
  database: DatabaseSync,
  file: string,
  master: seal.MasterKey,
): seal.MasterKey => {
  const found = unwrap(database, master)
  if (found !== undefined) return found
  if (wrapOf(database, "master") !== undefined) throw wrongMaster(file)
  const isNew = database.prepare("SELECT 1 FROM secret LIMIT 1").get() === undefined
  if (isNew) {
    const bytes = seal.secretBytes(length)
    setWrap(database, "master", seal.lock(master, bytes, aboutWrap("master")))
    const key = seal.masterKeyOf(bytes)
    putCanary(database, key)
    return key
  }
  if (!fits(database, master)) throw wrongMaster(file)
  return master
}

/** Whether the file's secrets are sealed under this key now. */
export const fits = (database: DatabaseSync, key: seal.MasterKey): boolean => {
  const row = database
    .prepare("SELECT locked FROM secret WHERE kind = ? AND id = ? AND version = ?")
    .get(canary.kind, canary.id, canary.version)
  return (
    row?.["locked"] instanceof Uint8Array &&
    seal.unlock(key, row["locked"], nameOf(canary)) !== undefined
  )
}

/**
 * Seals all under a new file key, wrapped for the new master key, the one before it, and whoever holds the recovery key.
 * Whoever has the file open finds the new one by the old master key. All or nothing.
 */
export const rotate = (
  database: DatabaseSync,
  file: string,
  masters: { readonly now: seal.MasterKey; readonly next: seal.MasterKey },
): void =>
  inTransaction(database, () => {
    const before = open(database, file, masters.now)
    const bytes = seal.secretBytes(length)
    const key = seal.masterKeyOf(bytes)
    const put = database.prepare(
      "UPDATE secret SET locked = ? WHERE kind = ? AND id = ? AND version = ?",
    )
    const rows = database.prepare("SELECT kind, id, version, locked FROM secret").all()
    for (const { id, kind, locked, version } of rows) {
      const about = `${String(kind)}/${String(id)}/${String(version)}`
      const plain = locked instanceof Uint8Array ? seal.unlock(before, locked, about) : undefined
      if (plain === undefined) throw wrongMaster(file)
      put.run(seal.lock(key, plain, about), String(kind), String(id), Number(version))
    }
    setWrap(database, "master", seal.lock(masters.next, bytes, aboutWrap("master")))
    setWrap(database, "previous", seal.lock(masters.now, bytes, aboutWrap("previous")))
    const recovery = wrapOf(database, "recovery-public")
    if (recovery !== undefined)
      setWrap(database, "recovery", Recovery.sealTo(recovery, bytes, aboutWrap("recovery")))
  })

/** The master key before the last change opens nothing from here on. */
export const forgetPrevious = (database: DatabaseSync): void => {
  database.prepare("DELETE FROM wrap WHERE name = ?").run("previous")
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)")
}

/** Wraps the file key for a new recovery key; the one before it opens nothing from here on. */
export const makeRecovery = (
  database: DatabaseSync,
  file: string,
  master: seal.MasterKey,
): Uint8Array => {
  // A file key of its own is there only after a change.
  if (wrapOf(database, "master") === undefined)
    rotate(database, file, { now: master, next: master })
  const { publicKey, secret } = Recovery.make()
  inTransaction(database, () => {
    const bytes = unwrapBytes(database, master)
    if (bytes === undefined) throw wrongMaster(file)
    setWrap(database, "recovery-public", publicKey)
    setWrap(database, "recovery", Recovery.sealTo(publicKey, bytes, aboutWrap("recovery")))
  })
  return secret
}

/** Takes a new master key in the name of the recovery key; the lost one opens nothing from here on. */
export const restore = (
  database: DatabaseSync,
  file: string,
  secret: Uint8Array,
  next: seal.MasterKey,
): void =>
  inTransaction(database, () => {
    const wrapped = wrapOf(database, "recovery")
    const bytes =
      wrapped === undefined ? undefined : Recovery.openWith(secret, wrapped, aboutWrap("recovery"))
    if (bytes === undefined)
      throw new SecretsUnavailable({
        file,
        reason: "wrong-master-key",
        detail:
          wrapped === undefined
            ? "no recovery key was ever made for it"
            : "that is not its recovery key",
      })
    setWrap(database, "master", seal.lock(next, bytes, aboutWrap("master")))
    database.prepare("DELETE FROM wrap WHERE name = ?").run("previous")
  })

export interface Status {
  /** Whether the master key before the last change still opens it. */
  readonly previous: boolean
  readonly recovery: boolean
  readonly counts: ReadonlyArray<{ readonly kind: string; readonly count: number }>
}

export const statusOf = (database: DatabaseSync): Status => ({
  previous: wrapOf(database, "previous") !== undefined,
  recovery: wrapOf(database, "recovery") !== undefined,
  counts: database
    .prepare("SELECT kind, COUNT(*) AS n FROM secret WHERE kind <> ? GROUP BY kind ORDER BY kind")
    .all(canary.kind)
    .map(({ kind, n }) => ({ kind: String(kind), count: Number(n) })),
})

const unwrapBytes = (database: DatabaseSync, master: seal.MasterKey): Uint8Array | undefined => {
  for (const name of ["master", "previous"] as const) {
    const wrapped = wrapOf(database, name)
    const bytes = wrapped === undefined ? undefined : seal.unlock(master, wrapped, aboutWrap(name))
    if (bytes !== undefined) return bytes
  }
  return undefined
}

const unwrap = (database: DatabaseSync, master: seal.MasterKey): seal.MasterKey | undefined => {
  const bytes = unwrapBytes(database, master)
  return bytes === undefined ? undefined : seal.masterKeyOf(bytes)
}

const wrapOf = (database: DatabaseSync, name: Wrap): Uint8Array | undefined => {
  const row = database.prepare("SELECT locked FROM wrap WHERE name = ?").get(name)
  return row?.["locked"] instanceof Uint8Array ? row["locked"] : undefined
}

const setWrap = (database: DatabaseSync, name: Wrap, locked: Uint8Array): void => {
  database.prepare("INSERT OR REPLACE INTO wrap (name, locked) VALUES (?, ?)").run(name, locked)
}

const putCanary = (database: DatabaseSync, key: seal.MasterKey): void => {
  database
    .prepare("INSERT INTO secret (kind, id, version, locked) VALUES (?, ?, ?, ?)")
    .run(canary.kind, canary.id, canary.version, seal.lock(key, new Uint8Array(16), nameOf(canary)))
}

const nameOf = ({ id, kind, version }: typeof canary): string => `${kind}/${id}/${version}`

const wrongMaster = (file: string): SecretsUnavailable =>
  new SecretsUnavailable({
    file,
    reason: "wrong-master-key",
    detail: "it was sealed under another master key, or its bytes were changed",
  })

export const inTransaction = (database: DatabaseSync, run: () => void): void => {
  database.exec("BEGIN IMMEDIATE")
  try {
    run()
    database.exec("COMMIT")
  } catch (cause) {
    database.exec("ROLLBACK")
    throw cause
  }
}
