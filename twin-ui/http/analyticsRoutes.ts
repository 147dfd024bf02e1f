/** Questions over the tables: SQL as of now or any instant, and what there is to ask. */
import * as Effect from "effect/Effect"
import { functions } from "../../projections/analytics/allowed.ts"
import { views } from "../../projections/analytics/Views.ts"
import { AnalyticsAnswer, QueryAnswer, QueryBody } from "../api/Analytics.ts"
import * as Answering from "./answering.ts"
import * as Route from "./Route.ts"
import type { ScopeOf } from "./scopeOf.ts"
import * as Viewer from "./Viewer.ts"

export const make = (scopeOf: ScopeOf) =>
  Effect.gen(function* () {
    const answering = yield* Answering.make

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
          description: "The rows; as CSV, Parquet, Arrow or GeoJSON where `format` says so.",
          contentType: "application/json",
          schema: QueryAnswer,
        },
      },
      problems: ["bad-request", ...Answering.problems],
      handle: ({ body }) =>
        Effect.gen(function* () {
          const asked = {
            sql: body.sql,
            ...(yield* answering.upTo(body)),
            scope: yield* scopeOf(yield* Viewer.Viewer),
            limits: Answering.limitsOf(body),
          }
          return yield* answering.answer(asked, "anybody", body, (answer) =>
            Route.answer(QueryAnswer, answer),
          )
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
          const found = yield* (yield* answering.tables).status
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
