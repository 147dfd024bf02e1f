import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Tracer from "effect/Tracer"
import { readFileSync } from "node:fs"
import { CustomerId, DestinationId } from "../../../core/event/ids.ts"
import { Pipeline } from "../../../core/ingest/Pipeline.ts"
import { deliver } from "../../../core/network/deliver.ts"
import * as post from "../../../core/network/post.ts"
import * as Traces from "../../../core/network/Traces.ts"
import { radio } from "../../core/ingest/radio.ts"
import { endpoint } from "../../core/network/endpoint.ts"
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
      const traceId = "0af7651916cd43dd8448eb211c80319c"
      const line = { station, frame, heardAt: new Date(heardAtMs).toISOString() }
      yield* postFrames(JSON.stringify(line), {
        traceparent: `00-${traceId}-b7ad6b7169203331-01`,
      })
      yield* Effect.promise(async () => {
        // oxlint-disable-next-line no-await-in-loop -- one look after the other
        while (to.bodies.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
      })
      yield* Fiber.interrupt(running)
      poster.close()
      const [, gone, span] = String(to.headers[0]["traceparent"]).split("-")
      assert.strictEqual(gone, traceId)
      assert.notStrictEqual(span, "b7ad6b7169203331")
    }).pipe(
      Effect.provide(world().pipe(Layer.provideMerge(Layer.succeed(Traces.Traces, Traces.make())))),
    ),
  )
})

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
