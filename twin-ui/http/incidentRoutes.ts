/** The timeline of incidents: what overlaps and has a common cause is one line. */
import * as Effect from "effect/Effect"
import * as Anomaly from "../../projections/anomaly/Anomaly.ts"
import type { Kind } from "../../projections/anomaly/Finding.ts"
import type { Incident } from "../../projections/chain/ChainView.ts"
import { Chain } from "../../projections/chain/Chain.ts"
import { rowOf } from "../../projections/chain/EventRow.ts"
import { incidentsOf } from "../../projections/chain/view.ts"
import { together } from "../../projections/time/incidents.ts"
import {
  type IncidentLine,
  IncidentsAnswer,
  incidentsLimitDefault,
  incidentsLimitMax,
} from "../api/Incidents.ts"
import { asOf } from "./asOf.ts"
import * as Findings from "./findings.ts"
import * as Lens from "./Lens.ts"
import * as Parameter from "./Parameter.ts"
import type { Reading } from "./Reading.ts"
import * as Route from "./Route.ts"
import * as Viewer from "./Viewer.ts"

/** A station whose line was away means no harm, and is an outage all the same. */
const outages: ReadonlySet<Kind> = new Set<Kind>(["late-buffer"])

export const make = (reading: Reading): ReadonlyArray<Route.Route> => [
  Route.make({
    method: "GET",
    path: "/api/incidents",
    operation: "listIncidents",
    tag: "state",
    access: "api",
    filtered: true,
    summary: "Incidents, one line each, what began last first",
    description:
      "Findings, losses of trust, bursts of refusals, links down and outages of customers and stations. What overlaps in time and concerns the same thing is one line, with its first cause, its extent and whether it is over.",
    query: {
      ...asOf,
      limit: Parameter.withDefault(
        Parameter.integer("Incidents in the answer.", { min: 1, max: incidentsLimitMax }),
        incidentsLimitDefault,
      ),
    },
    answers: {
      200: { description: "Incidents.", contentType: "application/json", schema: IncidentsAnswer },
    },
    problems: ["bad-request", "log-unavailable", "projection-stopped"],
    handle: ({ query: { at, clock, limit } }) =>
      Effect.gen(function* () {
        const moment = yield* reading.momentOf(at, clock)
        const anomaly = yield* reading.state(Anomaly.projection, moment)
        const chain = yield* reading.state(Chain, moment)
        const viewer = yield* Viewer.Viewer
        const found = Findings.incidentsOf(anomaly, chain.nowMs, outages)
        const single = Lens.seen(
          Lens.sightOf(viewer),
          incidentsOf(chain, found, Number.POSITIVE_INFINITY),
        )
        const all = together(single, yield* policyCauses(reading, single))
        const lines: Array<IncidentLine> = []
        for (const { end, policyAt, start, ...rest } of all.slice(0, limit)) {
          const cause = yield* reading.event(policyAt ?? start.position)
          lines.push({
            ...rest,
            label: policyAt === undefined ? rest.parts[0].label : "refusals under a new policy",
            start,
            ...(end === undefined ? {} : { end }),
            ...(cause === undefined || !Viewer.seesEvent(viewer, cause)
              ? {}
              : { cause: rowOf(cause) }),
          })
        }
        return Route.answer(IncidentsAnswer, {
          position: moment.to - 1,
          total: all.length,
          incidents: lines,
        })
      }),
  }),
]

/** Bursts of refusals whose first event is looked at. */
const lookedAtMax = 200
/** A policy adopted longer before is nothing new. */
const newMs = 86_400_000

/** Where the policy was adopted under which a burst of refusals began, if that was shortly before. */
const policyCauses = Effect.fnUntraced(function* (
  reading: Reading,
  incidents: ReadonlyArray<Incident>,
) {
  const causes = new Map<string, number>()
  const policies = new Map<number, number | undefined>()
  const bursts = incidents.filter(({ kind }) => kind === "refusals").slice(0, lookedAtMax)
  for (const { id, start } of bursts) {
    const refusal = yield* reading.event(start.position)
    for (const position of refusal?.causes ?? []) {
      if (!policies.has(position)) {
        const cause = yield* reading.event(position)
        policies.set(position, cause?.event._tag === "PolicyAdopted" ? cause.occurredMs : undefined)
      }
      const adoptedMs = policies.get(position)
      if (adoptedMs !== undefined && start.ms - adoptedMs < newMs) causes.set(id, position)
    }
  }
  return causes
})
