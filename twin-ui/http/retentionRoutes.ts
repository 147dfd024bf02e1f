/** For how long payloads are kept, now or then. Setting it is a command. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Retention from "../../core/decide/Retention.ts"
import { asOf } from "./asOf.ts"
import type { Reading } from "./Reading.ts"
import * as Route from "./Route.ts"
import { Viewer } from "./Viewer.ts"

export const RetentionAnswer = Schema.Struct({
  position: Schema.Int,
  /** Newest first; payloads of all others are kept for good. */
  retentions: Schema.Array(
    Schema.Struct({
      customer: Schema.NullOr(Schema.String),
      group: Schema.NullOr(Schema.String),
      days: Schema.Int,
      by: Schema.String,
      position: Schema.Int,
      /** Days between two renewals of keys: payloads are gone so much later at most. */
      everyDays: Schema.Int,
      /** When keys were last renewed and destroyed (start of the day); null for not yet. */
      doneMs: Schema.NullOr(Schema.Int),
      /** Keys destroyed so far. */
      destroyed: Schema.Int,
    }),
  ),
})

/** Events looked through: one for each setting, and one for each renewal. */
const eventsMax = 200_000
const dayMs = 86_400_000

export const make = (reading: Reading): Route.Route =>
  Route.make({
    method: "GET",
    path: "/api/retention",
    operation: "getRetention",
    tag: "state",
    access: "api",
    filtered: true,
    summary: "For how long payloads are kept, by customer and group",
    query: asOf,
    answers: {
      200: { description: "Retention.", contentType: "application/json", schema: RetentionAnswer },
    },
    problems: ["bad-request", "log-unavailable"],
    handle: ({ query }) =>
      Effect.gen(function* () {
        const viewer = yield* Viewer
        const moment = yield* reading.momentOf(query.at, query.clock)
        const kinds = ["RetentionSet", "PayloadsExpired"]
        const found = yield* reading.newest({ kinds, to: moment.to }, eventsMax)
        const state = Retention.make()
        for (const recorded of found.toReversed()) Retention.apply(state, recorded)
        return Route.answer(RetentionAnswer, {
          position: moment.to - 1,
          retentions: [...state.values()]
            .filter(({ target: { customer } }) =>
              viewer.mayOn("read", customer === undefined ? "network" : { customer }),
            )
            .toSorted((a, b) => b.at - a.at)
            .map(({ at, by, days, destroyed, doneDay, target }) => ({
              customer: target.customer ?? null,
              group: target.group ?? null,
              days,
              by,
              position: at,
              everyDays: Retention.everyDays(days),
              doneMs: doneDay < 0 ? null : doneDay * dayMs,
              destroyed,
            })),
        })
      }),
  })
