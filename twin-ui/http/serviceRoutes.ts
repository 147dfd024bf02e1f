/**
 * The server about itself: is it well, what does it count, what may be asked of it.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { Pipeline, waitingMax } from "../../core/ingest/Pipeline.ts"
import { EventLog } from "../../core/log/EventLog.ts"
import * as Delivery from "../../projections/delivery/Delivery.ts"
import { Recheck } from "../../projections/run/Recheck.ts"
import { Shares } from "../../projections/run/Shares.ts"
import { Twin } from "../../projections/run/Twin.ts"
import * as DocsPage from "./docsPage.ts"
import * as Metrics from "./Metrics.ts"
import * as OpenApi from "./openapi.ts"
import { Readers } from "./Readers.ts"
import * as Route from "./Route.ts"

export const HealthAnswer = Schema.Struct({
  /** `diverged`: live states were found that are not what the log gives. */
  status: Schema.Literals(["ok", "diverged"]),
  version: Schema.String,
  /** Events in the log. */
  head: Schema.Int,
  /** Projections whose answers are not to be trusted. */
  diverged: Schema.optionalKey(Schema.Array(Schema.String)),
})

export const ReadyAnswer = Schema.Struct({
  ready: Schema.Boolean,
  /** Events of the log that the twin does not show yet. */
  behind: Schema.Int,
  /** Inputs waiting for the pipeline. */
  waiting: Schema.Int,
  /** `behind`, `queue-full`, `diverged`. */
  why: Schema.Array(Schema.String),
})

/** Some seconds of folding. */
const behindMax = 1_000_000

/** `others` are all routes but these. */
export const make = (others: ReadonlyArray<Route.Route>, version: string) =>
  Effect.gen(function* () {
    const log = yield* EventLog
    const pipeline = yield* Pipeline
    const readers = yield* Readers
    const twin = yield* Twin
    const shares = yield* Effect.serviceOption(Shares)
    const share = Option.match(shares, {
      onNone: () => Effect.succeed(undefined),
      onSome: ({ folded, ready }) =>
        Effect.map(Effect.all([ready, folded]), ([slots, events]) => ({
          slots: slots.filter((isMine) => isMine).length,
          events,
        })),
    })
    const recheck = yield* Effect.serviceOption(Recheck)
    const diverged = Option.match(recheck, {
      onNone: () => Effect.succeed([]),
      onSome: ({ divergences }) =>
        Effect.map(divergences, (found) => found.map(({ projection }) => projection)),
    })

    const health = Route.make({
      method: "GET",
      path: "/healthz",
      operation: "health",
      tag: "service",
      access: "page",
      summary: "Say whether the server is well",
      answers: {
        200: {
          description: "It is, or what is wrong.",
          contentType: "application/json",
          schema: HealthAnswer,
        },
      },
      handle: () =>
        Effect.gen(function* () {
          const head = yield* log.head
          const wrong = yield* diverged
          return Route.answer(
            HealthAnswer,
            wrong.length === 0
              ? { status: "ok", version, head }
              : { status: "diverged", version, head, diverged: wrong },
          )
        }),
    })

    const ready = Route.make({
      method: "GET",
      path: "/readyz",
      operation: "ready",
      tag: "service",
      access: "page",
      summary: "Say whether the server should be sent requests",
      answers: {
        200: { description: "It should.", contentType: "application/json", schema: ReadyAnswer },
        503: { description: "Not now.", contentType: "application/json", schema: ReadyAnswer },
      },
      handle: () =>
        Effect.gen(function* () {
          const behind = (yield* log.head) - (yield* twin.position)
          const waiting = yield* pipeline.waiting
          const why = [
            ...(behind > behindMax ? ["behind"] : []),
            ...(waiting >= waitingMax ? ["queue-full"] : []),
            ...((yield* diverged).length > 0 ? ["diverged"] : []),
          ]
          return Route.answer(
            ReadyAnswer,
            { ready: why.length === 0, behind, waiting, why },
            { status: why.length === 0 ? 200 : 503 },
          )
        }),
    })

    const metrics = Route.make({
      method: "GET",
      path: "/metrics",
      operation: "metrics",
      tag: "service",
      access: "api",
      right: "read-metrics",
      // Counts of the server's own; the right to them is for all of them.
      filtered: true,
      summary: "Give what is counted, for Prometheus",
      answers: { 200: { description: "Metrics in the text format.", contentType: "text/plain" } },
      handle: () =>
        Effect.gen(function* () {
          const projectedPosition = (yield* twin.position) - 1
          // A ledger that stopped is counted by the twin's own metrics.
          const delivery = yield* twin
            .state(Delivery.projection)
            .pipe(Effect.catchTag("ProjectionStopped", () => Effect.succeed(undefined)))
          const ledgers = [...(delivery?.ledgers.values() ?? [])]
          const text = yield* Metrics.page({
            deliveriesPending: Delivery.sums(ledgers).pending,
            circuitsOpen: ledgers.filter(({ counters }) => counters.circuitOpenSinceMs !== null)
              .length,
            readers: readers.count(),
            projectedPosition,
            diverged: yield* diverged,
            share: yield* share,
          }).pipe(Effect.provideService(EventLog, log), Effect.provideService(Pipeline, pipeline))
          return HttpServerResponse.text(text, {
            contentType: "text/plain; version=0.0.4; charset=utf-8",
          })
        }),
    })

    const openApi = Route.make({
      method: "GET",
      path: "/openapi.json",
      operation: "openApi",
      tag: "service",
      access: "api",
      filtered: true,
      summary: "Give the OpenAPI 3.1 document of all this",
      answers: { 200: { description: "The document.", contentType: "application/json" } },
      handle: () => Effect.succeed(HttpServerResponse.jsonUnsafe(document)),
    })

    const docs = Route.make({
      method: "GET",
      path: "/docs",
      operation: "docs",
      tag: "service",
      access: "page",
      summary: "Give the same for people",
      answers: { 200: { description: "A page.", contentType: "text/html" } },
      handle: () => Effect.succeed(HttpServerResponse.html(page)),
    })

    const docsStyle = Route.make({
      method: "GET",
      path: "/docs/style.css",
      operation: "docsStyle",
      tag: "service",
      access: "page",
      summary: "Give the style of that page",
      answers: { 200: { description: "A style sheet.", contentType: "text/css" } },
      handle: () =>
        Effect.succeed(
          HttpServerResponse.text(DocsPage.style, { contentType: "text/css; charset=utf-8" }),
        ),
    })

    const own = [health, ready, metrics, openApi, docs, docsStyle]
    const document = OpenApi.make([...others, ...own], version)
    const page = DocsPage.make([...others, ...own], version)
    return own
  })
