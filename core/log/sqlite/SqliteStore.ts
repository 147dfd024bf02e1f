/**
 * A log's batches in an SQLite file, as a `Store`.
 *
 * - What was just committed stays in memory, the last batch and up to `recentEventsMax` events: followers at the head
 *   read it from there.
 * - A reader beside another process's writer looks at the file again in `refresh`.
 */
import * as Effect from "effect/Effect"
import type { Position, StreamId } from "../../event/Envelope.ts"
import * as Rejected from "../../kernel/Rejected.ts"
import { type Filter, LogUnavailable } from "../EventLog.ts"
import * as Record from "../record.ts"
import * as Slab from "../Slab.ts"
import type { Batch, Store } from "../Store.ts"
import { attempt } from "./failure.ts"
import * as Decoded from "./Decoded.ts"
import * as JournalRoom from "./JournalRoom.ts"
import type { OpenFile } from "./openFile.ts"
import * as Pending from "./Pending.ts"
import { positionAt } from "./positionAt.ts"
import { verify } from "./verify.ts"

/** Events kept decoded for followers. */
const recentEventsMax = 4096

/** How often a reader beside another process's writer looks for news, ms. */
const pollMs = 200

export interface SqliteStore extends Store {
  /** Events that are not yet indexed. */
  readonly lag: () => number
  /** Indexes one run; false when there was none left. May throw. */
  readonly advanceIndex: () => boolean
}

interface Options {
  readonly readonly?: boolean
  readonly durableAtClose?: boolean
}

export const make = (
  file: OpenFile,
  path: string,
  { durableAtClose = false, readonly = false }: Options,
): SqliteStore => {
  const { batches, index } = file
  const room = durableAtClose ? undefined : JournalRoom.make(path)
  let { end, hash } = file.tip
  let indexedTo = index.to()
  let heads: Map<StreamId, number> | undefined
  let headsTo = 0
  const recent: Array<Batch> = []
  const decoded = Decoded.make(batches.at)
  const pending = Pending.make(indexedTo)
  let recentEvents = 0

  /** With all that is behind the index; what was not committed by this process is read when first asked for. */
  const wholePending = (): Pending.Pending => {
    pending.dropBelow(indexedTo)
    while (pending.end() < end.head) pending.add(batches.at(pending.end()))
    return pending
  }

  /** Streams' revisions, read when first asked for: from the index, then the tail. */
  const currentHeads = (): Map<StreamId, number> => {
    if (heads === undefined) {
      heads = index.heads()
      headsTo = indexedTo
    }
    while (headsTo < end.head) {
      for (const slab of batches.slabsAt(headsTo)) {
        const header = Slab.header(slab)
        const revisions = Slab.heads(slab)
        if (Rejected.is(header) || Rejected.is(revisions))
          throw new LogUnavailable({
            log: path,
            reason: "damaged",
            detail: `the batch at ${headsTo} is not what was written`,
          })
        if (header.first < headsTo) continue
        for (const [stream, revision] of revisions) heads.set(stream, revision)
        headsTo += header.events
      }
    }
    return heads
  }
  if (!readonly) currentHeads()

  const remember = (batch: Batch): void => {
    recent.push(batch)
    recentEvents += batch.length
    while (recent.length > 1 && recentEvents > recentEventsMax)
      recentEvents -= recent.shift()?.length ?? 0
  }

  const recentAt = (position: Position): Batch | undefined => {
    if (recent.length === 0 || position < recent[0][0].position) return undefined
    return recent.findLast((batch) => batch[0].position <= position)
  }

  /** Where the last row begins that begins below a position and may hold what the filter wants. */
  const firstBelow = (position: Position, filter: Filter): Position | undefined => {
    const { from = 0, fromMs, packet, toMs } = filter
    let below = position
    while (true) {
      const span = batches.spanBelow(below, fromMs, toMs)
      if (span === undefined || span.first + span.events <= from) return undefined
      const { first } = span
      const isTail = first >= indexedTo
      if (isTail && packet === undefined) return first
      // The index knows batches as they were committed, of which a row may hold several.
      const bound = Math.min(below, first + span.events)
      const found =
        isTail && packet !== undefined
          ? wholePending().packetBelow(packet, bound)
          : index.below(bound, filter)
      if (found === undefined && !isTail) return undefined
      if (found !== undefined && found >= first) return first
      // Behind the batch that was found, so that its row is looked at next.
      below = found === undefined ? indexedTo : found + 1
    }
  }

  return {
    info: { id: file.id, url: `sqlite:${path}` },
    ...(readonly && { pollMs }),
    end: () => end,
    revision: (stream) => currentHeads().get(stream) ?? -1,
    refresh: readonly
      ? attempt(path, () => {
          end = batches.end()
          indexedTo = index.to()
        })
      : Effect.void,
    commit: (batch, revisions) =>
      attempt(path, () => {
        if (readonly)
          throw new LogUnavailable({
            log: path,
            reason: "locked",
            detail: "was opened for reading only",
          })
        const slab = Slab.encode(batch, hash)
        if (Rejected.is(slab))
          throw new LogUnavailable({
            log: path,
            reason: "too-large",
            detail: Rejected.toText(slab),
          })
        const known = currentHeads()
        batches.insert(slab)
        room?.used()
        hash = Slab.hashOf(slab)
        const last = batch[batch.length - 1]
        end = { head: last.position + 1, recordedMs: last.recordedMs }
        for (const [stream, revision] of revisions) known.set(stream, revision)
        headsTo = end.head
        remember(batch)
        if (pending.end() === batch[0].position) pending.add(batch, revisions)
      }),
    batchAt: (position, isPassing = false) =>
      attempt(path, () => {
        const batch = recentAt(position) ?? (isPassing ? batches : decoded).at(position)
        return position === batch[0].position ? batch : batch.slice(position - batch[0].position)
      }),
    batchBelow: (position, filter) =>
      attempt(path, () => {
        const first = firstBelow(position, filter)
        return first === undefined ? undefined : decoded.at(first)
      }),
    foundBelow: (position, filter) =>
      attempt(path, () => {
        const first = firstBelow(position, filter)
        if (first === undefined) return undefined
        const wanted = Record.wantedOf(filter)
        const batch = wanted === undefined ? decoded.at(first) : decoded.kept(first)
        return {
          first,
          events: batch ?? (wanted === undefined ? [] : batches.wantedAt(first, wanted)),
        }
      }),
    positionAt: (recordedMs) => attempt(path, () => positionAt(batches, end.head, recordedMs)),
    verify: Effect.suspend(() => verify(path)),
    lag: () => end.head - indexedTo,
    advanceIndex: () => {
      const before = indexedTo
      const run = pending.runAt(before)
      // One that another process or an earlier one committed is read.
      if (run === undefined) indexedTo = index.advance(end.head)
      else {
        index.write(run)
        indexedTo = run.end
      }
      pending.dropBelow(indexedTo)
      return indexedTo > before
    },
  }
}
