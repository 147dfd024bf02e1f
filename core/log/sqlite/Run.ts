/**
 * A run of consecutive batches as the index takes it: what occurs in which of them, and where they leave their streams.
 * It ends with the batch that brings it to `runEvents` events.
 */
import type { Position, StreamId } from "../../event/Envelope.ts"
import type { Batch } from "../Store.ts"
import * as Postings from "./Postings.ts"

/** A run ends with the batch that brings it to so many events. */
export const runEvents = 16_384

export interface Run {
  readonly first: Position
  /** One past its last position. */
  end: Position
  readonly postings: Postings.Postings
  readonly heads: Map<StreamId, number>
}

export const begin = (first: Position): Run => ({
  first,
  end: first,
  postings: Postings.make(),
  heads: new Map(),
})

export const isWhole = ({ end, first }: Run): boolean => end - first >= runEvents

/** Takes in the batch that follows; `revisions` are those of its streams, where they are at hand. */
export const add = (
  run: Run,
  batch: Batch,
  revisions: ReadonlyMap<StreamId, number> = revisionsOf(batch),
): void => {
  const offset = run.end - run.first
  for (const { event } of batch) Postings.add(run.postings, event, offset)
  for (const [stream, revision] of revisions) run.heads.set(stream, revision)
  run.end = batch[batch.length - 1].position + 1
}

const revisionsOf = (batch: Batch): ReadonlyMap<StreamId, number> => {
  const revisions = new Map<StreamId, number>()
  let stream: StreamId | undefined
  let revision = -1
  for (const recorded of batch) {
    if (stream !== undefined && recorded.stream !== stream) revisions.set(stream, revision)
    ;({ stream, revision } = recorded)
  }
  if (stream !== undefined) revisions.set(stream, revision)
  return revisions
}
