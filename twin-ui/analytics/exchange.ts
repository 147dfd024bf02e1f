/** What the server and the process of the tables say to each other. */
import {
  AnalyticsUnavailable,
  type Answer,
  type Query,
  type QueryError,
  QueryStopped,
  type Status,
  StatementRefused,
} from "../../projections/analytics/Analytics.ts"

export type Asked =
  | { readonly id: number; readonly method: "query" | "ask"; readonly query: Query }
  | {
      readonly id: number
      readonly method: "parquet"
      readonly query: Query
      readonly whose: "anybody" | "ours"
    }
  | { readonly id: number; readonly method: "status" }
  | { readonly id: number; readonly method: "reached"; readonly position: number }

export type Value = Answer | Uint8Array | Status | null

export type Told =
  | { readonly id: number; readonly value: Value }
  | { readonly id: number; readonly error: Failed }
  /** The process ends itself: a statement could not be stopped, or took too much memory. */
  | { readonly id: -1; readonly ending: Ending }

export type Ending = "time" | "memory"

/** An error's class does not survive the way between processes. */
interface Failed {
  readonly tag: QueryError["_tag"]
  readonly reason: string
  readonly detail: string
}

export const failed = (error: QueryError): Failed => ({
  tag: error._tag,
  reason: error.reason,
  detail: error.detail,
})

export const errorOf = ({ detail, reason, tag }: Failed): QueryError => {
  switch (tag) {
    // The reason is one of the class's own: `failed` took it from there.
    case "StatementRefused":
      return new StatementRefused({ reason: reason as StatementRefused["reason"], detail })
    case "QueryStopped":
      return new QueryStopped({ reason: reason as QueryStopped["reason"], detail })
    case "AnalyticsUnavailable":
      return new AnalyticsUnavailable({ reason: reason as AnalyticsUnavailable["reason"], detail })
  }
}
