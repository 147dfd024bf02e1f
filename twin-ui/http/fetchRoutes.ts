/**
 * Customers that fetch what a destination `pull:` keeps for them.
 *
 * What was given out is not yet delivered: an answer may be lost on its way. It is delivered when the customer says so (`taken`), and given
 * out again until then: at least once, as with callbacks. Not taken within a week (`Ledger.pullWithinMs`) it is given up like any other, so
 * the ledger reconciles.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import type { NewEvent, Position } from "../../core/event/Envelope.ts"
import { CustomerId, DestinationId, DeviceId } from "../../core/event/ids.ts"
import { customerStream } from "../../core/event/streamOf.ts"
import { Pipeline } from "../../core/ingest/Pipeline.ts"
import { Vault } from "../../core/keys/Vault.ts"
import { EventLog } from "../../core/log/EventLog.ts"
import { keyOf } from "../../core/network/keyOf.ts"
import { dataAdvancedAfterMs } from "../../core/network/Ledger.ts"
import { tell } from "../../core/network/tell.ts"
import * as Delivery from "../../projections/delivery/Delivery.ts"
import * as Ledger from "../../projections/delivery/Ledger.ts"
import * as Device from "../../projections/device/Device.ts"
import * as Schemes from "../../projections/payload/Schemes.ts"
import { Twin } from "../../projections/run/Twin.ts"
import {
  fetchLimitDefault,
  fetchLimitMax,
  KeptAnswer,
  TakenAnswer,
  TakenAsk,
} from "../api/Fetched.ts"
import * as Parameter from "./Parameter.ts"
import * as Problem from "./Problem.ts"
import * as Route from "./Route.ts"
import * as Viewer from "./Viewer.ts"
import { type Waiting, waitingAt } from "./waiting.ts"

const params = { id: Parameter.id("Customer."), destination: Parameter.id("Destination.") }

/** How long an answer waits for the twin to show what was taken. */
const shownMs = 1_000

