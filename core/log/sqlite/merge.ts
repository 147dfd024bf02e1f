/**
 * Merges small batches that follow each other into one row, in one transaction: a reader sees them before or after, never
 * neither. Only what the index and the tree have taken in is merged, and each batch stays what it was, to the byte.
 */
import type { DatabaseSync } from "node:sqlite"
import type { Position } from "../../event/Envelope.ts"
import type { Batches } from "./Batches.ts"

/** A row of fewer events is small. */
export const smallEvents = 256
/** Merged rows have so many events, or as many as one more batch makes: what finding one event must decode. */
export const mergedEvents = 1024
/** And so many bytes before they are packed, at most. */
const mergedBytesMax = 1 << 22
/** Rows looked at in one step. */
const rowsMax = 2048

export interface Merging {
  /** Merges one group, or moves on; false when there was nothing to do below `to`. May throw. */
  readonly advance: (to: Position) => boolean
}

export const make = (db: DatabaseSync, batches: Batches): Merging => {
  const rows = db.prepare(
    "SELECT first, events, length(bytes) AS size FROM batch WHERE first >= ? AND first < ? ORDER BY first LIMIT ?",
  )
  const getTo = db.prepare("SELECT value FROM log WHERE key = 'merged_to'")
  const setTo = db.prepare("UPDATE log SET value = ? WHERE key = 'merged_to'")
  /** Small rows behind `merged_to` that are not yet enough: looked at again when more came. */
  let waitingTo = -1

  return {
    advance: (to) => {
      const from = Number(getTo.get()?.["value"])
      if (from >= to || to <= waitingTo) return false
      const group: Array<Position> = []
      let position = from
      let events = 0
      let bytes = 0
      let isBroken = false
      for (const row of rows.all(from, to, rowsMax)) {
        const count = Number(row["events"])
        const size = Number(row["size"])
        // An archived row has no bytes here.
        isBroken = count >= smallEvents || size === 0 || bytes + size > mergedBytesMax
        if (isBroken || events >= mergedEvents) {
          if (group.length === 0) position = Number(row["first"]) + count
          break
        }
        group.push(Number(row["first"]))
        events += count
        bytes += size
        position = Number(row["first"]) + count
      }
      const isEnough = isBroken || events >= mergedEvents || group.length === rowsMax
      if (!isEnough) {
        waitingTo = to
        return false
      }
      const slabs = group.length < 2 ? [] : group.flatMap((first) => batches.slabsAt(first))
      db.exec("BEGIN IMMEDIATE")
      try {
        if (slabs.length > 0) batches.replace(group[0], position, slabs)
        setTo.run(position)
        db.exec("COMMIT")
      } catch (error) {
        if (db.isTransaction) db.exec("ROLLBACK")
        throw error
      }
      return true
    },
  }
}
