/**
 * Batches that were decoded last: a question looks at one again and again, since what belongs together was committed
 * together.
 */
import type { Position } from "../../event/Envelope.ts"
import type { Batch } from "../Store.ts"

/** Events kept decoded; at least the last batch. */
export const eventsMax = 65_536

/** Batches kept: each look goes over all of them, and a log that was not merged yet has batches of a few events. */
export const batchesMax = 512

export interface Decoded {
  /** The batch that holds the position. */
  readonly at: (position: Position) => Batch
  /** The same if it is kept. */
  readonly kept: (position: Position) => Batch | undefined
}

export const make = (decode: (position: Position) => Batch): Decoded => {
  /** The one used last comes last. */
  const kept: Array<Batch> = []
  let events = 0
  const known = (position: Position): Batch | undefined => {
    const found = kept.findLastIndex(
      (batch) => batch[0].position <= position && position < batch[0].position + batch.length,
    )
    if (found < 0) return undefined
    const [batch] = kept.splice(found, 1)
    kept.push(batch)
    return batch
  }
  return {
    kept: known,
    at: (position) => {
      const found = known(position)
      if (found !== undefined) return found
      const batch = decode(position)
      kept.push(batch)
      events += batch.length
      while ((events > eventsMax || kept.length > batchesMax) && kept.length > 1)
        events -= kept.shift()?.length ?? 0
      return batch
    },
  }
}
