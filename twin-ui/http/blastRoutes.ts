/** What rested on a thing: its blast radius. */
import * as Effect from "effect/Effect"
import { EventLog } from "../../core/log/EventLog.ts"
import * as Device from "../../projections/device/Device.ts"
import * as Integrity from "../../projections/integrity/Integrity.ts"
import { Twin } from "../../projections/run/Twin.ts"
import { beginningOf, blastOf } from "../../projections/time/blast/blastOf.ts"
import { forms, readThing } from "../../projections/time/blast/readThing.ts"
import type { Result } from "../../projections/time/blast/Resting.ts"
import { idOf, kinds, nameOf, type Thing } from "../../projections/time/blast/Thing.ts"
import { BlastAnswer } from "../api/Blast.ts"
import * as At from "./At.ts"
import { asOf } from "./asOf.ts"
import * as Parameter from "./Parameter.ts"
import * as Problem from "./Problem.ts"
import type { Moment, Reading } from "./Reading.ts"
import * as Route from "./Route.ts"
import type { Clock } from "./place.ts"

export const make = (reading: Reading) =>
  Effect.gen(function* () {
    const log = yield* EventLog
    const twin = yield* Twin

    /** Where the stretch begins, and why there. */
    const beginning = (thing: Thing, moment: Moment, since: At.At | undefined, clock: Clock) =>
      Effect.gen(function* () {
        const began =
          thing.kind === "station"
            ? yield* Effect.map(reading.state(Integrity.projection, moment), (state) => {
                const known = Integrity.find(state, thing.station)
                return known === undefined ? undefined : known.goodAt + 1
              })
            : yield* beginningOf(log, thing, moment.to)
        if (began === undefined)
          return yield* Problem.make("not-there", `there is no ${nameOf(thing)} at that instant`, {
            where: "path.id",
          })
        if (since === undefined)
          return {
            from: began,
            since: thing.kind === "station" ? ("last good" as const) : ("beginning" as const),
          }
        return { from: (yield* reading.momentOf(since, clock)).to, since: "asked" as const }
      })

    const answer = (thing: Thing, query: Asked) =>
      Effect.gen(function* () {
        const moment = yield* reading.momentOf(query.at, query.clock)
        const { from, since } = yield* beginning(thing, moment, query.since, query.clock)
        const found = yield* blastOf(
          log,
          thing,
          { from, to: moment.to },
          // A copy: what is collected is collected in it.
          Effect.map(
            twin.asOf(Integrity.projection, Math.min(from, moment.to)),
            Integrity.projection.copy,
          ),
        )
        const devices = yield* reading.state(Device.projection, moment)
        const before = from > 0 ? yield* reading.event(from - 1) : undefined
        return Route.answer(BlastAnswer, {
          kind: thing.kind,
          id: idOf(thing),
          from: from - 1,
          fromMs: before?.occurredMs ?? null,
          since,
          position: moment.to - 1,
          occurredMs: moment.occurredMs,
          ...told(
            found,
            (device) => Device.find(devices, device)?.registration?.customer ?? undefined,
          ),
        })
      })

    return [
      Route.make({
        ...about,
        path: "/api/blast/:kind/:id",
        operation: "getBlast",
        whole: "what rests on a thing reaches devices and customers of others",
        summary: "What rested on a station, a key, a policy, an endpoint or an event",
        description:
          "Every message, delivery, downlink and judgement that follows from it, by their causes. Of a station: from the messages that no other trusted station heard, since its trust was last good; of a key (`DEVICE:VERSION`): from the receptions it proved; of a policy's version: from the decisions under it; of an endpoint (`CUSTOMER/DESTINATION`): from what was owed to it; of an event: from itself. `since` narrows it.",
        params: {
          kind: Parameter.choice("What it is.", kinds),
          id: Parameter.line("Its id."),
        },
        handle: ({ params: { id, kind }, query }) => {
          const thing = readThing(kind, id)
          return thing === undefined
            ? Effect.fail(
                Problem.make("bad-request", `id must be ${forms[kind]}`, { where: "path.id" }),
              )
            : answer(thing, query)
        },
      }),
      Route.make({
        ...about,
        path: "/api/stations/:id/blast",
        operation: "getStationBlast",
        whole: "what rests on a thing reaches devices and customers of others",
        summary: "What rested on a station alone",
        description: "The same as `/api/blast/station/ID`.",
        params: { id: Parameter.station },
        handle: ({ params: { id }, query }) => answer({ kind: "station", station: id }, query),
      }),
    ]
  })

interface Asked {
  readonly at: At.At | undefined
  readonly since: At.At | undefined
  readonly clock: Clock
}

const about = {
  method: "GET",
  tag: "state",
  access: "api",
  query: {
    ...asOf,
    since: Parameter.optional(
      At.parameter("From this position or instant on, instead of from where it began."),
    ),
  },
  answers: {
    200: {
      description: "What rests on it.",
      contentType: "application/json",
      schema: BlastAnswer,
    },
  },
  problems: ["bad-request", "not-there", "log-unavailable", "projection-stopped"],
} as const

const told = (found: Result, customerOf: (device: string) => string | undefined) => {
  const customers = new Map<string, number>()
  for (const [device, messages] of found.devices) {
    const customer = customerOf(device)
    if (customer !== undefined) customers.set(customer, (customers.get(customer) ?? 0) + messages)
  }
  const counted = (kind: string) => found.kinds.get(kind) ?? 0
  return {
    count: found.accepted,
    messages: found.messages.toReversed().map(({ device, epoch, position, seq }) => ({
      message: `${device}:${seq}@${epoch}`,
      device,
      customer: customerOf(device) ?? null,
      position,
    })),
    devices: shares(found.devices).map(([device, messages]) => ({ id: device, messages })),
    customers: shares(customers).map(([customer, messages]) => ({ id: customer, messages })),
    refused: shares(found.refused).map(([reason, messages]) => ({ reason, messages })),
    destinations: found.destinations
      .map((one) => ({ ...one, pending: one.owed - one.delivered - one.givenUp }))
      .toSorted((a, b) => b.owed - a.owed || (a.customer < b.customer ? -1 : 1)),
    downlinks: {
      asked: counted("DownlinkAsked"),
      scheduled: counted("DownlinkScheduled"),
      transmitted: counted("DownlinkTransmitted"),
      confirmed: counted("DownlinkConfirmed"),
    },
    stations: [...found.stations].toSorted(),
    kinds: shares(found.kinds).map(([kind, events]) => ({ kind, events })),
    events: found.events,
    first: found.first,
    last: found.last,
    cutAt: found.cutAt,
  }
}

/** The most first. */
const shares = (counts: ReadonlyMap<string, number>): ReadonlyArray<readonly [string, number]> =>
  [...counts].toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
