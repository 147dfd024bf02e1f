/**
 * Questions over the tables: the port. `here.ts` keeps the tables in this process; the server keeps them in a process of
 * their own, so that a question that cannot be stopped takes nothing else with it.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Position } from "../../core/event/Envelope.ts"
import type { Value } from "./Result.ts"

/** The tables cannot be opened, read or brought up to date. */
export class AnalyticsUnavailable extends Schema.TaggedError<AnalyticsUnavailable>()(
  "AnalyticsUnavailable",
  {
    reason: Schema.Literals(["locked", "unreadable", "behind", "stopped", "busy"]),
    detail: Schema.String,
  },
) {
  override get message() {
    return this.detail
  }
}

/** The statement is not one that may be asked, or the database does not understand it. */
export class StatementRefused extends Schema.TaggedError<StatementRefused>()("StatementRefused", {
  reason: Schema.Literals(["not-allowed", "not-understood", "not-yours"]),
  detail: Schema.String,
}) {
  override get message() {
    return this.detail
  }
}

/** The statement was begun and ran into a limit or an error of its own. */
export class QueryStopped extends Schema.TaggedError<QueryStopped>()("QueryStopped", {
  reason: Schema.Literals(["time", "memory", "failed"]),
  detail: Schema.String,
}) {
  override get message() {
    return this.detail
  }
}

export type QueryError = AnalyticsUnavailable | StatementRefused | QueryStopped

/** What of the tables may be seen: all, or the rows about these. */
export type Scope =
  | "whole"
  | {
      readonly devices: ReadonlyArray<string>
      readonly customers: ReadonlyArray<string>
      readonly stations: ReadonlyArray<string>
      /** Policies, and what belongs to nobody. */
      readonly network: boolean
    }

/** Devices in a scope: a viewer who sees more is asked to see the whole. */
export const scopeMax = 100_000

export interface Limits {
  readonly timeMs: number
  readonly rows: number
  /** Of the answer. */
  readonly bytes: number
}

export const limitsDefault: Limits = { timeMs: 10_000, rows: 10_000, bytes: 16 * 1024 * 1024 }

/** What a caller may ask for at most. */
export const limitsMax: Limits = {
  timeMs: 120_000,
  rows: 1_000_000,
  bytes: 256 * 1024 * 1024,
}

/** Characters of a statement. */
export const statementMax = 20_000

export interface Query {
  readonly sql: string
  /** Values for `$name` in it; only our own statements have any. */
  readonly values?: Readonly<Record<string, Value>>
  /** The tables with this many events in them; with all that are in the log now, where absent. */
  readonly upTo?: Position
  readonly scope: Scope
  readonly limits: Limits
}

export interface Answer {
  readonly columns: ReadonlyArray<{ readonly name: string; readonly type: string }>
  readonly rows: ReadonlyArray<ReadonlyArray<Value>>
  /** There were more rows or bytes than the limits allow. */
  readonly cut: boolean
  /** How many events are in the tables that were asked. */
  readonly position: Position
  /** Events of the log that were not in them yet. */
  readonly behind: number
  readonly tookMs: number
}

export interface TableStatus {
  readonly name: string
  readonly rows: number
}

export interface Status {
  /** Where the tables are kept: a folder, or memory. */
  readonly place: string
  readonly version: string
  /** Events in the tables, and in the log. */
  readonly position: Position
  readonly head: Position
  readonly tables: ReadonlyArray<TableStatus>
  /** Sealed days, and the Parquet files of them. */
  readonly days: number
  readonly files: number
  readonly bytes: number
}

export class Analytics extends Context.Service<
  Analytics,
  {
    /** Answers a statement that anybody gave: checked first (`Statement.ts`). */
    readonly query: (query: Query) => Effect.Effect<Answer, QueryError>
    /** Answers one of our own statements: not checked, limited all the same. */
    readonly ask: (query: Query) => Effect.Effect<Answer, QueryError>
    /** The answer as one Parquet file; anybody's statement is checked first. */
    readonly parquet: (
      query: Query,
      whose: "anybody" | "ours",
    ) => Effect.Effect<Uint8Array, QueryError>
    readonly status: Effect.Effect<Status, QueryError>
    /** Returns when the events below the position are in the tables. */
    readonly reached: (position: Position) => Effect.Effect<void, AnalyticsUnavailable>
  }
>()("sigtwin/projections/analytics/Analytics") {}
