/**
 * `log-append`: durable events a second through the port, 1, 100 and 1,000 a commit, one append after another, with all
 * that a log does switched on: chain of hashes, index, hash tree, signed checkpoints.
 *
 * References in the same run: as many bytes written to a file with fdatasync, after each commit, so that both meet the same disk
 * and the same load; and, for 1,000 a commit, a table with a row an event and an index on (stream, revision) at the same
 * durability. The table holds a million rows before, since its trees grow slower with their size; a batch a row does not. The
 * best turn of each counts, after some commits that open files and make room. Wanted by "The log": 0.8, 0.6 and 0.4 of the
 * raw file.
 */
import * as Effect from "effect/Effect"
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { signingKeyOf } from "../../core/crypto/ed25519.ts"
import type { NewEvent } from "../../core/event/Envelope.ts"
import { EventLog } from "../../core/log/EventLog.ts"
import * as Rejected from "../../core/kernel/Rejected.ts"
import * as MergedRow from "../../core/log/MergedRow.ts"
import * as Slab from "../../core/log/Slab.ts"
import * as Sqlite from "../../core/log/sqlite.ts"
import { type Bench, type Row, row, secondsOf, type Size } from "./Bench.ts"
import { appendsOf } from "./logEvents.ts"

const perCommit = 1000
const sizes = {
  tiny: { commits: { 1: 4, 100: 2, 1000: 2 }, turns: 1, rowsBefore: 2000 },
  full: { commits: { 1: 1500, 100: 400, 1000: 100 }, turns: 5, rowsBefore: 1_000_000 },
}
/** Appends made beforehand and used again and again: holding them all would measure the collection of garbage. */
const distinct = 40

export const bench: Bench = {
  name: "log-append",
  run: async (size) => {
    const rows: Array<Row> = []
    for (const each of [1, 100, 1000] as const) {
      // One size after the other: they would disturb each other's times.
      // oxlint-disable-next-line no-await-in-loop
      rows.push(...(await measure(each, sizes[size].commits[each], size)))
    }
    return rows
  },
}

const measure = async (each: number, commits: number, size: Size): Promise<ReadonlyArray<Row>> => {
  const { turns, rowsBefore } = sizes[size]
  const some = appendsOf(Math.min(distinct, commits) * each, each)
  const appends = Array.from({ length: commits }, (_, i) => some[i % some.length])
  let log = Infinity
  let raw = Infinity
  let rows = Infinity
  let bytes = 0
  const directory = mkdtempSync(join(tmpdir(), "sigtwin-bench-"))
  const table =
    each === perCommit ? rowTable(join(directory, "rows.db"), some, rowsBefore) : undefined
  try {
    for (let turn = 0; turn < turns; turn++) {
      const path = join(directory, `log-${turn}.db`)
      // In turns, since a shared disk is now quick and now slow.
      // oxlint-disable-next-line no-await-in-loop
      const seconds = await appendSeconds(path, some, appends)
      log = Math.min(log, seconds.log)
      raw = Math.min(raw, seconds.raw)
      if (table !== undefined) rows = Math.min(rows, table.appendSeconds(appends))
      ;({ bytes } = seconds)
    }
  } finally {
    table?.close()
    rmSync(directory, { recursive: true })
  }
  const count = commits * each
  const digest = `${bytes} bytes in ${commits} commits`
  const shared = { bench: "log-append", unit: "events/s", value: count / log, digest }
  return [
    row({ ...shared, metric: `${each} a commit, to raw file + fdatasync`, reference: count / raw }),
    ...(table === undefined
      ? []
      : [
          row({
            ...shared,
            metric: `${each} a commit, to a row per event`,
            reference: count / rows,
          }),
        ]),
  ]
}

const appendSeconds = (
  path: string,
  some: ReadonlyArray<ReadonlyArray<NewEvent>>,
  appends: ReadonlyArray<ReadonlyArray<NewEvent>>,
): Promise<{ readonly log: number; readonly raw: number; readonly bytes: number }> =>
  Effect.runPromise(
    Effect.gen(function* () {
      const log = yield* EventLog
      for (const events of some) yield* log.append(events)
      const slabs = slabsOf(path)
      const file = openSync(`${path}.raw`, "w")
      let bytes = 0
      let logMs = 0
      let rawMs = 0
      for (let i = 0; i < appends.length; i++) {
        const slab = slabs[i % slabs.length]
        const began = performance.now()
        yield* log.append(appends[i])
        const appended = performance.now()
        writeSync(file, slab)
        fdatasyncSync(file)
        rawMs += performance.now() - appended
        logMs += appended - began
        bytes += slab.length
      }
      closeSync(file)
      return { log: logMs / 1000, raw: rawMs / 1000, bytes }
    }).pipe(Effect.provide(Sqlite.layer(path, { signer }), { local: true })),
  )

export const signer = signingKeyOf(new Uint8Array(32).fill(7))

/** What was committed, also where small batches were merged meanwhile. */
export const slabsOf = (path: string): ReadonlyArray<Uint8Array> => {
  const db = new DatabaseSync(path, { readOnly: true })
  const slabs: Array<Uint8Array> = []
  for (const { bytes } of db.prepare("SELECT bytes FROM batch ORDER BY first").all())
    if (bytes instanceof Uint8Array) {
      const found = MergedRow.slabsOf(bytes)
      if (Rejected.is(found)) throw new Error(Rejected.toText(found))
      slabs.push(...found)
    }
  db.close()
  return slabs
}

export const rawSeconds = (path: string, slabs: ReadonlyArray<Uint8Array>): number => {
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

/** A table with a row an event, and so many rows in it. */
const rowTable = (
  path: string,
  appends: ReadonlyArray<ReadonlyArray<NewEvent>>,
  rowsBefore: number,
) => {
  const db = new DatabaseSync(path)
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF")
  db.exec(
    "CREATE TABLE event (position INTEGER PRIMARY KEY, stream TEXT, revision INTEGER, body BLOB)",
  )
  db.exec("CREATE UNIQUE INDEX stream_revision ON event (stream, revision)")
  const insert = db.prepare("INSERT INTO event (stream, revision, body) VALUES (?, ?, ?)")
  const revisions = new Map<string, number>()
  const bodies = new Map(appends.flat().map((event) => [event, bodyOf(event)]))
  const append = (events: ReadonlyArray<NewEvent>): void => {
    db.exec("BEGIN")
    for (const event of events) {
      const revision = (revisions.get(event.stream) ?? -1) + 1
      revisions.set(event.stream, revision)
      insert.run(event.stream, revision, bodies.get(event) ?? null)
    }
    db.exec("COMMIT")
  }
  for (let rows = 0; rows < rowsBefore; rows += perCommit)
    append(appends[(rows / perCommit) % appends.length])
  db.exec("PRAGMA synchronous = FULL; PRAGMA wal_checkpoint(TRUNCATE)")
  return {
    appendSeconds: (given: ReadonlyArray<ReadonlyArray<NewEvent>>) =>
      secondsOf(() => {
        for (const events of given) append(events)
      }),
    close: () => db.close(),
  }
}

/** An event that stands alone, with its own texts: its slab without header and trailer. */
const bodyOf = ({ event, occurredMs, stream }: NewEvent): Uint8Array => {
  const alone = { position: 0, stream, revision: 0, occurredMs, recordedMs: occurredMs }
  const slab = Slab.encode([{ ...alone, causes: [], event }], Slab.genesis)
  if (Rejected.is(slab)) throw new Error(Rejected.toText(slab))
  return slab.subarray(72, -36)
}
