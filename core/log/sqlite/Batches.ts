/**
 * The table of batches: writes, finds and checks them. A row holds one committed batch (a slab), or several small ones
 * merged (`MergedRow.ts`). Every function may throw what SQLite throws, and LogUnavailable ("damaged") where a row is
 * not what was written.
 *
 * Between two statements another process may merge rows; so a row is always asked for by a position in it.
 */
import type { DatabaseSync, SQLOutputValue } from "node:sqlite"
import type { Position } from "../../event/Envelope.ts"
import * as Rejected from "../../kernel/Rejected.ts"
import { LogUnavailable } from "../EventLog.ts"
import * as MergedRow from "../MergedRow.ts"
import type * as Record from "../record.ts"
import * as Slab from "../Slab.ts"
import type { Batch, End } from "../Store.ts"
import type { Parts } from "./Parts.ts"

export type Row = { [column: string]: SQLOutputValue }

export interface Tip {
  readonly end: End
  /** Of the last batch: what the next one is chained to. */
  readonly hash: Uint8Array
}

/** What a row says of its events, without reading them. */
export interface Span {
  readonly first: Position
  readonly events: number
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
  /** The last row that begins below a position, and may hold an event that occurred in the time given. */
  readonly spanBelow: (position: Position, fromMs?: number, toMs?: number) => Span | undefined
  /** The slabs of the row that holds a position. */
  readonly slabsAt: (position: Position) => ReadonlyArray<Uint8Array>
  /** The events of the row that holds a position. */
  readonly at: (position: Position) => Batch
  /** Those of them that may be wanted. */
  readonly wantedAt: (position: Position, wanted: Record.Wanted) => Batch
  /** The row that begins at a position or is the first behind it, as it stands there. */
  readonly rowFrom: (position: Position) => Row | undefined
  /** Where a row begins that is the first at or behind a position, where even that can be read. */
  readonly nextFirst: (position: Position) => Position | undefined
  /** Puts one row in the place of all between two positions. Inside a transaction. */
  readonly replace: (from: Position, to: Position, slabs: ReadonlyArray<Uint8Array>) => void
  /** Leaves of these rows only what finds them: their bytes are in a part. Inside a transaction. */
  readonly empty: (from: Position, to: Position) => void
}

