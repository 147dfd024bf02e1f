/**
 * What can be read of the twin: things, events, counts, the picture, the time line, policies.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Policy } from "../../core/event/policy.ts"
import { Vault } from "../../core/keys/Vault.ts"
import * as EventJson from "../../core/log/EventJson.ts"
import { EventLog, type Filter } from "../../core/log/EventLog.ts"
import * as Anomaly from "../../projections/anomaly/Anomaly.ts"
import { Chain } from "../../projections/chain/Chain.ts"
import { ChainView, Grouping } from "../../projections/chain/ChainView.ts"
import { rowOf } from "../../projections/chain/EventRow.ts"
import * as Delivery from "../../projections/delivery/Delivery.ts"
import * as Device from "../../projections/device/Device.ts"
import * as Integrity from "../../projections/integrity/Integrity.ts"
import * as Adopted from "../../projections/policy/Adopted.ts"
import * as Tallies from "../../projections/tally/Tallies.ts"
import * as Traffic from "../../projections/traffic/Traffic.ts"
import { EventAnswer, EventsAnswer, eventsLimitDefault, eventsLimitMax } from "../api/Events.ts"
import { StatsAnswer } from "../api/Stats.ts"
import * as At from "./At.ts"
import { asOf } from "./asOf.ts"
import * as BlastRoutes from "./blastRoutes.ts"
import * as BisectRoutes from "./bisectRoutes.ts"
import * as ClockRoutes from "./clockRoutes.ts"
import * as DiffRoutes from "./diffRoutes.ts"
import * as CoreRoutes from "./coreRoutes.ts"
import * as CoverageRoute from "./coverageRoute.ts"
import * as CounterRoute from "./counterRoute.ts"
import * as DeliveryRoutes from "./deliveryRoutes.ts"
import * as EntityRoutes from "./entityRoutes.ts"
import * as Findings from "./findings.ts"
import * as AlertRoutes from "./alertRoutes.ts"
import * as AnomalyRoutes from "./anomalyRoutes.ts"
import * as FindingRoutes from "./findingRoutes.ts"
import * as FirewallRoutes from "./firewallRoutes.ts"
import * as IncidentRoutes from "./incidentRoutes.ts"
import * as IntegrityRoutes from "./integrityRoutes.ts"
import * as Lens from "./Lens.ts"
import * as ListRoutes from "./listRoutes.ts"
import * as Parameter from "./Parameter.ts"
import * as Problem from "./Problem.ts"
import { ownStats } from "./ownStats.ts"
import * as Reading from "./Reading.ts"
import * as RetentionRoutes from "./retentionRoutes.ts"
import * as Route from "./Route.ts"
import { payloadHexOf } from "./unsealed.ts"
import * as Viewer from "./Viewer.ts"
import * as TimelineRoute from "./timelineRoute.ts"
import * as WhatIfRoutes from "./whatIfRoutes.ts"
import * as WhyRoutes from "./whyRoutes.ts"

export const PoliciesAnswer = Schema.Struct({
  position: Schema.Int,
  /** Newest first; the first one holds. */
  policies: Schema.Array(
    Schema.Struct({
      version: Schema.Int,
      /** -1 for what holds before any was adopted. */
      position: Schema.Int,
      occurredMs: Schema.NullOr(Schema.Int),
      recordedMs: Schema.NullOr(Schema.Int),
      note: Schema.String,
      policy: Policy,
    }),
  ),
})

const lastPosition = Number.MAX_SAFE_INTEGER - 1

