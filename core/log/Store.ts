/**
 * Where a log keeps its batches: what `memory.ts` and `sqlite.ts` differ in. `logOn.ts` makes an
 * `EventLog` of a store, so that queueing, admission and following are the same for every adapter.
 *
 * - A batch is what one commit wrote: events with contiguous positions, never empty.
 * - `heads` and `end` are changed by `logOn` alone, after a commit succeeded; a store that another process
 *   writes brings them up to date in `refresh`.
 */
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Position, Recorded, StreamId } from "../event/Envelope.ts"
import type { Filter, Integrity, LogInfo, LogUnavailable } from "./EventLog.ts"

export type Batch = ReadonlyArray<Recorded>

/** Where a log ends: the next position, and the time its last event was recorded at. */
export interface End {
  readonly head: Position
  readonly recordedMs: number
}

/** Another writer committed first: nothing was written, `end` is as that one left it. */
export class Moved extends Schema.TaggedError<Moved>()("Moved", {}) {}

export interface Store {
  readonly info: LogInfo
  /** Present where another process writes: how long to wait before looking again. */
  readonly pollMs?: number
  readonly end: () => End
  readonly revision: (stream: StreamId) => number
  /** Brings `end` and `revision` up to date. */
  readonly refresh: Effect.Effect<void, LogUnavailable>
  /** Present where revisions are not all at hand: brings those of these streams to hand, for `revision` to give. */
  readonly prepare?: (streams: ReadonlyArray<StreamId>) => Effect.Effect<void, LogUnavailable>
  /** Present where a store hears of others' commits: what to call when it has heard of one. */
  readonly news?: (heard: () => void) => void
  /** Durable when it succeeds; a failure leaves everything as it was. */
  readonly commit: (
    batch: Batch,
    revisions: ReadonlyMap<StreamId, number>,
  ) => Effect.Effect<void, LogUnavailable | Moved>
  /** Events from a position below the head to the end of its batch. Nobody asks again soon for what is read in passing. */
  readonly batchAt: (
    position: Position,
    isPassing?: boolean,
  ) => Effect.Effect<Batch, LogUnavailable>
  /** The newest batch beginning below a position that may hold what the filter wants. */
  readonly batchBelow: (
    position: Position,
    filter: Filter,
  ) => Effect.Effect<Batch | undefined, LogUnavailable>
  /**
   * Present where events can be passed over without reading them: where the same batch begins, and of its events at least
   * those that the filter wants.
   */
  readonly foundBelow?: (
    position: Position,
    filter: Filter,
  ) => Effect.Effect<
    { readonly first: Position; readonly events: Batch } | undefined,
    LogUnavailable
  >
  readonly positionAt: (recordedMs: number) => Effect.Effect<Position, LogUnavailable>
  readonly verify: Effect.Effect<Integrity, LogUnavailable>
}
