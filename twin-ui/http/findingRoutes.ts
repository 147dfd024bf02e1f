/** What the twin thinks, as of now or any instant. */
import * as Effect from "effect/Effect"
import * as Anomaly from "../../projections/anomaly/Anomaly.ts"
import { benign, kinds } from "../../projections/anomaly/Finding.ts"
import { FindingsAnswer, findingsLimitDefault, findingsLimitMax } from "../api/Findings.ts"
import { asOf } from "./asOf.ts"
import * as Findings from "./findings.ts"
import { offsetMax } from "./lists.ts"
import * as Parameter from "./Parameter.ts"
import type { Reading } from "./Reading.ts"
import * as Route from "./Route.ts"
import * as Viewer from "./Viewer.ts"

export const make = (reading: Reading): ReadonlyArray<Route.Route> => [
  Route.make({
    method: "GET",
    path: "/api/findings",
    operation: "listFindings",
    tag: "state",
    access: "api",
    filtered: true,
    summary: "List what the twin thinks is going on, what began last first",
    description:
      "A finding is inferred: it has a confidence, and facts with the positions of the events that show them. It refuses nothing by itself. `benign` ones happen without anybody meaning harm.",
    query: {
      ...asOf,
      device: Parameter.optional(Parameter.device),
      station: Parameter.optional(Parameter.station),
      kind: Parameter.optional(Parameter.choice("Only findings of this kind.", kinds)),
      benign: Parameter.withDefault(
        Parameter.choice("With what happens without anybody meaning harm, or without.", [
          "with",
          "without",
        ]),
        "with",
      ),
      limit: Parameter.withDefault(
        Parameter.integer("Findings in the answer.", { min: 1, max: findingsLimitMax }),
        findingsLimitDefault,
      ),
      offset: Parameter.withDefault(
        Parameter.integer("Findings to pass over.", { min: 0, max: offsetMax }),
        0,
      ),
    },
    answers: {
      200: { description: "Findings.", contentType: "application/json", schema: FindingsAnswer },
    },
    problems: ["bad-request", "log-unavailable", "projection-stopped"],
    handle: ({ query: { at, benign: wanted, clock, device, kind, limit, offset, station } }) =>
      Effect.gen(function* () {
        const moment = yield* reading.momentOf(at, clock)
        const viewer = yield* Viewer.Viewer
        const state = yield* reading.state(Anomaly.projection, moment)
        const fitting = Anomaly.findings(state).filter(
          (finding) =>
            viewer.mayOn("read", Findings.thingOf(finding)) &&
            (wanted === "with" || !benign.has(finding.kind)) &&
            (device === undefined || finding.device === device) &&
            (station === undefined || finding.station === station) &&
            (kind === undefined || finding.kind === kind),
        )
        const end = offset + limit
        return Route.answer(FindingsAnswer, {
          position: moment.to - 1,
          total: fitting.length,
          ...(end < fitting.length ? { next: end } : {}),
          findings: fitting.slice(offset, end).map(Findings.rowOf),
        })
      }),
  }),
]
