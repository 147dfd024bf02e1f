/**
 * The log in memory, for tests and for looking around: gone when its scope closes.
 *
 * Its bound is the machine's memory; what should stay goes into `sqlite.ts`.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { randomId } from "../crypto/randomId.ts"
import type { StreamId } from "../event/Envelope.ts"
import { EventLog } from "./EventLog.ts"
import { logOn } from "./logOn.ts"
import type { Batch, End, Store } from "./Store.ts"

export const layer: Layer.Layer<EventLog> = Layer.effect(
  EventLog,
  Effect.suspend(() => logOn(makeStore())),
)

const makeStore = (): Store => {
  const batches: Array<Batch> = []
  const heads = new Map<StreamId, number>()
  let end: End = { head: 0, recordedMs: 0 }

  return {
    info: { id: randomId(), url: "memory:" },
    end: () => end,
    revision: (stream) => heads.get(stream) ?? -1,
    refresh: Effect.void,
    commit: (batch, revisions) =>
      Effect.sync(() => {
        batches.push(batch)
        for (const [stream, revision] of revisions) heads.set(stream, revision)
        const last = batch[batch.length - 1]
        end = { head: last.position + 1, recordedMs: last.recordedMs }
      }),
    batchAt: (position) =>
      Effect.sync(() => {
        const batch = batches[indexBelow(batches, position + 1)]
        return batch.slice(position - batch[0].position)
      }),
    batchBelow: (position) =>
      Effect.sync(() => {
        const index = indexBelow(batches, position)
        return index < 0 ? undefined : batches[index]
      }),
    positionAt: (recordedMs) =>
      Effect.sync(() => {
        let position = 0
        for (const batch of batches)
          for (const recorded of batch)
            if (recorded.recordedMs <= recordedMs) position = recorded.position + 1
            else return position
        return position
      }),
    verify: Effect.sync(() => ({ events: end.head, batches: batches.length, damage: [] })),
  }
}

/** Index of the last batch that begins below a position, -1 when none does. */
const indexBelow = (batches: ReadonlyArray<Batch>, position: number): number => {
  let low = 0
  let high = batches.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (batches[middle][0].position < position) low = middle + 1
    else high = middle
  }
  return low - 1
}
