/** Who is alerted, how alerts stand, and trying whether they arrive. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Decided from "../../core/decide/Alerts.ts"
import { AlertTargetId } from "../../core/event/ids.ts"
import * as Alerts from "../../projections/alert/Alerts.ts"
import { AlertsAnswer } from "../api/Alerts.ts"
import { asOf } from "./asOf.ts"
import { CommandAnswer, executor } from "./commandRoutes.ts"
import type { Reading } from "./Reading.ts"
import * as Route from "./Route.ts"

export const make = (reading: Reading): ReadonlyArray<Route.Route> => [
  Route.make({
    method: "GET",
    path: "/api/alerts",
    operation: "listAlerts",
    tag: "state",
    access: "api",
    whole: "who is alerted, and of what, is told over all of the twin",
    summary: "Who is alerted, and how the last alerts stand",
    query: asOf,
    answers: {
      200: { description: "Alerts.", contentType: "application/json", schema: AlertsAnswer },
    },
    problems: ["bad-request", "log-unavailable", "projection-stopped"],
    handle: ({ query }) =>
      Effect.gen(function* () {
        const moment = yield* reading.momentOf(query.at, query.clock)
        const state = yield* reading.state(Alerts.projection, moment)
        return Route.answer(AlertsAnswer, {
          position: moment.to - 1,
          targets: [...state.targets.values()].map((target) => ({
            target: target.target,
            url: target.url,
            kinds: target.kinds ?? [],
            hasSecrets: target.secretVersion !== undefined,
            by: target.by,
          })),
          alerts: Decided.newestFirst(state).map(({ at, atMs, raised, told }) => ({
            position: at,
            ms: atMs,
            anomaly: raised.anomaly,
            phase: raised.phase,
            kind: raised.kind,
            text: raised.text,
            told,
          })),
        })
      }),
  }),
]

const Tried = Schema.Struct({ target: Schema.optionalKey(AlertTargetId) })

export const makeCommands = Effect.map(executor, (execute): ReadonlyArray<Route.Route> => [
  Route.withJson({
    method: "POST",
    path: "/api/alerts/test",
    operation: "testAlerts",
    tag: "commands",
    access: "command",
    right: "write-policy",
    summary: "Tell one target, or all, that this is a test",
    answers: {
      201: { description: "It is raised.", contentType: "application/json", schema: CommandAnswer },
    },
    problems: [
      "bad-request",
      "not-there",
      "conflict",
      "too-large",
      "wrong-media-type",
      "log-unavailable",
    ],
    schema: Tried,
    bodyDescription: "`target`: which one; all where absent.",
    handle: ({ body }) =>
      Effect.gen(function* () {
        const atMs = yield* Clock.currentTimeMillis
        const positions = yield* execute({ _tag: "TestAlerts", ...body, atMs })
        const subject = "/api/alerts"
        return Route.answer(
          CommandAnswer,
          { positions, subject },
          { status: 201, headers: { location: subject } },
        )
      }),
  }),
])
