/** What stands out of a selection. */
import * as Effect from "effect/Effect"
import { limitsMax } from "../../projections/analytics/Analytics.ts"
import * as facts from "../../projections/analytics/outlier/facts.ts"
import { rank } from "../../projections/analytics/outlier/rank.ts"
import { OutlierAnswer, OutlierBody } from "../api/Outlier.ts"
import * as Answering from "./answering.ts"
import * as Problem from "./Problem.ts"
import * as Route from "./Route.ts"
import type { ScopeOf } from "./scopeOf.ts"
import * as Viewer from "./Viewer.ts"

const levelDefault = 0.01

export const make = (scopeOf: ScopeOf) =>
  Effect.gen(function* () {
    const answering = yield* Answering.make

    return [
      Route.withJson({
        method: "POST",
        path: "/api/outlier",
        operation: "outlier",
        tag: "analytics",
        access: "api",
        filtered: true,
        summary: "Ask what stands out of a selection",
        description:
          "Which values of which columns are more or less frequent in the selection than in the rest: station, zone, firmware, policy, customer, hour, RSSI band and more. Each is tested exactly (Fisher), allowing for all that were tried (Holm). Columns that the selection is made by are left out. Who does not see the whole twin is answered from the rows about what is theirs.",
        schema: OutlierBody,
        bodyDescription: "The selection, as a condition in SQL.",
        answers: {
          200: {
            description: "What stands out, the strongest first.",
            contentType: "application/json",
            schema: OutlierAnswer,
          },
        },
        problems: ["bad-request", ...Answering.problems],
        handle: ({ body }) =>
          Effect.gen(function* () {
            const { against, level = levelDefault, of = "messages", where } = body
            const selection = { of, where, against }
            const columns = facts.comparedIn(selection)
            if (columns.length === 0)
              return yield* Problem.make(
                "bad-request",
                "the condition names every column, so none is left to compare",
                { where: "$.where" },
              )
            const tables = yield* answering.tables
            // The condition is anybody's: the whole statement is checked as anybody's.
            const answer = yield* tables.query({
              sql: facts.statement(selection),
              ...(yield* answering.upTo(body)),
              scope: yield* scopeOf(yield* Viewer.Viewer),
              limits: { ...Answering.limitsOf({ timeMs: body.timeMs }), rows: limitsMax.rows },
            })
            const { found, insideAll, outsideAll, tried } = rank(answer.rows, level)
            return Route.answer(OutlierAnswer, {
              of,
              inside: insideAll,
              outside: outsideAll,
              columns,
              tried,
              level,
              found: found.map(
                ({ column, inside, outside, p, phi, times, timesHigh, timesLow, value }) => ({
                  column,
                  value,
                  inside,
                  insideShare: inside / insideAll,
                  outside,
                  outsideShare: outside / outsideAll,
                  times,
                  timesLow,
                  timesHigh,
                  phi,
                  p,
                }),
              ),
              position: answer.position - 1,
              behind: answer.behind,
            })
          }),
      }),
    ]
  })
