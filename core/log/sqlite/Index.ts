/**
 * What finds events by device, station, customer, packet or kind, and streams' revisions at open, without reading the log.
 *
 * Derived from the batches in *runs* of consecutive batches, each written in one transaction of its own, never in a
 * commit: an index inside the commit costs 5-16 times its speed (measured). For each key a run holds the batches in
 * which it occurs, as u32 offsets from the run's first position. Behind `to()` is the tail, which readers scan.
 */
import type { DatabaseSync } from "node:sqlite"
import type { Position, StreamId } from "../../event/Envelope.ts"
import type { Filter } from "../EventLog.ts"
import type { Batches } from "./Batches.ts"
import * as Postings from "./Postings.ts"
import * as Run from "./Run.ts"

export interface Index {
  /** One past the last position that is indexed. */
  readonly to: () => Position
  /** Writes the next run: it begins at `to()`. */
  readonly write: (run: Run.Run) => void
  /** Reads the next run, ending at `head` at the latest, and writes it; says how far it came. */
  readonly advance: (head: Position) => Position
  /** Streams and their revisions as of `to()`. */
  readonly heads: () => Map<StreamId, number>
  /** The last batch below a position, within the indexed part, in which everything the filter names occurs. */
  readonly below: (position: Position, filter: Filter) => Position | undefined
}

export const make = (db: DatabaseSync, batches: Batches): Index => {
  const getTo = db.prepare("SELECT value FROM log WHERE key = 'indexed_to'")
  const setTo = db.prepare("UPDATE log SET value = ? WHERE key = 'indexed_to'")
  const addPosting = db.prepare("INSERT OR REPLACE INTO posting VALUES (?, ?, ?)")
  const setHead = db.prepare("INSERT OR REPLACE INTO head VALUES (?, ?)")
  const allHeads = db.prepare("SELECT stream, revision FROM head")
  const runBelow = db.prepare(
    "SELECT run, batches FROM posting WHERE key = ? AND run < ? ORDER BY run DESC LIMIT 1",
  )

  const to = (): Position => Number(getTo.get()?.["value"])

  /** The last batch below a position that holds the key. */
  const keyBelow = (key: string, position: Position): Position => {
    let before = position
    while (true) {
      const row = runBelow.get(key, before)
      if (row === undefined || !(row["batches"] instanceof Uint8Array)) return -1
      const run = Number(row["run"])
      const offset = lastBelow(row["batches"], position - run)
      if (offset !== undefined) return run + offset
      before = run
    }
  }

  const write = ({ end, first, heads, postings }: Run.Run): void => {
    db.exec("BEGIN IMMEDIATE")
    try {
      // In the order of the tables' keys: neighbours then share pages.
      for (const [key, offsets] of Postings.byKey(postings))
        addPosting.run(key, first, offsetsToBytes(offsets))
      for (const stream of [...heads.keys()].toSorted())
        setHead.run(stream, heads.get(stream) ?? -1)
      setTo.run(end)
      db.exec("COMMIT")
    } catch (error) {
      if (db.isTransaction) db.exec("ROLLBACK")
      throw error
    }
  }

  return {
    to,
    write,
    advance: (head) => {
      const run = Run.begin(to())
      while (run.end < head && !Run.isWhole(run)) Run.add(run, batches.at(run.end))
      if (run.end > run.first) write(run)
      return run.end
    },
    heads: () => {
      const heads = new Map<StreamId, number>()
      for (const row of allHeads.iterate())
        heads.set(String(row["stream"]), Number(row["revision"]))
      return heads
    },
    below: (position, filter) => {
      const groups = keysWanted(filter)
      let candidate = position - 1
      // Each group pulls the candidate down to a batch of its own, until they agree on one.
      while (candidate >= 0) {
        const before = candidate
        for (const keys of groups)
          candidate = Math.max(-1, ...keys.map((key) => keyBelow(key, candidate + 1)))
        if (candidate === before && groups.length > 0) return candidate
        if (groups.length === 0) return batches.spanBelow(position)?.first
      }
      return undefined
    },
  }
}

/** One of each group must occur in a batch that holds what the filter wants. */
const keysWanted = (filter: Filter): ReadonlyArray<ReadonlyArray<string>> => [
  ...(filter.device === undefined ? [] : [[`d:${filter.device}`]]),
  ...(filter.customer === undefined ? [] : [[`c:${filter.customer}`]]),
  ...(filter.station === undefined ? [] : [[`s:${filter.station}`]]),
  ...(filter.packet === undefined ? [] : [[`p:${filter.packet}`]]),
  ...(filter.kinds === undefined ? [] : [filter.kinds.map((kind) => `k:${kind}`)]),
]

/** Little-endian on every machine, since the file may move. */
export const offsetsToBytes = (offsets: ReadonlyArray<number>): Uint8Array => {
  const bytes = new Uint8Array(4 * offsets.length)
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < offsets.length; i++) view.setUint32(4 * i, offsets[i], true)
  return bytes
}

/** The last of ascending offsets that is below a bound. */
const lastBelow = (bytes: Uint8Array, bound: number): number | undefined => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let low = 0
  let high = bytes.length >> 2
  while (low < high) {
    const middle = (low + high) >>> 1
    if (view.getUint32(4 * middle, true) < bound) low = middle + 1
    else high = middle
  }
  return low === 0 ? undefined : view.getUint32(4 * (low - 1), true)
}