export const make = Effect.gen(function* () {
  const log = yield* EventLog
  const twin = yield* Twin
  const vault = yield* Vault
  const pipeline = yield* Pipeline
  // Two that take at once would both count what both were given.
  const one = yield* Semaphore.make(1)

  /** The destination's ledger, for who may fetch from it. */
  const ledgerOf = Effect.fnUntraced(function* (
    id: string,
    destination: string,
    right: "read" | "fetch-messages",
  ) {
    const viewer = yield* Viewer.Viewer
    if (!viewer.mayOn("read", { customer: id }))
      return yield* Viewer.hidden(`there is no customer ${id}`)
    if (!viewer.mayOn(right, { customer: id }))
      return yield* Viewer.outOfScope(
        `${viewer.name} may not fetch here: it takes the right ${right}`,
      )
    const state = yield* twin.state(Delivery.projection)
    const found = Delivery.findCustomer(state, id)?.destinations.find(
      (each) => each.destination === destination,
    )
    if (found === undefined)
      return yield* Problem.make("not-there", `${id} has no destination ${destination}`, {
        where: "path.destination",
      })
    if (found.channel !== "pull")
      return yield* Problem.make(
        "conflict",
        `${id}/${destination} is sent its messages; only what a destination \`pull:\` keeps is fetched`,
        { where: "path.destination" },
      )
    const known = state.ledgers.get(Delivery.ledgerKey(id, destination))
    return known ?? Ledger.make(id, destination)
  })

  const eventAt = (position: Position) =>
    Effect.map(
      Stream.runHead(log.read(position, position + 1)),
      (batch) => Option.getOrUndefined(batch)?.[0],
    )

  /** Where it became owed at first: what its outcome names as its cause. */
  const owedAt = (waiting: Waiting) =>
    Effect.map(eventAt(waiting.position), (recorded) =>
      recorded?.event._tag === "RedeliveryAsked"
        ? (recorded.causes[0] ?? waiting.position)
        : waiting.position,
    )

  const told = Effect.fnUntraced(function* (ledger: Ledger.Ledger, waiting: Waiting) {
    const viewer = yield* Viewer.Viewer
    const { device, notice, position } = waiting
    const known = Device.find(yield* twin.state(Device.projection), device)?.registration
    const about = {
      group: known?.group ?? undefined,
      radioZone: known?.radioZone ?? undefined,
      adoptions: Schemes.adoptionsOf(yield* twin.state(Schemes.projection), device),
      operator: {},
      placeOf: () => undefined,
    }
    const obligation = obligationOf(ledger, waiting)
    const found = yield* tell(log, vault, about, {
      obligation,
      owedAt: yield* owedAt(waiting),
      owedMs: waiting.owedMs,
      heardAt: undefined,
      message: undefined,
      attempt: 1,
      nextMs: 0,
      isDoubtful: false,
    })
    const { data, ...rest } = found?.variables ?? { device, seqNumber: waiting.seq }
    return {
      position,
      message: Ledger.messageName(waiting),
      notice: notice ?? ("message" as const),
      key: keyOf(log.info.id, [obligation]),
      variables: {
        ...rest,
        ...(data === undefined || !viewer.seesPayload(device) ? {} : { data }),
      },
      erased: found === undefined,
    }
  })

  const list = Route.make({
    method: "GET",
    path: "/api/customers/:id/destinations/:destination/messages",
    operation: "fetchMessages",
    tag: "state",
    access: "api",
    filtered: true,
    summary: "Give what a destination keeps for its customer to fetch, oldest first",
    description:
      "Of a destination whose URL is `pull:`. It is given out again until `taken` says that it has arrived; what is not taken within a week is given up. Each message has a `key` by which a repeat is known.",
    params,
    query: {
      limit: Parameter.withDefault(
        Parameter.integer("Messages in the answer.", { min: 1, max: fetchLimitMax }),
        fetchLimitDefault,
      ),
    },
    answers: {
      200: { description: "Messages.", contentType: "application/json", schema: KeptAnswer },
    },
    problems: ["bad-request", "not-there", "conflict", "log-unavailable", "projection-stopped"],
    handle: ({ params: { destination, id }, query: { limit } }) =>
      Effect.gen(function* () {
        const ledger = yield* ledgerOf(id, destination, "read")
        const all = Ledger.pendingCount(ledger)
        const nowMs = yield* Clock.currentTimeMillis
        const waiting = ripe(yield* waitingAt(log, ledger, limit), nowMs)
        const messages = yield* Effect.forEach(waiting, (each) => told(ledger, each))
        const last = messages.at(-1)
        return Route.answer(KeptAnswer, {
          messages,
          ...(last === undefined ? {} : { upTo: last.position }),
          left: all - messages.length,
        })
      }),
  })

  const taken = Route.withJson({
    method: "POST",
    path: "/api/customers/:id/destinations/:destination/taken",
    operation: "takeMessages",
    tag: "commands",
    access: "command",
    right: "fetch-messages",
    summary: "Say that what was fetched has arrived, up to a position",
    description:
      "All that waits up to and with that position counts as delivered; `upTo` is what the list gave. Said again, it takes nothing more.",
    params,
    schema: TakenAsk,
    bodyDescription: "Up to where.",
    answers: {
      200: {
        description: "Nothing waited.",
        contentType: "application/json",
        schema: TakenAnswer,
      },
      201: {
        description: "They are delivered.",
        contentType: "application/json",
        schema: TakenAnswer,
      },
    },
    problems: [
      "bad-request",
      "not-there",
      "conflict",
      "log-unavailable",
      "projection-stopped",
      "too-large",
      "wrong-media-type",
    ],
    handle: ({ body: { upTo }, params: { destination, id } }) =>
      one.withPermits(1)(
        Effect.gen(function* () {
          const ledger = yield* ledgerOf(id, destination, "fetch-messages")
          const nowMs = yield* Clock.currentTimeMillis
          const waiting = ripe(yield* waitingAt(log, ledger, fetchLimitMax), nowMs).filter(
            ({ position }) => position <= upTo,
          )
          const left = Ledger.pendingCount(ledger) - waiting.length
          if (waiting.length === 0) return Route.answer(TakenAnswer, { taken: 0, left })
          const events = yield* Effect.forEach(waiting, (each) =>
            Effect.map(owedAt(each), (cause): NewEvent => ({
              stream: customerStream(id),
              occurredMs: nowMs,
              causes: [cause],
              event: {
                _tag: "DeliverySucceeded",
                ...obligationOf(ledger, each),
                attempt: 1,
                status: 200,
                durationMs: 0,
              },
            })),
          )
          const head = yield* pipeline.record(events)
          yield* Effect.ignore(Effect.timeoutOption(twin.reached(head), shownMs))
          return Route.answer(TakenAnswer, { taken: events.length, left }, { status: 201 })
        }),
      ),
  })

  return [list, taken]
})

/** What may be given out now: a tally is not told before it is complete, nor what stands behind it. */
const ripe = (waiting: ReadonlyArray<Waiting>, nowMs: number): ReadonlyArray<Waiting> => {
  const unripe = waiting.findIndex(
    ({ notice, owedMs }) => notice === "data-advanced" && owedMs + dataAdvancedAfterMs > nowMs,
  )
  return unripe < 0 ? waiting : waiting.slice(0, unripe)
}

const obligationOf = (ledger: Ledger.Ledger, { device, epoch, notice, seq }: Waiting) => ({
  device: DeviceId.make(device),
  seq,
  epoch,
  customer: CustomerId.make(ledger.customer),
  destination: DestinationId.make(ledger.destination),
  ...(notice === null ? {} : { notice }),
})
