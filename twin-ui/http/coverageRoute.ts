/** Who usually hears whom, as of now or any instant: what the page's map is drawn from. */
import * as Effect from "effect/Effect"
import * as Anomaly from "../../projections/anomaly/Anomaly.ts"
import { coverageOf } from "../../projections/anomaly/coverage.ts"
import { CoverageAnswer, coverageDevicesMax } from "../api/Coverage.ts"
import { asOf } from "./asOf.ts"
import * as Parameter from "./Parameter.ts"
import type { Reading } from "./Reading.ts"
import * as Route from "./Route.ts"

export const make = (reading: Reading): Route.Route =>
  Route.make({
    method: "GET",
    path: "/api/coverage",
    operation: "getCoverage",
    tag: "state",
    access: "api",
    whole: "where stations stand and whom they hear belongs to the network",
    summary:
      "Which stations usually hear which devices, how far they reach, and where devices seem to be",
    description:
      "Learnt from accepted messages. No device says where it is: its place is estimated from the places of the stations that usually hear it and the strength they hear it with.",
    query: {
      ...asOf,
      device: Parameter.optional(Parameter.device),
    },
    answers: {
      200: { description: "Coverage.", contentType: "application/json", schema: CoverageAnswer },
    },
    problems: ["bad-request", "log-unavailable", "projection-stopped"],
    handle: ({ query: { at, clock, device } }) =>
      Effect.gen(function* () {
        const moment = yield* reading.momentOf(at, clock)
        const state = yield* reading.state(Anomaly.projection, moment)
        const coverage = coverageOf(state, { devicesMax: coverageDevicesMax, wanted: device })
        return Route.answer(CoverageAnswer, { position: moment.to - 1, ...coverage })
      }),
  })