export const make = (db: DatabaseSync, log: string, parts: Parts): Batches => {
  const insertRow = db.prepare("INSERT INTO batch VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
  const lastRow = db.prepare("SELECT * FROM batch ORDER BY first DESC LIMIT 1")
  const holdingRow = db.prepare(
    "SELECT first, events, bytes FROM batch WHERE first <= ? ORDER BY first DESC LIMIT 1",
  )
  const spanRow = db.prepare(
    "SELECT first, events, recorded_first, recorded_last, occurred_min, occurred_max FROM batch WHERE first < ? AND occurred_max >= ? AND occurred_min < ? ORDER BY first DESC LIMIT 1",
  )
  const endRow = db.prepare(
    "SELECT first + events AS head, recorded_last FROM batch ORDER BY first DESC LIMIT 1",
  )
  const nextRow = db.prepare("SELECT * FROM batch WHERE first >= ? ORDER BY first LIMIT 1")
  const nextFirst = db.prepare("SELECT first FROM batch WHERE first >= ? ORDER BY first LIMIT 1")
  const removeRows = db.prepare("DELETE FROM batch WHERE first >= ? AND first < ?")
  const emptyRows = db.prepare("UPDATE batch SET bytes = x'' WHERE first >= ? AND first < ?")

  const damaged = (what: string): LogUnavailable =>
    new LogUnavailable({ log, reason: "damaged", detail: what })

  const slabsAt = (position: Position): ReadonlyArray<Uint8Array> => {
    const row = holdingRow.get(position)
    const bytes = bytesOf(row, "bytes")
    if (row === undefined || bytes === undefined || !(position < endOf(row)))
      throw damaged(`the batch at ${position} is missing`)
    const slabs = MergedRow.slabsOf(bytes.length > 0 ? bytes : parts.bytesAt(Number(row["first"])))
    if (Rejected.is(slabs)) throw damaged(`the batch at ${position}: ${Rejected.toText(slabs)}`)
    return slabs
  }

  const decoded = (
    position: Position,
    decode: (slab: Uint8Array) => Batch | Rejected.Rejected,
  ): Batch => {
    const events = slabsAt(position).map((slab) => {
      const batch = decode(slab)
      if (Rejected.is(batch)) throw damaged(`the batch at ${position}: ${Rejected.toText(batch)}`)
      return batch
    })
    return events.length === 1 ? events[0] : events.flat()
  }

  const insert = (slabs: ReadonlyArray<Uint8Array>, bytes: Uint8Array): void => {
    const { events, first, ...times } = spanOf(slabs)
    insertRow.run(
      first,
      events,
      times.recordedFirstMs,
      times.recordedLastMs,
      times.occurredMinMs,
      times.occurredMaxMs,
      slabs.length > 1 ? MergedRow.crcOf(bytes) : Slab.crcOf(bytes),
      Slab.hashOf(slabs[slabs.length - 1]),
      bytes,
    )
  }

  return {
    tip: () => {
      const row = lastRow.get()
      if (row === undefined) return { end: { head: 0, recordedMs: 0 }, hash: Slab.genesis }
      const slabs = slabsAt(Number(row["first"]))
      const last = slabs[slabs.length - 1]
      if (slabs.some((slab) => Rejected.is(Slab.header(slab))) || !agrees(row, spanOf(slabs)))
        throw damaged(`the batch at ${String(row["first"])}, its last, is not what was written`)
      return {
        end: { head: endOf(row), recordedMs: Number(row["recorded_last"]) },
        hash: Slab.hashOf(last),
      }
    },
    insert: (slab) => insert([slab], slab),
    end: () => {
      const row = endRow.get()
      return row === undefined
        ? { head: 0, recordedMs: 0 }
        : { head: Number(row["head"]), recordedMs: Number(row["recorded_last"]) }
    },
    spanBelow: (position, fromMs = -Infinity, toMs = Infinity) => {
      const row = spanRow.get(position, fromMs, toMs)
      return row === undefined ? undefined : spanIn(row)
    },
    slabsAt,
    at: (position) => decoded(position, Slab.decode),
    wantedAt: (position, wanted) => decoded(position, (slab) => Slab.decodeWanted(slab, wanted)),
    rowFrom: (position) => nextRow.get(position),
    nextFirst: (position) => {
      const row = nextFirst.get(position)
      return row === undefined ? undefined : Number(row["first"])
    },
    replace: (from, to, slabs) => {
      removeRows.run(from, to)
      insert(slabs, slabs.length > 1 ? MergedRow.encode(slabs) : slabs[0])
    },
    empty: (from, to) => {
      emptyRows.run(from, to)
    },
  }
}

export const bytesOf = (row: Row | undefined, column: string): Uint8Array | undefined => {
  const value = row?.[column]
  return value instanceof Uint8Array ? value : undefined
}

export const endOf = (row: Row): Position => Number(row["first"]) + Number(row["events"])

/** What slabs that follow each other say of themselves. */
export const spanOf = (slabs: ReadonlyArray<Uint8Array>): Span => {
  const headers = slabs.map(Slab.headerAsWritten)
  return {
    first: headers[0].first,
    events: headers.reduce((sum, { events }) => sum + events, 0),
    recordedFirstMs: headers[0].recordedFirstMs,
    recordedLastMs: headers[headers.length - 1].recordedLastMs,
    occurredMinMs: headers.reduce(
      (least, { occurredMinMs }) => Math.min(least, occurredMinMs),
      Infinity,
    ),
    occurredMaxMs: headers.reduce(
      (most, { occurredMaxMs }) => Math.max(most, occurredMaxMs),
      -Infinity,
    ),
  }
}

const spanIn = (row: Row): Span => ({
  first: Number(row["first"]),
  events: Number(row["events"]),
  recordedFirstMs: Number(row["recorded_first"]),
  recordedLastMs: Number(row["recorded_last"]),
  occurredMinMs: Number(row["occurred_min"]),
  occurredMaxMs: Number(row["occurred_max"]),
})

export const agrees = (row: Row, span: Span): boolean =>
  row["first"] === span.first &&
  row["events"] === span.events &&
  row["recorded_first"] === span.recordedFirstMs &&
  row["recorded_last"] === span.recordedLastMs &&
  row["occurred_min"] === span.occurredMinMs &&
  row["occurred_max"] === span.occurredMaxMs
