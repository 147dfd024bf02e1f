/** What is unlike the usual, and what is usual, as of now or any instant. */
import * as Effect from "effect/Effect"
import * as Anomaly from "../../projections/anomaly/Anomaly.ts"
import { kinds } from "../../projections/anomaly/watch/Unusual.ts"
import {
  AnomaliesAnswer,
  anomaliesLimitDefault,
  anomaliesLimitMax,
  UsualAnswer,
} from "../api/Anomalies.ts"
import * as Anomalies from "./anomalies.ts"
import { asOf } from "./asOf.ts"
import { offsetMax } from "./lists.ts"
import * as Parameter from "./Parameter.ts"
import type { Reading } from "./Reading.ts"
import * as Route from "./Route.ts"
import * as Viewer from "./Viewer.ts"

export const make = (reading: Reading): ReadonlyArray<Route.Route> => [
  Route.make({
    method: "GET",
    path: "/api/anomalies",
    operation: "listAnomalies",
    tag: "state",
    access: "api",
    filtered: true,
    summary: "List what is or was unlike the usual, what opened last first",
    description:
      "What is usual is learnt for the network, each customer, station and destination. An anomaly says what was expected, what was seen, since when, on whom, and clears itself. Before enough is learnt nothing is said: `learning` tells how far that has come.",
    query: {
      ...asOf,
      state: Parameter.withDefault(
        Parameter.choice("Only those that go on, or all that are kept.", ["open", "all"]),
        "all",
      ),
      kind: Parameter.optional(Parameter.choice("Only anomalies of this kind.", kinds)),
      station: Parameter.optional(Parameter.station),
      customer: Parameter.optional(Parameter.id("Customer.")),
      limit: Parameter.withDefault(
        Parameter.integer("Anomalies in the answer.", { min: 1, max: anomaliesLimitMax }),
        anomaliesLimitDefault,
      ),
      offset: Parameter.withDefault(
        Parameter.integer("Anomalies to pass over.", { min: 0, max: offsetMax }),
        0,
      ),
    },
    answers: {
      200: { description: "Anomalies.", contentType: "application/json", schema: AnomaliesAnswer },
    },
    problems: ["bad-request", "log-unavailable", "projection-stopped"],
    handle: ({ query }) =>
      Effect.gen(function* () {
        const { customer, kind, limit, offset, station } = query
        const moment = yield* reading.momentOf(query.at, query.clock)
        const viewer = yield* Viewer.Viewer
        const state = yield* reading.state(Anomaly.projection, moment)
        const fitting = Anomaly.unusual(state).filter(
          (one) =>
            viewer.mayOn("read", Anomalies.thingOf(one)) &&
            (query.state === "all" || one.clearedMs === null) &&
            (kind === undefined || one.kind === kind) &&
            (station === undefined || one.station === station) &&
            (customer === undefined || one.customer === customer),
        )
        const end = offset + limit
        return Route.answer(AnomaliesAnswer, {
          position: moment.to - 1,
          total: fitting.length,
          open: fitting.filter(({ clearedMs }) => clearedMs === null).length,
          ...(end < fitting.length ? { next: end } : {}),
          learning: Anomalies.learntOf(state, state.watch.network),
          anomalies: fitting.slice(offset, end).map(Anomalies.rowOf),
        })
      }),
  }),
  Route.make({
    method: "GET",
    path: "/api/usual",
    operation: "getUsual",
    tag: "state",
    access: "api",
    filtered: true,
    summary: "What was learnt as usual",
    description:
      "Of the network always; of all customers, stations and destinations, or of the one that is named. Of a device: who usually hears it, how strongly, and how often it sends.",
    query: {
      ...asOf,
      device: Parameter.optional(Parameter.device),
      station: Parameter.optional(Parameter.station),
      customer: Parameter.optional(Parameter.id("Customer.")),
    },
    answers: {
      200: { description: "What is usual.", contentType: "application/json", schema: UsualAnswer },
    },
    problems: ["bad-request", "not-there", "log-unavailable", "projection-stopped"],
    handle: ({ query: { at, clock, ...wanted } }) =>
      Effect.gen(function* () {
        const moment = yield* reading.momentOf(at, clock)
        const viewer = yield* Viewer.Viewer
        const { device } = wanted
        if (device !== undefined && !viewer.mayOn("read", { device }))
          return yield* Viewer.hidden("there is no such device")
        const state = yield* reading.state(Anomaly.projection, moment)
        return Route.answer(UsualAnswer, {
          position: moment.to - 1,
          ...Anomalies.usualOf(state, wanted, (thing) => viewer.mayOn("read", thing)),
        })
      }),
  }),
]
