/**
 * What is committed and not yet indexed, gathered by runs as it is committed: the index then writes a run without
 * reading and decoding it again, and a packet behind the index is found without reading the tail (a lookup is made for
 * each message that looks out of place).
 *
 * It holds what the index bounds by its lag: `lagMax` events and the run under way.
 */
import type { Position, StreamId } from "../../event/Envelope.ts"
import type { Batch } from "../Store.ts"
import * as Postings from "./Postings.ts"
import * as Run from "./Run.ts"

export interface Pending {
  /** One past the last position it has taken in. */
  readonly end: () => Position
  /** Takes in the batch that begins at `end()`. */
  readonly add: (batch: Batch, revisions?: ReadonlyMap<StreamId, number>) => void
  /** The run that begins at a position. */
  readonly runAt: (position: Position) => Run.Run | undefined
  /** Forgets runs that end at a position or before it: they are indexed. */
  readonly dropBelow: (position: Position) => void
  /** The last batch below a position that holds the packet. */
  readonly packetBelow: (packet: string, position: Position) => Position | undefined
}

export const make = (first: Position): Pending => {
  /** Oldest first; never empty. */
  const runs: Array<Run.Run> = [Run.begin(first)]
  const last = (): Run.Run => runs[runs.length - 1]
  return {
    end: () => last().end,
    add: (batch, revisions) => {
      if (Run.isWhole(last())) runs.push(Run.begin(last().end))
      Run.add(last(), batch, revisions)
    },
    runAt: (position) => runs.find((run) => run.first === position && run.end > position),
    dropBelow: (position) => {
      while (runs.length > 1 && runs[0].end <= position) runs.shift()
      // What follows the last of them begins another run.
      if (runs[0].end <= position) runs[0] = Run.begin(position)
    },
    packetBelow: (packet, position) => {
      for (let i = runs.length - 1; i >= 0; i--) {
        const { first: from, postings } = runs[i]
        const offset = Postings.offsetsOfPacket(postings, packet)?.findLast(
          (each) => from + each < position,
        )
        if (offset !== undefined) return from + offset
      }
      return undefined
    },
  }
}
