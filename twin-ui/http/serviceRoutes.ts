/**
 * The server about itself: is it well, what does it count, what may be asked of it.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { Pipeline } from "../../core/ingest/Pipeline.ts"
import { EventLog } from "../../core/log/EventLog.ts"
import { Twin } from "../../projections/run/Twin.ts"
import * as DocsPage from "./docsPage.ts"
import * as Metrics from "./Metrics.ts"
import * as OpenApi from "./openapi.ts"
import { Readers } from "./Readers.ts"
import * as Route from "./Route.ts"

export const HealthAnswer = Schema.Struct({
  status: Schema.Literal("ok"),
  version: Schema.String,
  /** Events in the log. */
  head: Schema.Int,
})

/** `others` are all routes but these. */
export const make = (others: ReadonlyArray<Route.Route>, version: string) =>
  Effect.gen(function* () {
    const log = yield* EventLog
    const pipeline = yield* Pipeline
    const readers = yield* Readers
    const twin = yield* Twin

    const health = Route.make({
      method: "GET",
      path: "/healthz",
      operation: "health",
      tag: "service",
      access: "page",
      summary: "Say whether the server is well",
      answers: {
        200: { description: "It is.", contentType: "application/json", schema: HealthAnswer },
      },
      handle: () =>
        Effect.map(log.head, (head) => Route.answer(HealthAnswer, { status: "ok", version, head })),
    })

    const metrics = Route.make({
      method: "GET",
      path: "/metrics",
      operation: "metrics",
      tag: "service",
      access: "api",
      summary: "Give what is counted, for Prometheus",
      answers: { 200: { description: "Metrics in the text format.", contentType: "text/plain" } },
      handle: () =>
        Effect.gen(function* () {
          const projectedPosition = (yield* twin.position) - 1
          const text = yield* Metrics.page({ readers: readers.count(), projectedPosition }).pipe(
            Effect.provideService(EventLog, log),
            Effect.provideService(Pipeline, pipeline),
          )
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

    const own = [health, metrics, openApi, docs, docsStyle]
    const document = OpenApi.make([...others, ...own], version)
    const page = DocsPage.make([...others, ...own], version)
    return own
  })
