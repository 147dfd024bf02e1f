/** The delivery ledger, as of now or any instant, and what is asked for again. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { parseDeviceId } from "../../core/event/ids.ts"
import { Pipeline } from "../../core/ingest/Pipeline.ts"
import { EventLog } from "../../core/log/EventLog.ts"
import * as Delivery from "../../projections/delivery/Delivery.ts"
import type * as Ledger from "../../projections/delivery/Ledger.ts"
import { Twin } from "../../projections/run/Twin.ts"
import {
  DeliveriesAnswer,
  deliveriesLimitDefault,
  deliveriesLimitMax,
  type DeliveryRow,
  deliveryStates,
  RedeliverAnswer,
  RedeliverAsk,
} from "../api/Deliveries.ts"
import { asOf } from "./asOf.ts"
import * as Deliveries from "./deliveries.ts"
import * as Parameter from "./Parameter.ts"
import * as Problem from "./Problem.ts"
import type { Moment, Reading } from "./Reading.ts"
import { toRedeliver } from "./redelivery.ts"
import * as Route from "./Route.ts"
import { hidden, Viewer } from "./Viewer.ts"

export const make = (reading: Reading): ReadonlyArray<Route.Route> => [
  Route.make({
    method: "GET",
    path: "/api/deliveries",
    operation: "listDeliveries",
    tag: "state",
    access: "api",
    filtered: true,
    summary: "The delivery ledger: accounts that reconcile, and single deliveries",
    description:
      "For each destination owed = delivered + pending + givenUp holds at every position, and so it does in total. `deliveries` lists those in the state asked for, latest first.",
    query: {
      ...asOf,
      customer: Parameter.optional(Parameter.id("Only of this customer.")),
      destination: Parameter.optional(Parameter.id("Only to this destination.")),
      state: Parameter.optional(
        Parameter.choice("Which deliveries to list; none where not given.", deliveryStates),
      ),
      limit: Parameter.withDefault(
        Parameter.integer("Deliveries in the answer.", { min: 1, max: deliveriesLimitMax }),
        deliveriesLimitDefault,
      ),
    },
    answers: {
      200: {
        description: "The ledger.",
        contentType: "application/json",
        schema: DeliveriesAnswer,
      },
    },
    problems: ["bad-request", "log-unavailable", "projection-stopped"],
    handle: ({ query: { at, clock, customer, destination, limit, state: wanted } }) =>
      Effect.gen(function* () {
        const moment = yield* reading.momentOf(at, clock)
        const viewer = yield* Viewer
        const { ledgers: all } = yield* reading.state(Delivery.projection, moment)
        const ledgers = [...all.values()]
          .filter(
            (ledger) =>
              viewer.mayOn("read", { customer: ledger.customer }) &&
              (customer === undefined || ledger.customer === customer) &&
              (destination === undefined || ledger.destination === destination),
          )
          .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
        const accounts = ledgers.map(Deliveries.accountOf)
        const total = Deliveries.totalOf(ledgers)
        const listed = yield* listOf(reading, moment, ledgers, wanted, limit)
        const count =
          wanted === undefined
            ? 0
            : { pending: total.pending, "given-up": total.givenUp, delivered: total.delivered }[
                wanted
              ]
        return Route.answer(DeliveriesAnswer, {
          position: moment.to - 1,
          accounts,
          total,
          reconciles: [...accounts, total].every(Deliveries.reconciles),
          deliveries: listed,
          unlisted: Math.max(0, count - listed.length),
        })
      }),
  }),
]

const keyOf = ({ customer, destination }: Ledger.Ledger): string => `${customer} ${destination}`

/** Events looked through for those of the destinations that were asked for. */
const deliveredScanMax = 100_000

const listOf = (
  reading: Reading,
  moment: Moment,
  ledgers: ReadonlyArray<Ledger.Ledger>,
  wanted: (typeof deliveryStates)[number] | undefined,
  limit: number,
) =>
  Effect.gen(function* () {
    if (wanted === undefined) return []
    if (wanted === "delivered") {
      const rows: Array<DeliveryRow> = []
      const customers = [...new Set(ledgers.map(({ customer }) => customer))]
      const wantedKeys = new Set(ledgers.map(keyOf))
      for (const customer of customers) {
        const filter = { customer, kinds: ["DeliverySucceeded"], to: moment.to }
        const found = yield* reading.newest(
          filter,
          wantedKeys.size === customers.length ? limit : deliveredScanMax,
        )
        for (const recorded of found)
          for (const row of Deliveries.deliveredRow(recorded))
            if (wantedKeys.has(`${row.customer} ${row.destination}`)) rows.push(row)
      }
      return latest(rows, limit)
    }
    const rowsOf = wanted === "pending" ? Deliveries.pendingRows : Deliveries.givenUpRows
    return latest(ledgers.flatMap(rowsOf), limit)
  })

const latest = (rows: ReadonlyArray<DeliveryRow>, limit: number): ReadonlyArray<DeliveryRow> =>
  rows.toSorted((a, b) => b.position - a.position).slice(0, limit)

/** How long an answer waits for the twin to show what was asked for. */
const shownMs = 1_000

export const makeCommands = Effect.gen(function* () {
  const pipeline = yield* Pipeline
  const log = yield* EventLog
  const twin = yield* Twin
  const redeliver = Route.withJson({
    method: "POST",
    path: "/api/deliveries/redeliver",
    operation: "redeliver",
    tag: "commands",
    access: "command",
    right: "write-customers",
    summary: "Send again what was given up, or delivered already",
    description:
      "From the log, under the same idempotency key. One call takes so many; `left` says how many more fit.",
    schema: RedeliverAsk,
    bodyDescription: "Whose, and which of them.",
    answers: {
      200: {
        description: "Nothing fits.",
        contentType: "application/json",
        schema: RedeliverAnswer,
      },
      201: {
        description: "They are pending again.",
        contentType: "application/json",
        schema: RedeliverAnswer,
      },
    },
    problems: ["bad-request", "not-there", "log-unavailable", "too-large", "wrong-media-type"],
    handle: ({ body }) =>
      Effect.gen(function* () {
        const viewer = yield* Viewer
        if (!viewer.mayOn("write-customers", { customer: body.customer }))
          return yield* hidden(`there is no customer ${body.customer}`, "body.customer")
        const live = yield* twin.state(Delivery.projection)
        if (
          Delivery.findCustomer(live, body.customer) === undefined &&
          Delivery.ledgersOf(live, body.customer).length === 0
        )
          return yield* Problem.make("not-there", `there is no customer ${body.customer}`, {
            where: "body.customer",
          })
        const device = body.device === undefined ? {} : { device: parseDeviceId(body.device) ?? "" }
        const nowMs = yield* Clock.currentTimeMillis
        const { events, left } = yield* toRedeliver({ ...body, ...device }, nowMs).pipe(
          Effect.provideService(EventLog, log),
        )
        const asked = events.length
        if (asked === 0) return Route.answer(RedeliverAnswer, { asked, left, positions: [] })
        const head = yield* pipeline.record(events)
        yield* Effect.ignore(Effect.timeoutOption(twin.reached(head), shownMs))
        const positions = events.map((_, i) => head - asked + i)
        return Route.answer(RedeliverAnswer, { asked, left, positions }, { status: 201 })
      }),
  })
  return [redeliver]
})
