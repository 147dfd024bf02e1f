/** What the routes over tables share: as of when, within which limits, and the answer in the form that was asked for. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { EventLog } from "../../core/log/EventLog.ts"
import {
  Analytics,
  AnalyticsUnavailable,
  type Answer,
  type Limits,
  limitsDefault,
  limitsMax,
  type Query,
} from "../../projections/analytics/Analytics.ts"
import { toArrow, toCsv, toGeoJson } from "../../projections/analytics/encode.ts"
import { contentTypes, type Format } from "../api/Analytics.ts"
import * as At from "./At.ts"
import { type Clock, placeOf } from "./place.ts"
import * as Problem from "./Problem.ts"

/** Problems that any question over tables may end in. */
export const problems = [
  "query-refused",
  "query-stopped",
  "analytics-unavailable",
  "log-unavailable",
  "projection-stopped",
] as const

export interface Wanted {
  readonly at?: string | undefined
  readonly clock?: Clock | undefined
  readonly format?: Format | undefined
  readonly rows?: number | undefined
  readonly timeMs?: number | undefined
}

export const make = Effect.gen(function* () {
  const log = yield* EventLog
  const given = yield* Effect.serviceOption(Analytics)
  const tables = Option.match(given, {
    onNone: () =>
      Effect.fail(
        new AnalyticsUnavailable({ reason: "stopped", detail: "no tables are kept here" }),
      ),
    onSome: (each) => Effect.succeed(each),
  })

  /** Events up to the instant that is wanted; undefined for now. */
  const upTo = ({ at: text, clock }: Wanted) =>
    Effect.gen(function* () {
      if (text === undefined) return {}
      const at = At.read(text)
      if (at === undefined)
        return yield* Problem.make("bad-request", `at must be ${At.form}`, { where: "$.at" })
      return { upTo: yield* placeOf(log, at, clock ?? "recorded") }
    })

  /** Puts the query, and gives the answer as it is wanted; `toJson` makes JSON's own answer. */
  const answer = (
    query: Query,
    whose: "anybody" | "ours",
    { format = "json" }: Wanted,
    toJson: (answer: Answer) => HttpServerResponse.HttpServerResponse,
  ) =>
    Effect.gen(function* () {
      const analytics = yield* tables
      if (format === "parquet")
        return file(yield* analytics.parquet(query, whose), contentTypes.parquet)
      const found = yield* whose === "ours" ? analytics.ask(query) : analytics.query(query)
      const cut: Readonly<Record<string, string>> = {
        // A file has no place to say that there were more rows.
        ...(found.cut ? { "sigtwin-cut": "true" } : {}),
        "sigtwin-position": String(found.position - 1),
      }
      switch (format) {
        case "csv":
          return HttpServerResponse.text(toCsv(found), {
            contentType: contentTypes.csv,
            headers: cut,
          })
        case "geojson": {
          const text = toGeoJson(found)
          if (text === undefined)
            return yield* Problem.make(
              "bad-request",
              "GeoJSON needs the columns lat and lng in the answer: numbers for points, lists for sets of them",
              { where: "$.format" },
            )
          return HttpServerResponse.text(text, { contentType: contentTypes.geojson, headers: cut })
        }
        case "arrow":
          return file(yield* Effect.promise(() => toArrow(found)), contentTypes.arrow, cut)
        case "json":
          return toJson({ ...found, position: found.position - 1 })
      }
    })

  return { tables, upTo, answer }
})

export const limitsOf = ({ format = "json", rows, timeMs }: Wanted): Limits => ({
  timeMs: timeMs ?? limitsDefault.timeMs,
  rows: rows ?? limitsDefault.rows,
  bytes: format === "json" ? limitsDefault.bytes : limitsMax.bytes,
})

const file = (
  bytes: Uint8Array,
  contentType: string,
  headers: Readonly<Record<string, string>> = {},
) => HttpServerResponse.uint8Array(bytes, { contentType, headers })
