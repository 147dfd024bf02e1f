/**
 * The latest events in memory, for readers that keep up. Whole arrays are kept as they came, so that
 * all readers share them.
 */
import type { Position, Recorded } from "../../core/event/Envelope.ts"

/** Events kept; at most one array more. */
export const tailMax = 65_536

export interface Tail {
  readonly arrays: Array<ReadonlyArray<Recorded>>
  events: number
}

export const make = (): Tail => ({ arrays: [], events: 0 })

export const push = (tail: Tail, events: ReadonlyArray<Recorded>): void => {
  tail.arrays.push(events)
  tail.events += events.length
  while (tail.arrays.length > 1 && tail.events - tail.arrays[0].length >= tailMax)
    tail.events -= tail.arrays.shift()?.length ?? 0
}

/** The kept events from the position to the end of the array that holds it; undefined where none does. */
export const from = (tail: Tail, position: Position): ReadonlyArray<Recorded> | undefined => {
  const { arrays } = tail
  let low = 0
  let high = arrays.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (arrays[middle][0].position <= position) low = middle + 1
    else high = middle
  }
  if (low === 0) return undefined
  const found = arrays[low - 1]
  const offset = position - found[0].position
  if (offset >= found.length) return undefined
  return offset === 0 ? found : found.slice(offset)
}
