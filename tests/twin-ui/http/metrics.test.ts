import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { DestinationId, CustomerId } from "../../../core/event/ids.ts"
import { customerStream } from "../../../core/event/streamOf.ts"
import { Pipeline } from "../../../core/ingest/Pipeline.ts"
import { EventLog } from "../../../core/log/EventLog.ts"
import { Recheck } from "../../../projections/run/Recheck.ts"
import { meter, tell } from "./story.ts"
import { ask, post, postFrames, settled, uplink, world } from "./world.ts"

/** A metric's value, 0 where it is not there yet: the registry is the process's own, so tests compare. */
const valueOf = (text: string, name: string): number => {
  const line = text.split("\n").find((each) => each.startsWith(`${name} `))
  return line === undefined ? 0 : Number(line.slice(name.length + 1).split(" ")[0])
}

const metrics = Effect.map(ask("/metrics"), ({ headers, text }) => {
  assert.match(headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/)
  return text
})

describe("metrics", () => {
  it.live("count what came in, what was refused and why, and what was appended", () =>
    Effect.gen(function* () {
      const before = yield* metrics
      yield* post("/ingest/callbacks", [uplink("4D33DB", 1), uplink("4D33DB", 2)])
      yield* postFrames('{"station":"BS1","heardAt":1700000000000,"frame":"xyz"}\n')
      const log = yield* EventLog
      yield* settled
      const wanted = valueOf(before, "sigtwin_events_appended_total") + 2
      const after = yield* metrics.pipe(
        Effect.repeat({
          until: (text) => valueOf(text, "sigtwin_events_appended_total") >= wanted,
          times: 200,
        }),
      )
      const grown = (name: string) => valueOf(after, name) - valueOf(before, name)
      assert.strictEqual(grown("sigtwin_events_appended_total"), 2)
      assert.strictEqual(grown("sigtwin_ingest_inputs_total"), 2)
      assert.strictEqual(grown('sigtwin_ingest_refused_total{reason="bad-hex"}'), 1)
      assert.strictEqual(valueOf(after, "sigtwin_log_head"), yield* log.head)
      assert.strictEqual(valueOf(after, "sigtwin_projection_position"), 1)
      assert.strictEqual(valueOf(after, "sigtwin_ingest_waiting"), 0)
      assert.isAbove(valueOf(after, "process_resident_memory_bytes"), 1e6)
      assert.match(after, /^# TYPE sigtwin_ingest_refused_total counter$/m)
    }).pipe(Effect.provide(world())),
  )

  it.live(
    "say of each projection whether it was found to have diverged, and so does the health page",
    () =>
      Effect.gen(function* () {
        const text = yield* metrics
        assert.strictEqual(valueOf(text, 'sigtwin_projection_divergence{projection="tally"}'), 1)
        assert.include(text, 'sigtwin_projection_divergence{projection="device"} 0')
        const health = JSON.parse((yield* ask("/healthz")).text)
        assert.deepInclude(health, { status: "diverged", diverged: ["tally"] })
      }).pipe(
        Effect.provide(
          world().pipe(
            Layer.provide(
              Layer.succeed(Recheck)({
                divergences: Effect.succeed([
                  { projection: "tally", position: 9, from: 0, live: "a", folded: "b" },
                ]),
                checks: Effect.succeed(new Map()),
              }),
            ),
          ),
        ),
      ),
  )

  it.live("count deliveries by outcome", () =>
    Effect.gen(function* () {
      yield* tell
      const name = 'sigtwin_deliveries_total{outcome="succeeded"}'
      const before = valueOf(yield* metrics, name)
      const pipeline = yield* Pipeline
      const hydro = CustomerId.make("hydro")
      yield* pipeline.record([
        {
          stream: customerStream(hydro),
          occurredMs: 1_700_000_000_000,
          causes: [],
          event: {
            _tag: "DeliverySucceeded",
            device: meter.id,
            seq: 10,
            epoch: 0,
            customer: hydro,
            destination: DestinationId.make("main"),
            attempt: 1,
            status: 200,
            durationMs: 12,
          },
        },
      ])
      yield* metrics.pipe(
        Effect.repeat({ until: (text) => valueOf(text, name) > before, times: 200 }),
      )
      assert.strictEqual(valueOf(yield* metrics, name), before + 1)
    }).pipe(Effect.provide(world())),
  )
})
