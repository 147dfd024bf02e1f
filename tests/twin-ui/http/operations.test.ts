import { assert, describe, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as Tracer from "effect/Tracer"
import { readFileSync } from "node:fs"
import { CustomerId, DestinationId } from "../../../core/event/ids.ts"
import { Pipeline } from "../../../core/ingest/Pipeline.ts"
import { EventLog } from "../../../core/log/EventLog.ts"
import { deliver } from "../../../core/network/deliver.ts"
import * as post from "../../../core/network/post.ts"
import * as Traces from "../../../core/network/Traces.ts"
import * as telemetry from "../../../twin-ui/telemetry.ts"
import { radio } from "../../core/ingest/radio.ts"
import { type Endpoint, endpoint } from "../../core/network/endpoint.ts"
import { ask, at, postFrames, world } from "./world.ts"

const a = radio(0x4d33db)
const document = (name: string): string =>
  readFileSync(`${import.meta.dirname}/../../../docs/operations/${name}`, "utf8")

const spanOf = (spanId: string) => Tracer.externalSpan({ spanId, traceId: "t" })

describe("the server in operation", () => {
  it.live("prints every metric that the dashboard and the alerts name", () =>
    Effect.gen(function* () {
      // Reasons are printed from the first refusal on.
      yield* postFrames("{}")
      const { text } = yield* ask("/metrics")
      const printed = new Set([...text.matchAll(/^([a-z_]+)[ {]/gm)].map(([, name]) => name))
      const documents = document("grafana.json") + document("README.md")
      const named = [...documents.matchAll(/\b(?:sigtwin|process|nodejs)_[a-z_]+\b/g)]
      assert.isAbove(named.length, 10)
      for (const [name] of named) assert.isTrue(printed.has(name), name)
    }).pipe(Effect.provide(world())),
  )

  it.live("is ready, and not while its queue is full", () =>
    Effect.gen(function* () {
      const answer = yield* ask("/readyz")
      assert.strictEqual(answer.status, 200)
      assert.strictEqual(at(answer, "ready"), true)
    }).pipe(Effect.provide(world())),
  )

  it.live("leads a trace from the sender's request through to the customer's", () =>
    Effect.gen(function* () {
      const to = yield* endpoint
      yield* receiveAndDeliver(to)
      const [, gone, span] = String(to.headers[0]["traceparent"]).split("-")
      assert.strictEqual(gone, traceId)
      assert.notStrictEqual(span, parentId)
    }).pipe(
      Effect.provide(world().pipe(Layer.provideMerge(Layer.succeed(Traces.Traces, Traces.make())))),
    ),
  )

  it.live("sends its spans over OTLP to a collector that speaks HTTP, each below its parent", () =>
    Effect.gen(function* () {
      const to = yield* endpoint
      const collector = yield* endpoint
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: new URL(collector.url).origin }
      // What is left to tell goes out when the server stops: with its layers.
      yield* receiveAndDeliver(to).pipe(
        Effect.provide(
          world().pipe(
            Layer.provideMerge(telemetry.traces("0.0.1")),
            Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord(env))),
          ),
        ),
      )
      assert.deepStrictEqual([...new Set(collector.lines)], ["POST /v1/traces"])
      const told = JSON.stringify(collector.bodies)
      assert.include(told, '{"key":"service.name","value":{"stringValue":"sigtwin"}}')
      const spans = collector.bodies.flatMap(spansOf).filter((span) => span.traceId === traceId)
      const delivery = spans.find(({ name }) => name === "delivery")
      const request = spans.find(({ parentSpanId }) => parentSpanId === parentId)
      assert.isDefined(request)
      assert.strictEqual(delivery?.parentSpanId, request?.spanId)
      // The customer can go on below it.
      assert.include(String(to.headers[0]["traceparent"]), delivery?.spanId ?? "none")
    }),
  )
})

const traceId = "0af7651916cd43dd8448eb211c80319c"
const parentId = "b7ad6b7169203331"

/** A device of a customer whose endpoint that is sends, below a trace, and what it sent is delivered. */
const receiveAndDeliver = Effect.fnUntraced(function* (to: Endpoint) {
  const pipeline = yield* Pipeline
  const customer = CustomerId.make("hydro")
  yield* pipeline.execute({ _tag: "RegisterCustomer", customer })
  yield* pipeline.execute({
    _tag: "AddDestination",
    customer,
    destination: DestinationId.make("main"),
    url: to.url,
    loopbackAllowed: true,
  })
  const key = Redacted.make(a.keyHex)
  yield* pipeline.execute({ _tag: "RegisterDevice", device: a.id, customer, key })
  const poster = post.make()
  const running = yield* Effect.forkChild(deliver({ poster }))
  const sent = a.send(7)
  assert(sent._tag === "Frame")
  const { frame, heardAtMs, station } = sent.frame
  const line = { station, frame, heardAt: new Date(heardAtMs).toISOString() }
  yield* postFrames(JSON.stringify(line), { traceparent: `00-${traceId}-${parentId}-01` })
  yield* (yield* EventLog).follow(0).pipe(
    Stream.takeUntil((events) => events.some(({ event }) => event._tag === "DeliverySucceeded")),
    Stream.runDrain,
  )
  yield* Fiber.interrupt(running)
  poster.close()
})

interface Span {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
}

/** Of a collector's request: `resourceSpans` hold `scopeSpans` hold `spans`. */
const spansOf = (body: unknown): ReadonlyArray<Span> =>
  membersOf(body, "resourceSpans").flatMap((resource) =>
    membersOf(resource, "scopeSpans").flatMap((scope) =>
      // As OTLP's own document has them; a test that reads what is not there fails.
      membersOf(scope, "spans").map((span) => span as Span),
    ),
  )

const membersOf = (value: unknown, name: string): ReadonlyArray<unknown> => {
  const found: unknown = Reflect.get(Object(value), name)
  return Array.isArray(found) ? found : []
}

describe("which request took in what", () => {
  it("is found by position, the latest of them, and not beyond", () => {
    const traces = Traces.make()
    for (let n = 0; n < Traces.rangesMax + 10; n++) traces.note(10 * n, 10 * n + 5, spanOf(`${n}`))
    const last = Traces.rangesMax + 9
    assert.strictEqual(traces.find(10 * last + 4)?.spanId, `${last}`)
    assert.isUndefined(traces.find(10 * last + 5))
    assert.isUndefined(traces.find(3))
    assert.strictEqual(traces.find(10 * (last - 3))?.spanId, `${last - 3}`)
  })
})
