/**
 * Makes and opens the SQLite file of a log.
 *
 * ```
 * batch       one row a commit: the slab, and beside it what finds it without reading it; in time small ones are merged
 * log         `id`; how far the derived tables go: `indexed_to`, `treed_to`, `tree_size`; `merged_to`
 * head        a stream's revision      } derived from the batches, outside of commits;
 * posting     key and run to batches   } may be thrown away
 * tile        the hash tree            }
 * checkpoint  signed heads of the tree
 * part        which rows' bytes are in which file beside the log
 * ```
 * The whole layout is docs/formats/log.md.
 * Write-ahead journal, synchronous FULL: a commit returns when its bytes are on the disk, and readers in other
 * processes go on meanwhile. A new file is made in one transaction of the older journal, so that its header says whose
 * it is from the first moment it says anything.
 */
import { DatabaseSync } from "node:sqlite"
import { applicationId, fileFormat } from "./fileHeader.ts"

/** A small commit writes one or two pages, a large one many: of 4, 8 and 16 KiB these cost both least (measured, see docs/performance.md). */
const pageBytes = 8192
/** The write-ahead file is copied into the log when it has so many bytes: what the slowest commit waits for. */
const checkpointBytes = 8 << 20
/** How long a reader waits while a writer begins or ends, ms. */
export const busyMs = 5000

/** Tables that format 2 added. */
const addedBy2 = `
  CREATE TABLE tile (
    level INTEGER NOT NULL, number INTEGER NOT NULL, hashes BLOB NOT NULL, firsts BLOB,
    PRIMARY KEY (level, number)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE checkpoint (size INTEGER PRIMARY KEY, head INTEGER NOT NULL, note TEXT NOT NULL) STRICT;
  CREATE TABLE part (first INTEGER PRIMARY KEY, end INTEGER NOT NULL, file TEXT NOT NULL) STRICT;
`

/** What makes a file of format 1 one of format 2. */
export const tablesOf2 = `${addedBy2}
  INSERT INTO log (key, value) VALUES ('treed_to', 0), ('tree_size', 0), ('merged_to', 0);
  INSERT INTO log (key, value) SELECT 'id_again', value FROM log WHERE key = 'id';
`

/** Also that of a part. */
export const batchTable = `
  CREATE TABLE batch (
    first INTEGER PRIMARY KEY, events INTEGER NOT NULL,
    recorded_first REAL NOT NULL, recorded_last REAL NOT NULL,
    occurred_min REAL NOT NULL, occurred_max REAL NOT NULL,
    crc INTEGER NOT NULL, sha BLOB NOT NULL, bytes BLOB NOT NULL
  ) STRICT;
`

const tables = `
  CREATE TABLE log (key TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
  ${batchTable.trim()}
  CREATE TABLE head (stream TEXT PRIMARY KEY, revision INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE posting (
    key TEXT NOT NULL, run INTEGER NOT NULL, batches BLOB NOT NULL, PRIMARY KEY (key, run)
  ) STRICT, WITHOUT ROWID;
`

/** Writes a new, empty log. */
export const create = (path: string, id: string): void => {
  const db = new DatabaseSync(path, { timeout: busyMs })
  try {
    db.exec(`PRAGMA page_size = ${pageBytes}; PRAGMA synchronous = FULL; BEGIN EXCLUSIVE`)
    db.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${fileFormat}`)
    db.exec(tables)
    const set = db.prepare("INSERT INTO log (key, value) VALUES (?, ?)")
    set.run("id", id)
    set.run("indexed_to", 0)
    db.exec(tablesOf2)
    db.exec("COMMIT; PRAGMA journal_mode = WAL")
  } finally {
    db.close()
  }
}

/** An older file is read as if it were upgraded: what it lacks is empty, and the reader's alone. */
export const openReader = (path: string, isOlder: boolean): DatabaseSync => {
  const db = new DatabaseSync(path, { readOnly: true, timeout: busyMs })
  if (isOlder) db.exec(addedBy2.replaceAll("CREATE TABLE", "CREATE TEMP TABLE"))
  return db
}

export const openWriter = (path: string, bytesMax: number | undefined): DatabaseSync => {
  const db = new DatabaseSync(path, { timeout: busyMs })
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
  const page = Number(db.prepare("PRAGMA page_size").get()?.["page_size"])
  const pages = Math.floor(checkpointBytes / page)
  db.exec(`PRAGMA wal_autocheckpoint = ${pages}; PRAGMA journal_size_limit = 67108864`)
  if (bytesMax !== undefined)
    db.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(bytesMax / page))}`)
  return db
}

/** Every table as it was made: of this file, or as it should be. */
export const schemaOf = (db?: DatabaseSync): string => {
  if (db === undefined) return (expectedSchema ??= schemaMade())
  const rows = db.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name").all()
  return rows.map((row) => Object.values(row).join("|")).join("\n")
}

let expectedSchema: string | undefined

const schemaMade = (): string => {
  const db = new DatabaseSync(":memory:")
  db.exec(tables)
  db.exec(tablesOf2)
  const schema = schemaOf(db)
  db.close()
  return schema
}
