/**
 * Which batches behind the index hold which packets: a lookup by packet is made for each message that
 * looks out of place, and must not read the tail.
 *
 * It holds an entry for each packet of the tail, which the index bounds (`lagMax` events).
 */
import type { Position } from "../../event/Envelope.ts"
import { packetOf } from "../matches.ts"
import type { Batch } from "../Store.ts"

export interface PacketTail {
  readonly add: (batch: Batch) => void
  /** Forgets batches that begin below a position: they are indexed. */
  readonly dropBelow: (position: Position) => void
  /** The last batch below a position that holds the packet. */
  readonly below: (packet: string, position: Position) => Position | undefined
}

export const make = (): PacketTail => {
  /** Firsts of batches, ascending. */
  const batchesOf = new Map<string, Array<Position>>()
  return {
    add: (batch) => {
      const { position: first } = batch[0]
      let last: string | undefined
      for (const { event } of batch) {
        const packet = packetOf(event)
        // A message's copies follow each other as a rule.
        if (packet === undefined || packet === last) continue
        last = packet
        const firsts = batchesOf.get(packet)
        if (firsts === undefined) batchesOf.set(packet, [first])
        else if (firsts[firsts.length - 1] !== first) firsts.push(first)
      }
    },
    dropBelow: (position) => {
      for (const [packet, firsts] of batchesOf) {
        const kept = firsts.filter((first) => first >= position)
        if (kept.length === 0) batchesOf.delete(packet)
        else if (kept.length < firsts.length) batchesOf.set(packet, kept)
      }
    },
    below: (packet, position) => batchesOf.get(packet)?.findLast((first) => first < position),
  }
}
