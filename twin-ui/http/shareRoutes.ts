/** Where the members of a log give each other their parts. Only they may ask: by the token each tells the others through the log's server. */
import * as Effect from "effect/Effect"
import { Members } from "../../core/log/Members.ts"
import { Shares } from "../../projections/run/Shares.ts"
import { memberHeader, SentParts } from "./askMember.ts"
import * as Parameter from "./Parameter.ts"
import * as Problem from "./Problem.ts"
import * as Route from "./Route.ts"

/** None where the log is not shared. */
export const make: Effect.Effect<ReadonlyArray<Route.Route>> = Effect.gen(function* () {
  const shares = yield* Effect.serviceOption(Shares)
  const members = yield* Effect.serviceOption(Members)
  if (shares._tag === "None" || members._tag === "None") return []
  const { token } = members.value
  return [
    Route.make({
      method: "GET",
      path: "/shares/:projection",
      operation: "getShare",
      tag: "service",
      access: "page",
      summary: "Give another member of the log this one's part of a state",
      params: { projection: Parameter.name("Projection.") },
      query: {
        to: Parameter.withDefault(
          Parameter.integer("With so many events.", { min: 0, max: Number.MAX_SAFE_INTEGER - 1 }),
          0,
        ),
        live: Parameter.withDefault(
          Parameter.choice("As it is now, once so many are in.", ["true", "false"]),
          "true",
        ),
      },
      answers: {
        200: { description: "Its parts.", contentType: "application/json", schema: SentParts },
      },
      problems: ["no-token", "log-unavailable", "projection-stopped"],
      handle: ({ params: { projection }, query, request }) =>
        Effect.gen(function* () {
          if (request.headers[memberHeader] !== token)
            return yield* Problem.make("no-token", "only members of the log may ask this", {
              where: `header.${memberHeader}`,
            })
          const isLive = query.live === "true"
          const parts = yield* shares.value.parts({ projection, to: query.to, isLive })
          return Route.answer(SentParts, { parts })
        }),
    }),
  ]
})
