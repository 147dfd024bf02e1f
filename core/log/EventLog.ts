/**
 * The log: an append-only sequence of events. This is the port; `memory.ts`, `sqlite.ts` and `kurrent.ts` are its
 * adapters, held to one contract by `tests/contract/eventLog.ts`.
 *
 * - Positions are 0, 1, 2 … without gaps, in the order of commits; `recordedMs` never falls.
 * - An append is acknowledged after it is durable, all of it or none.
 * - Appends that arrive during one sync are committed together by the next (group commit).
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type { NewEvent, Position, Recorded, StreamId } from "../event/Envelope.ts"

/** An expected revision did not hold; nothing was appended. -1 stands for a stream with no events. */
export class AppendConflict extends Schema.TaggedError<AppendConflict>()("AppendConflict", {
  stream: Schema.String,
  expected: Schema.Int,
  actual: Schema.Int,
}) {
  override get message() {
    return `stream ${this.stream} is at revision ${this.actual}, not at ${this.expected}`
  }
}

/** The log cannot be opened, read or written as it is. A file was left untouched. */
export class LogUnavailable extends Schema.TaggedError<LogUnavailable>()("LogUnavailable", {
  /** The file or address. */
  log: Schema.String,
  reason: Schema.Literals([
    "unreadable",
    "not-a-log",
    "newer-format",
    "damaged",
    "locked",
    "full",
    "closed",
    "too-large",
    "unreachable",
    "not-permitted",
  ]),
  detail: Schema.String,
}) {
  override get message() {
    return `${this.log}: ${this.detail} (${this.reason})`
  }
}

/** Detail of `LogUnavailable` where who only reads finds no log. */
export const noLogYet = "there is no log yet"

/** `restore` was asked of a log that holds other events, or positions do not follow on. */
export class RestoreRefused extends Schema.TaggedError<RestoreRefused>()("RestoreRefused", {
  position: Schema.Int,
  head: Schema.Int,
}) {
  override get message() {
    return `cannot restore an event at position ${this.position}: the log stands at ${this.head}`
  }
}

export interface Appended {
  /** Position of the first event; the others follow without gaps. */
  readonly first: Position
  readonly count: number
  readonly recordedMs: number
}

/** Which events a query wants; absent means any. All given must hold. */
export interface Filter {
  readonly device?: string
  readonly station?: string
  readonly customer?: string
  readonly kinds?: ReadonlyArray<string>
  /** Receptions of this very packet (`payload.digest`) whose MAC was right. */
  readonly packet?: string
  /** Positions, `from` inclusive, `to` exclusive. */
  readonly from?: Position
  readonly to?: Position
  /** Occurred, ms, `fromMs` inclusive, `toMs` exclusive. */
  readonly fromMs?: number
  readonly toMs?: number
}

/** Result of checking the log's own checksums. */
export interface Integrity {
  readonly events: number
  readonly batches: number
  /** First damaged batch: the position it should begin at, and what is wrong with it. */
  readonly damage: ReadonlyArray<{ readonly position: Position; readonly what: string }>
}

export interface LogInfo {
  /** Drawn when the log was made; part of each exported event's source. */
  readonly id: string
  /** `sqlite:PATH`, `memory:`, or `kurrentdb://HOST:PORT?log=NAME` without user and password. */
  readonly url: string
}

export class EventLog extends Context.Service<
  EventLog,
  {
    readonly info: LogInfo
    /** Position that the next event will get. */
    readonly head: Effect.Effect<Position>
    /**
     * Appends all of `events` as one atomic, contiguous run, after `expected` (stream to revision of
     * its last event, -1 for none) was found to hold. Waits (back-pressure) while the commit queue is full. At
     * most `appendMax` events.
     */
    readonly append: (
      events: ReadonlyArray<NewEvent>,
      expected?: ReadonlyMap<StreamId, number>,
    ) => Effect.Effect<Appended, AppendConflict | LogUnavailable>
    /** Puts exported events back with the positions and times they had. Only onto a log whose head is the first one's position. */
    readonly restore: (
      events: ReadonlyArray<Recorded>,
    ) => Effect.Effect<Appended, RestoreRefused | LogUnavailable>
    /** Events `from` (inclusive) to `to` (exclusive; default the head as it is now), oldest first, in arrays as committed. */
    readonly read: (
      from: Position,
      to?: Position,
    ) => Stream.Stream<ReadonlyArray<Recorded>, LogUnavailable>
    /** Events newest first that pass the filter, in arrays. */
    readonly query: (filter: Filter) => Stream.Stream<ReadonlyArray<Recorded>, LogUnavailable>
    /** As `read`, then goes on with what is committed later, without gap or repeat. Never ends. */
    readonly follow: (from: Position) => Stream.Stream<ReadonlyArray<Recorded>, LogUnavailable>
    /** One past the last event recorded at or before the instant: where an as-of question by our clock reads to. */
    readonly positionAt: (recordedMs: number) => Effect.Effect<Position, LogUnavailable>
    /** Revision of the stream's last event, -1 where it has none. */
    readonly revision: (stream: StreamId) => Effect.Effect<number>
    /** Reads everything and checks every checksum. Damage is a result, not a failure. */
    readonly verify: Effect.Effect<Integrity, LogUnavailable>
  }
>()("sigtwin/core/log/EventLog") {}

/** Most events in one append: keeps a batch's row well under SQLite's limits and a reader's memory bounded. */
export const appendMax = 20_000
