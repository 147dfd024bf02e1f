/** Questions over the tables: `POST /api/query`, `GET /api/analytics`. */
import * as Schema from "effect/Schema"

/** How the rows are given. Parquet and Arrow are files, for other tools; GeoJSON needs columns lat and lng. */
export const formats = ["json", "csv", "parquet", "arrow", "geojson"] as const
export const Format = Schema.Literals(formats)
export type Format = typeof Format.Type

export const contentTypes: Readonly<Record<Format, string>> = {
  json: "application/json",
  csv: "text/csv; charset=utf-8",
  parquet: "application/vnd.apache.parquet",
  arrow: "application/vnd.apache.arrow.stream",
  geojson: "application/geo+json",
}

export const QueryBody = Schema.Struct({
  /** One `SELECT` over the tables of `GET /api/analytics`. */
  sql: Schema.String,
  /** As of this position (with its event in it) or instant; now when absent. */
  at: Schema.optionalKey(Schema.String),
  /** Whose clock an instant in `at` is meant by; the log's own when absent: what was known then. */
  clock: Schema.optionalKey(Schema.Literals(["occurred", "recorded"])),
  format: Schema.optionalKey(Format),
  /** Rows in the answer; 10,000 when absent. */
  rows: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_000_000 }))),
  /** How long it may take, ms; 10 s when absent. */
  timeMs: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 120_000 }))),
})
export type QueryBody = typeof QueryBody.Type

const Value = Schema.Json

export const QueryAnswer = Schema.Struct({
  columns: Schema.Array(Schema.Struct({ name: Schema.String, type: Schema.String })),
  /** Values in the order of the columns; whole numbers beyond 2^53 are text, instants ISO 8601. */
  rows: Schema.Array(Schema.Array(Value)),
  /** There were more rows than are given. */
  cut: Schema.Boolean,
  /** Last position in the tables that were asked, -1 for none. */
  position: Schema.Int,
  /** Events of the log that were not in them yet. */
  behind: Schema.Int,
  tookMs: Schema.Finite,
})
export type QueryAnswer = typeof QueryAnswer.Type

export const AnalyticsAnswer = Schema.Struct({
  /** Folder of the tables, or memory. */
  place: Schema.String,
  version: Schema.String,
  /** Last position in the tables, and in the log; -1 for none. */
  position: Schema.Int,
  head: Schema.Int,
  kept: Schema.Array(Schema.Struct({ name: Schema.String, rows: Schema.Int })),
  sealed: Schema.Struct({ days: Schema.Int, files: Schema.Int, bytes: Schema.Int }),
  /** What may be asked. */
  tables: Schema.Array(
    Schema.Struct({
      name: Schema.String,
      about: Schema.String,
      columns: Schema.Array(
        Schema.Struct({ name: Schema.String, type: Schema.String, about: Schema.String }),
      ),
    }),
  ),
  functions: Schema.Array(Schema.String),
})
export type AnalyticsAnswer = typeof AnalyticsAnswer.Type
