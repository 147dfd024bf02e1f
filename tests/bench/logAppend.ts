/**
 * `log-append`: durable events a second through the port, 1,000 a commit.
 *
 * References in the same run: the same slabs written to a file with fdatasync after each, and a table with a row an
 * event and an index on (stream, revision), each 1,000 rows a transaction, at the same durability.
 */
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import type { NewEvent } from "../../core/event/Envelope.ts"
import { EventLog } from "../../core/log/EventLog.ts"
import * as Sqlite from "../../core/log/sqlite.ts"
import { type Bench, row, type Size } from "./Bench.ts"
import { appendsOf } from "./logEvents.ts"

const perCommit = 1000
const commits: Record<Size, number> = { tiny: 2, full: 400 }
/** Appends made beforehand and used again and again: holding them all would measure the collection of garbage. */
const distinct = 40

export const bench: Bench = {
  name: "log-append",
  run: async (size) => {
    const directory = mkdtempSync(join(tmpdir(), "sigtwin-bench-"))
    try {
      const some = appendsOf(Math.min(distinct, commits[size]) * perCommit, perCommit)
      const appends = Array.from({ length: commits[size] }, (_, i) => some[i % some.length])
      const count = commits[size] * perCommit
      // A short run of each first: what is measured is the steady state, not the compiler.
      const warm = appends.slice(0, Math.ceil(appends.length / 10))
      await appendSeconds(join(directory, "warm.db"), warm)
      const log = join(directory, "log.db")
      const value = count / (await appendSeconds(log, appends))
      const slabs = slabsOf(log)
      const raw = count / rawSeconds(join(directory, "raw"), slabs)
      const perRow = count / rowSeconds(join(directory, "rows.db"), appends, slabs)
      const digest = createHash("sha256").update(String(slabs.length)).digest("hex").slice(0, 16)
      const shared = { bench: "log-append", unit: "events/s", value }
      return [
        row({ ...shared, metric: "durable, to raw file + fdatasync", reference: raw, digest }),
        row({
          ...shared,
          metric: "durable, to a row per event with index",
          reference: perRow,
          digest,
        }),
      ]
    } finally {
      rmSync(directory, { recursive: true })
    }
  },
}

const appendSeconds = (
  path: string,
  appends: ReadonlyArray<ReadonlyArray<NewEvent>>,
): Promise<number> =>
  Effect.runPromise(
    Effect.gen(function* () {
      const log = yield* EventLog
      const start = performance.now()
      for (const events of appends) yield* log.append(events)
      return (performance.now() - start) / 1000
    }).pipe(Effect.provide(Sqlite.layer(path))),
  )

const slabsOf = (path: string): ReadonlyArray<Uint8Array> => {
  const db = new DatabaseSync(path, { readOnly: true })
  const slabs: Array<Uint8Array> = []
  for (const { bytes } of db.prepare("SELECT bytes FROM batch ORDER BY first").all())
    if (bytes instanceof Uint8Array) slabs.push(bytes)
  db.close()
  return slabs
}

const rawSeconds = (path: string, slabs: ReadonlyArray<Uint8Array>): number => {
  const file = openSync(path, "w")
  const start = performance.now()
  for (const slab of slabs) {
    writeSync(file, slab)
    fdatasyncSync(file)
  }
  const seconds = (performance.now() - start) / 1000
  closeSync(file)
  return seconds
}

/** Rows hold as many bytes as an event takes in a slab. */
const rowSeconds = (
  path: string,
  appends: ReadonlyArray<ReadonlyArray<NewEvent>>,
  slabs: ReadonlyArray<Uint8Array>,
): number => {
  const db = new DatabaseSync(path)
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
  db.exec(
    "CREATE TABLE event (position INTEGER PRIMARY KEY, stream TEXT, revision INTEGER, body BLOB)",
  )
  db.exec("CREATE UNIQUE INDEX stream_revision ON event (stream, revision)")
  const insert = db.prepare("INSERT INTO event (stream, revision, body) VALUES (?, ?, ?)")
  const revisions = new Map<string, number>()
  const start = performance.now()
  for (const [i, events] of appends.entries()) {
    const size = Math.floor(slabs[i].length / events.length)
    db.exec("BEGIN")
    for (const [j, { stream }] of events.entries()) {
      const revision = (revisions.get(stream) ?? -1) + 1
      revisions.set(stream, revision)
      insert.run(stream, revision, slabs[i].subarray(j * size, (j + 1) * size))
    }
    db.exec("COMMIT")
  }
  const seconds = (performance.now() - start) / 1000
  db.close()
  return seconds
}
