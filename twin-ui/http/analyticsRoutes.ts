/** Questions over the tables: SQL as of now or any instant, and what there is to ask. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { EventLog } from "../../core/log/EventLog.ts"
import { functions } from "../../projections/analytics/allowed.ts"
import {
  Analytics,
  AnalyticsUnavailable,
  limitsDefault,
  limitsMax,
  type Query,
} from "../../projections/analytics/Analytics.ts"
import { toArrow, toCsv } from "../../projections/analytics/encode.ts"
import { views } from "../../projections/analytics/Views.ts"
import { AnalyticsAnswer, contentTypes, QueryAnswer, QueryBody } from "../api/Analytics.ts"
import * as At from "./At.ts"
import { placeOf } from "./place.ts"
import * as Problem from "./Problem.ts"
import * as Route from "./Route.ts"
import type { ScopeOf } from "./scopeOf.ts"
import * as Viewer from "./Viewer.ts"

export const make = (scopeOf: ScopeOf) =>
  Effect.gen(function* () {
    const log = yield* EventLog
    const given = yield* Effect.serviceOption(Analytics)
    const analytics = Option.match(given, {
      onNone: () =>
        Effect.fail(
          new AnalyticsUnavailable({ reason: "stopped", detail: "no tables are kept here" }),
        ),
      onSome: (each) => Effect.succeed(each),
    })

    const placeIn = (body: Pick<QueryBody, "at" | "clock">) =>
      Effect.gen(function* () {
        if (body.at === undefined) return undefined
        const at = At.read(body.at)
        if (at === undefined)
          return yield* Problem.make("bad-request", `at must be ${At.form}`, { where: "$.at" })
        return yield* placeOf(log, at, body.clock ?? "recorded")
      })

    const query = Route.withJson({
      method: "POST",
      path: "/api/query",
      operation: "query",
      tag: "analytics",
      access: "api",
      filtered: true,
      summary: "Ask the tables in SQL",
      description:
        "One SELECT over the tables that `GET /api/analytics` lists, in DuckDB's dialect, with the functions listed there. Nothing can be changed or read beside them. Who does not see the whole twin sees the rows about what is theirs.",
      schema: QueryBody,
      bodyDescription: "The statement, and as of when.",
      answers: {
        200: {
          description: "The rows; as CSV, Parquet or Arrow where `format` says so.",
          contentType: "application/json",
          schema: QueryAnswer,
        },
      },
      problems: [
        "bad-request",
        "query-refused",
        "query-stopped",
        "analytics-unavailable",
        "log-unavailable",
        "projection-stopped",
      ],
      handle: ({ body }) =>
        Effect.gen(function* () {
          const { format = "json" } = body
          const upTo = yield* placeIn(body)
          const asked: Query = {
            sql: body.sql,
            ...(upTo === undefined ? {} : { upTo }),
            scope: yield* scopeOf(yield* Viewer.Viewer),
            limits: {
              timeMs: body.timeMs ?? limitsDefault.timeMs,
              rows: body.rows ?? limitsDefault.rows,
              bytes: format === "json" ? limitsDefault.bytes : limitsMax.bytes,
            },
          }
          const tables = yield* analytics
          if (format === "parquet") return file(yield* tables.parquet(asked), contentTypes.parquet)
          const answer = yield* tables.query(asked)
          if (format === "csv")
            return HttpServerResponse.text(toCsv(answer), {
              contentType: contentTypes.csv,
              headers: cutHeader(answer.cut),
            })
          if (format === "arrow")
            return file(
              yield* Effect.promise(() => toArrow(answer)),
              contentTypes.arrow,
              cutHeader(answer.cut),
            )
          return Route.answer(QueryAnswer, { ...answer, position: answer.position - 1 })
        }),
    })

    const status = Route.make({
      method: "GET",
      path: "/api/analytics",
      operation: "analytics",
      tag: "analytics",
      access: "api",
      filtered: true,
      summary: "List the tables that may be asked, and how far they have come",
      answers: {
        200: { description: "Tables.", contentType: "application/json", schema: AnalyticsAnswer },
      },
      problems: ["query-stopped", "analytics-unavailable"],
      handle: () =>
        Effect.gen(function* () {
          const viewer = yield* Viewer.Viewer
          const found = yield* (yield* analytics).status
          return Route.answer(AnalyticsAnswer, {
            place: found.place,
            version: found.version,
            position: found.position - 1,
            head: found.head - 1,
            // How much there is of others is not theirs to know.
            kept: viewer.whole ? found.tables : [],
            sealed: { days: found.days, files: found.files, bytes: found.bytes },
            tables: views.map(({ about, columns, name }) => ({
              name,
              about,
              columns: columns.map((column) => ({
                name: column.name,
                type: column.type,
                about: column.about,
              })),
            })),
            functions: [...functions].toSorted(),
          })
        }),
    })

    return [query, status]
  })

const file = (
  bytes: Uint8Array,
  contentType: string,
  headers: Readonly<Record<string, string>> = {},
) => HttpServerResponse.uint8Array(bytes, { contentType, headers })

/** A file has no place to say that there were more rows. */
const cutHeader = (cut: boolean): Readonly<Record<string, string>> =>
  cut ? { "sigtwin-cut": "true" } : {}
