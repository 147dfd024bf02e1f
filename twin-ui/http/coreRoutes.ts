/** The core network as of now or any instant: its parts, and what would stop its services. */
import * as Effect from "effect/Effect"
import * as Availability from "../../projections/coreNetwork/Availability.ts"
import * as CoreNetwork from "../../projections/coreNetwork/CoreNetwork.ts"
import * as Parts from "../../projections/coreNetwork/Parts.ts"
import * as Ways from "../../projections/coreNetwork/Ways.ts"
import { CoreAnswer } from "../api/Core.ts"
import { asOf } from "./asOf.ts"
import * as Parameter from "./Parameter.ts"
import * as Problem from "./Problem.ts"
import type { Reading } from "./Reading.ts"
import * as Route from "./Route.ts"

export const make = (reading: Reading): ReadonlyArray<Route.Route> => [
  Route.make({
    method: "GET",
    path: "/api/core",
    operation: "getCore",
    tag: "state",
    access: "api",
    whole: "data centres, links and servers belong to the network",
    summary: "The core network: parts that are up or down, and how its services stand",
    description:
      "For each service: ways left that share no part, single parts that would stop it, and its availability over a period.",
    query: {
      ...asOf,
      from: Parameter.optional(
        Parameter.instant(
          "Availability from this instant on; from the service's beginning when not given.",
        ),
      ),
      to: Parameter.optional(
        Parameter.instant(
          "Availability up to this instant; up to the moment asked about when not given.",
        ),
      ),
    },
    answers: {
      200: { description: "The core.", contentType: "application/json", schema: CoreAnswer },
    },
    problems: ["bad-request", "log-unavailable", "projection-stopped"],
    handle: ({ query }) =>
      Effect.gen(function* () {
        const { from, to } = query
        if (from !== undefined && to !== undefined && from > to)
          return yield* Problem.make("bad-request", "from must not be later than to", {
            where: "query.from",
          })
        const moment = yield* reading.momentOf(query.at, query.clock)
        const state = yield* reading.state(CoreNetwork.projection, moment)
        const graph = Parts.graphOf(state)
        return Route.answer(CoreAnswer, {
          position: moment.to - 1,
          services: Parts.services(state).map((service) => {
            const known =
              state.availability.get(service.service) ?? Availability.begin(moment.occurredMs)
            const { count: ways, cuts } = Ways.waysOf(graph, service.from, service.to)
            const period = Availability.shareOf(
              known,
              from ?? known.sinceMs,
              to ?? Math.max(moment.occurredMs, state.latestMs),
            )
            return {
              service: service.service,
              name: service.name,
              from: service.from,
              to: service.to,
              stands: ways > 0,
              ways,
              cuts,
              fromMs: period.fromMs,
              toMs: period.toMs,
              downMs: period.downMs,
              outages: period.outages,
              availability: period.share,
            }
          }),
          parts: Parts.parts(state),
        })
      }),
  }),
]
