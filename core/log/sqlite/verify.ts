/**
 * Reads every batch of a log and checks what can be checked: its checksum, the chain of hashes, the row beside it, that
 * positions and revisions have no gap, and that every record can be read.
 */
import * as Effect from "effect/Effect"
import type { Position, StreamId } from "../../event/Envelope.ts"
import type { Integrity, LogUnavailable } from "../EventLog.ts"
import * as Slab from "../Slab.ts"
import type { Batch } from "../Store.ts"
import type { Batches } from "./Batches.ts"
import { attempt, failure } from "./failure.ts"

/** Damaged places listed; the first are what matters. */
const damageMax = 100

export const verify = Effect.fnUntraced(function* (
  batches: Batches,
  path: string,
  head: Position,
): Effect.fn.Return<Integrity, LogUnavailable> {
  const damage: Array<{ readonly position: Position; readonly what: string }> = []
  const revisions = new Map<StreamId, number>()
  let position = 0
  let hash = Slab.genesis
  let events = 0
  let count = 0
  let recordedMs = 0
  while (position < head && damage.length < damageMax) {
    const at = position
    const checked = yield* attempt(path, () => batches.check(at, hash)).pipe(
      Effect.catch((error) => Effect.succeed(unreadable(failure(path, error), hash))),
    )
    const what =
      checked.what ?? (checked.batch && wrongInside(checked.batch, revisions, recordedMs))
    if (what !== undefined) damage.push({ position, what })
    if (checked.batch !== undefined) {
      for (const { stream, revision } of checked.batch) revisions.set(stream, revision)
      recordedMs = checked.batch[checked.batch.length - 1].recordedMs
      events += checked.batch.length
      count++
    }
    // A batch that says it ends before it begins would be read for ever.
    if (checked.next === undefined || !(checked.next > position)) break
    position = checked.next
    hash = checked.hash
    yield* Effect.yieldNow
  }
  return { events, batches: count, damage }
})

const unreadable = (error: LogUnavailable, hash: Uint8Array): ReturnType<Batches["check"]> => ({
  batch: undefined,
  what: error.message,
  next: undefined,
  hash,
})

const wrongInside = (
  batch: Batch,
  revisions: ReadonlyMap<StreamId, number>,
  recordedMs: number,
): string | undefined => {
  const seen = new Map<StreamId, number>()
  let latestMs = recordedMs
  for (const recorded of batch) {
    const { stream, position, revision } = recorded
    const before = seen.get(stream) ?? revisions.get(stream) ?? -1
    if (revision !== before + 1)
      return `position ${position}: revision ${revision} of ${stream} follows ${before}`
    if (recorded.recordedMs < latestMs) return `position ${position}: the recorded time falls`
    seen.set(stream, revision)
    latestMs = recorded.recordedMs
  }
  return undefined
}