export const make = Effect.gen(function* () {
  const log = yield* EventLog
  const vault = yield* Vault
  const reading = yield* Reading.make

  const events = Route.make({
    method: "GET",
    path: "/api/events",
    operation: "listEvents",
    tag: "events",
    access: "api",
    filtered: true,
    summary: "List events, newest first",
    query: {
      device: Parameter.optional(Parameter.device),
      station: Parameter.optional(Parameter.station),
      customer: Parameter.optional(Parameter.id("Customer.")),
      kind: Parameter.optional(Parameter.names("Kinds of event, divided by commas.")),
      from: Parameter.optional(At.parameter("From this position or instant (occurred) on.")),
      to: Parameter.optional(At.parameter("Up to this position or instant, without it.")),
      before: Parameter.optional(
        Parameter.integer("Only positions below this: the `next` of the page before.", {
          min: 0,
          max: lastPosition,
        }),
      ),
      limit: Parameter.withDefault(
        Parameter.integer("Events in the answer.", { min: 1, max: eventsLimitMax }),
        eventsLimitDefault,
      ),
    },
    answers: {
      200: { description: "Events.", contentType: "application/json", schema: EventsAnswer },
    },
    problems: ["bad-request", "log-unavailable"],
    handle: ({ query }) =>
      Effect.gen(function* () {
        const viewer = yield* Viewer.Viewer
        const { found, next } = yield* reading.page(viewer, filterOf(query), query.limit)
        return Route.answer(EventsAnswer, {
          events: found.map(rowOf),
          ...(next === undefined ? {} : { next }),
        })
      }),
  })

  const event = Route.make({
    method: "GET",
    path: "/api/events/:position",
    operation: "getEvent",
    tag: "events",
    access: "api",
    filtered: true,
    summary: "One event in full, with what caused it",
    description:
      "`data` holds the event's fields as stored, payloads sealed; `payloadHex` beside them is the payload in plain, where its key is here.",
    params: {
      position: Parameter.integer("Position in the log.", { min: 0, max: lastPosition }),
    },
    answers: {
      200: { description: "The event.", contentType: "application/json", schema: EventAnswer },
    },
    problems: ["bad-request", "not-there", "log-unavailable"],
    handle: ({ params: { position } }) =>
      Effect.gen(function* () {
        const viewer = yield* Viewer.Viewer
        const recorded = position < (yield* log.head) ? yield* reading.event(position) : undefined
        if (recorded === undefined || !Viewer.seesEvent(viewer, recorded))
          return yield* Problem.make("not-there", `there is no event ${position}`, {
            where: "path.position",
          })
        const causes = []
        for (const cause of recorded.causes.slice(0, eventsLimitMax)) {
          const found = yield* reading.event(cause)
          if (found !== undefined && Viewer.seesEvent(viewer, found)) causes.push(rowOf(found))
        }
        const payloadHex = Viewer.seesPayloadIn(viewer, recorded.event)
          ? payloadHexOf(vault, recorded.event)
          : undefined
        return Route.answer(EventAnswer, {
          row: rowOf(recorded),
          stream: recorded.stream,
          revision: recorded.revision,
          causes,
          data: {
            ...EventJson.fieldsOf(recorded.event),
            ...(payloadHex === undefined ? {} : { payloadHex }),
          },
        })
      }),
  })

  const stats = Route.make({
    method: "GET",
    path: "/api/stats",
    operation: "getStats",
    tag: "state",
    access: "api",
    filtered: true,
    summary: "Counts over the whole log",
    description:
      "Who sees a part of the twin is given the counts of that part; `reported` then counts reports, and stations are hidden.",
    query: asOf,
    answers: {
      200: { description: "Counts.", contentType: "application/json", schema: StatsAnswer },
    },
    problems: ["bad-request", "log-unavailable", "projection-stopped"],
    handle: ({ query }) =>
      Effect.gen(function* () {
        const moment = yield* reading.momentOf(query.at, query.clock)
        const traffic = yield* reading.state(Traffic.projection, moment)
        const device = yield* reading.state(Device.projection, moment)
        const integrity = yield* reading.state(Integrity.projection, moment)
        const delivery = yield* reading.state(Delivery.projection, moment)
        const tallies = yield* reading.state(Tallies.projection, moment)
        const totals = Traffic.totals(traffic)
        const viewer = yield* Viewer.Viewer
        if (!viewer.whole)
          return Route.answer(StatsAnswer, {
            ...ownStats(viewer, { device, delivery }),
            log: null,
            logId: log.info.id,
            demo: traffic.demoBegan !== null,
          })
        const ledger = Delivery.sums(delivery.ledgers.values())
        return Route.answer(StatsAnswer, {
          log: log.info.url,
          logId: log.info.id,
          events: totals.events,
          receptions: totals.frames + totals.reportedReceptions,
          accepted: totals.accepted,
          refused: totals.refused,
          // A message, however many reports spoke of it and however many stations heard it.
          reported: tallies.openedReported,
          devices: device.devices.size,
          stations: integrity.stations.size,
          customers: delivery.customers.size,
          delivered: ledger.delivered,
          pending: ledger.pending,
          abandoned: ledger.abandoned,
          occurred: span(traffic.firstOccurredMs, traffic.lastOccurredMs),
          recorded: span(traffic.firstRecordedMs, traffic.lastRecordedMs),
          demo: traffic.demoBegan !== null,
        })
      }),
  })

  const chain = Route.make({
    method: "GET",
    path: "/api/chain",
    operation: "getChain",
    tag: "state",
    access: "api",
    filtered: true,
    summary: "The whole chain as one picture",
    query: {
      ...asOf,
      by: Parameter.withDefault(
        Parameter.choice("By what devices are grouped.", Grouping.literals),
        "customer",
      ),
    },
    answers: {
      200: { description: "The picture.", contentType: "application/json", schema: ChainView },
    },
    problems: ["bad-request", "log-unavailable", "projection-stopped"],
    handle: ({ query }) =>
      Effect.gen(function* () {
        const moment = yield* reading.momentOf(query.at, query.clock)
        const anomaly = yield* reading.state(Anomaly.projection, moment)
        const state = yield* reading.state(Chain, moment)
        const viewer = yield* Viewer.Viewer
        const device = viewer.whole ? undefined : yield* reading.state(Device.projection, moment)
        const found = Findings.incidentsOf(anomaly, state.nowMs)
        return Route.answer(ChainView, Lens.of(viewer, query.by).view(state, device, found))
      }),
  })

  const policies = Route.make({
    method: "GET",
    path: "/api/policies",
    operation: "listPolicies",
    tag: "state",
    access: "api",
    // Thresholds are nobody's own, and say why a message was refused.
    filtered: true,
    summary: "The policy that holds, and those before it",
    query: asOf,
    answers: {
      200: { description: "Policies.", contentType: "application/json", schema: PoliciesAnswer },
    },
    problems: ["bad-request", "log-unavailable", "projection-stopped"],
    handle: ({ query }) =>
      Effect.gen(function* () {
        const moment = yield* reading.momentOf(query.at, query.clock)
        const { adopted } = yield* reading.state(Adopted.projection, moment)
        return Route.answer(PoliciesAnswer, {
          position: moment.to - 1,
          policies: adopted.toReversed(),
        })
      }),
  })

  const entities = yield* EntityRoutes.make(reading)
  return [
    ...ListRoutes.make(reading),
    ...entities,
    ...FindingRoutes.make(reading),
    ...AnomalyRoutes.make(reading),
    ...AlertRoutes.make(reading),
    RetentionRoutes.make(reading),
    ...IncidentRoutes.make(reading),
    ...(yield* WhyRoutes.make(reading)),
    ...(yield* DiffRoutes.make(reading)),
    ...(yield* ClockRoutes.make),
    ...(yield* WhatIfRoutes.make(reading)),
    ...(yield* BisectRoutes.make(reading)),
    ...(yield* FirewallRoutes.make(reading)),
    ...IntegrityRoutes.make(reading),
    ...(yield* BlastRoutes.make(reading)),
    ...DeliveryRoutes.make(reading),
    ...CoreRoutes.make(reading),
    ...(yield* CounterRoute.make(reading)),
    events,
    event,
    stats,
    chain,
    CoverageRoute.make(reading),
    yield* TimelineRoute.make(reading),
    policies,
  ]
})

const span = (firstMs: number | null, lastMs: number | null) =>
  firstMs === null || lastMs === null ? null : { firstMs, lastMs }

interface EventsAsked {
  readonly device: string | undefined
  readonly station: string | undefined
  readonly customer: string | undefined
  readonly kind: string | undefined
  readonly from: At.At | undefined
  readonly to: At.At | undefined
  readonly before: number | undefined
}

const filterOf = ({ before, customer, device, from, kind, station, to }: EventsAsked): Filter => {
  const ends = [
    ...(to?._tag === "Position" ? [to.position] : []),
    ...(before === undefined ? [] : [before]),
  ]
  return {
    ...(device === undefined ? {} : { device }),
    ...(station === undefined ? {} : { station }),
    ...(customer === undefined ? {} : { customer }),
    ...(kind === undefined ? {} : { kinds: kind.split(",") }),
    ...(from?._tag === "Position" ? { from: from.position } : {}),
    ...(from?._tag === "Instant" ? { fromMs: from.ms } : {}),
    ...(to?._tag === "Instant" ? { toMs: to.ms } : {}),
    ...(ends.length === 0 ? {} : { to: Math.min(...ends) }),
  }
}
