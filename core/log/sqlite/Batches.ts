/**
 * The table of batches: writes, finds and checks them. Every function may throw what SQLite throws, and
 * LogUnavailable ("damaged") where a batch is not what was written.
 */
import type { DatabaseSync, SQLOutputValue } from "node:sqlite"
import type { Position } from "../../event/Envelope.ts"
import { equal } from "../../kernel/Bytes.ts"
import * as Rejected from "../../kernel/Rejected.ts"
import { LogUnavailable } from "../EventLog.ts"
import * as Slab from "../Slab.ts"
import type { Batch, End } from "../Store.ts"

type Row = Record<string, SQLOutputValue>

export interface Tip {
  readonly end: End
  /** Of the last batch: what the next one is chained to. */
  readonly hash: Uint8Array
}

/** What a row says of its batch, without reading it. */
interface Span {
  readonly first: Position
  readonly recordedFirstMs: number
  readonly recordedLastMs: number
  readonly occurredMinMs: number
  readonly occurredMaxMs: number
}

export interface Batches {
  readonly tip: () => Tip
  readonly insert: (slab: Uint8Array) => void
  /** Head and time of the last row, as the row says. */
  readonly end: () => End
  /** The row of the last batch that begins below a position, and may hold an event that occurred in the time given. */
  readonly spanBelow: (position: Position, fromMs?: number, toMs?: number) => Span | undefined
  /** Bytes of the batch that begins at a position. */
  readonly bytesAt: (first: Position) => Uint8Array | undefined
  /** The batch that begins at a position, decoded. */
  readonly at: (first: Position) => Batch
  /** What is wrong with the row at a position, and where the next one should begin. */
  readonly check: (
    first: Position,
    previous: Uint8Array,
  ) => {
    readonly batch: Batch | undefined
    readonly what: string | undefined
    readonly next: Position | undefined
    readonly hash: Uint8Array
  }
}

export const make = (db: DatabaseSync, log: string): Batches => {
  const insertRow = db.prepare("INSERT INTO batch VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
  const lastRow = db.prepare("SELECT * FROM batch ORDER BY first DESC LIMIT 1")
  const bytesRow = db.prepare("SELECT bytes FROM batch WHERE first = ?")
  const spanRow = db.prepare(
    "SELECT first, recorded_first, recorded_last, occurred_min, occurred_max FROM batch WHERE first < ? AND occurred_max >= ? AND occurred_min < ? ORDER BY first DESC LIMIT 1",
  )
  const endRow = db.prepare(
    "SELECT first + events AS head, recorded_last FROM batch ORDER BY first DESC LIMIT 1",
  )
  const nextRow = db.prepare("SELECT * FROM batch WHERE first >= ? ORDER BY first LIMIT 1")

  const damaged = (what: string): LogUnavailable =>
    new LogUnavailable({ log, reason: "damaged", detail: what })

  const bytesAt = (first: Position): Uint8Array | undefined => bytesOf(bytesRow.get(first), "bytes")

  return {
    tip: () => {
      const row = lastRow.get()
      if (row === undefined) return { end: { head: 0, recordedMs: 0 }, hash: Slab.genesis }
      const bytes = bytesOf(row, "bytes")
      const header = bytes === undefined ? undefined : Slab.header(bytes)
      if (
        bytes === undefined ||
        header === undefined ||
        Rejected.is(header) ||
        !agrees(row, header)
      )
        throw damaged(`the batch at ${String(row["first"])}, its last, is not what was written`)
      return {
        end: { head: header.first + header.events, recordedMs: header.recordedLastMs },
        hash: Slab.hashOf(bytes),
      }
    },
    insert: (slab) => {
      const header = Slab.headerAsWritten(slab)
      insertRow.run(
        header.first,
        header.events,
        header.recordedFirstMs,
        header.recordedLastMs,
        header.occurredMinMs,
        header.occurredMaxMs,
        Slab.crcOf(slab),
        Slab.hashOf(slab),
        slab,
      )
    },
    end: () => {
      const row = endRow.get()
      return row === undefined
        ? { head: 0, recordedMs: 0 }
        : { head: Number(row["head"]), recordedMs: Number(row["recorded_last"]) }
    },
    spanBelow: (position, fromMs = -Infinity, toMs = Infinity) => {
      const row = spanRow.get(position, fromMs, toMs)
      return row === undefined
        ? undefined
        : {
            first: Number(row["first"]),
            recordedFirstMs: Number(row["recorded_first"]),
            recordedLastMs: Number(row["recorded_last"]),
            occurredMinMs: Number(row["occurred_min"]),
            occurredMaxMs: Number(row["occurred_max"]),
          }
    },
    bytesAt,
    at: (first) => {
      const bytes = bytesAt(first)
      if (bytes === undefined) throw damaged(`the batch at ${first} is missing`)
      const batch = Slab.decode(bytes)
      if (Rejected.is(batch)) throw damaged(`the batch at ${first}: ${Rejected.toText(batch)}`)
      return batch
    },
    check: (first, previous) => {
      const row = nextRow.get(first)
      if (row === undefined)
        return { batch: undefined, what: "no batch", next: undefined, hash: previous }
      const bytes = bytesOf(row, "bytes") ?? new Uint8Array()
      const header = Slab.header(bytes)
      const batch = Slab.decode(bytes)
      const next = Number(row["first"]) + Number(row["events"])
      if (Rejected.is(header) || Rejected.is(batch)) {
        const hash = bytesOf(row, "sha") ?? previous
        const what = Rejected.is(batch) ? Rejected.toText(batch) : "no header"
        return { batch: undefined, what, next, hash }
      }
      const hash = Slab.hashOf(bytes)
      const what =
        header.first !== first
          ? `events ${first} to ${header.first - 1} are missing`
          : !agrees(row, header) ||
              Slab.crcOf(bytes) !== row["crc"] ||
              !equal(hash, bytesOf(row, "sha") ?? new Uint8Array())
            ? "the row says something else than its batch"
            : !Slab.follows(bytes, previous)
              ? "the chain of hashes breaks"
              : undefined
      return { batch, what, next: header.first + header.events, hash }
    },
  }
}

const bytesOf = (row: Row | undefined, column: string): Uint8Array | undefined => {
  const value = row?.[column]
  return value instanceof Uint8Array ? value : undefined
}

const agrees = (row: Row, header: Slab.Header): boolean =>
  row["first"] === header.first &&
  row["events"] === header.events &&
  row["recorded_first"] === header.recordedFirstMs &&
  row["recorded_last"] === header.recordedLastMs &&
  row["occurred_min"] === header.occurredMinMs &&
  row["occurred_max"] === header.occurredMaxMs
