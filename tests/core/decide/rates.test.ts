/** The policy's steps against a surplus: said, shed, blocked; and what comes within the rate is never touched. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import type { Recorded } from "../../../core/event/Envelope.ts"
import { CustomerId } from "../../../core/event/ids.ts"
import { type Policy, policyDefault } from "../../../core/event/policy.ts"
import { Pipeline } from "../../../core/ingest/Pipeline.ts"
import * as pipelineLive from "../../../core/ingest/pipelineLive.ts"
import { secretsMemory } from "../../../core/keys/secretsMemory.ts"
import * as Vault from "../../../core/keys/Vault.ts"
import { EventLog } from "../../../core/log/EventLog.ts"
import * as memory from "../../../core/log/memory.ts"
import * as Supposition from "../../../projections/time/Supposition.ts"
import { radio } from "../ingest/radio.ts"

const world = Layer.provideMerge(
  pipelineLive.layer,
  Layer.mergeAll(memory.layer, Vault.layer(secretsMemory)),
)

const hydro = CustomerId.make("hydro")
const a = radio(0x4d33db)
const startMs = 1_700_000_000_000

/** So many messages, one a second, each by the stations that are named. */
const messages = (count: number, stations: ReadonlyArray<string> = ["BS-1"], from = 1) =>
  Array.from({ length: count }, (_, i) =>
    stations.map((station) => a.send(from + i, { station, atMs: startMs + i * 1_000 })),
  ).flat()

const story = (
  policy: Partial<Policy>,
  body: (pipeline: Pipeline["Service"]) => Effect.Effect<unknown, unknown>,
) =>
  Effect.gen(function* () {
    yield* TestClock.setTime(startMs + 3_600_000)
    const pipeline = yield* Pipeline
    yield* pipeline.execute({ _tag: "RegisterCustomer", customer: hydro })
    const key = Redacted.make(a.keyHex)
    yield* pipeline.execute({ _tag: "RegisterDevice", device: a.id, customer: hydro, key })
    yield* pipeline.execute({
      _tag: "AdoptPolicy",
      policy: { ...policyDefault, ...policy },
      note: "",
    })
    yield* body(pipeline)
    const log = yield* EventLog
    return (yield* Stream.runCollect(log.read(0))).flat()
  }).pipe(Effect.provide(world))

const count = (events: ReadonlyArray<Recorded>, what: string): number =>
  events.filter(({ event }) =>
    event._tag === "MessageRefused" ? event.reason === what : event._tag === what,
  ).length

describe("a station's rate", () => {
  it.effect("sheds only the surplus, records it, and says so once", () =>
    Effect.gen(function* () {
      const events = yield* story({ shedding: "throttle", stationPerMinute: 30 }, (pipeline) =>
        pipeline.submit(messages(120)),
      )
      assert.strictEqual(count(events, "FrameHeard"), 120)
      // A minute's worth that is there, and what fills up in the two minutes that pass.
      assert.isAtLeast(count(events, "MessageAccepted"), 30 + 59)
      assert.isAtMost(count(events, "MessageAccepted"), 30 + 60)
      assert.strictEqual(count(events, "MessageAccepted") + count(events, "station-rate"), 120)
      assert.strictEqual(count(events, "RateExceeded"), 1)
    }),
  )

  it.effect("touches nothing that comes within it", () =>
    Effect.gen(function* () {
      const events = yield* story({ shedding: "block", stationPerMinute: 60 }, (pipeline) =>
        pipeline.submit(messages(300)),
      )
      assert.strictEqual(count(events, "MessageAccepted"), 300)
      assert.strictEqual(count(events, "RateExceeded"), 0)
    }),
  )

  it.effect("leaves a message that another station brings in too", () =>
    Effect.gen(function* () {
      const events = yield* story({ shedding: "throttle", stationPerMinute: 10 }, (pipeline) =>
        pipeline.submit(messages(15, ["BS-1", "BS-2"])),
      )
      assert.isAbove(count(events, "station-rate"), 0)
      assert.strictEqual(count(events, "MessageAccepted"), 15)
    }),
  )

  it.effect("is only said where the step is to detect", () =>
    Effect.gen(function* () {
      const events = yield* story({ shedding: "detect", stationPerMinute: 10 }, (pipeline) =>
        pipeline.submit(messages(60)),
      )
      assert.strictEqual(count(events, "MessageAccepted"), 60)
      assert.strictEqual(count(events, "RateExceeded"), 1)
    }),
  )

  it.effect("is off where nobody adopted it", () =>
    Effect.gen(function* () {
      const events = yield* story({ stationPerMinute: 1, customerPerMinute: 1 }, (pipeline) =>
        pipeline.submit(messages(60)),
      )
      assert.strictEqual(count(events, "MessageAccepted"), 60)
      assert.strictEqual(count(events, "RateExceeded"), 0)
    }),
  )
})

describe("a customer's rate", () => {
  it.effect("blocks the customer for a while when so many were shed, by the policy", () =>
    Effect.gen(function* () {
      const events = yield* story(
        { shedding: "block", customerPerMinute: 6, blockAfterShed: 20, blockForMs: 600_000 },
        (pipeline) =>
          Effect.gen(function* () {
            yield* pipeline.submit(messages(60, ["BS-1", "BS-2"]))
            yield* TestClock.adjust("30 minutes")
            yield* pipeline.submit([a.send(200, { atMs: startMs + 3_600_000 + 1_800_000 })])
          }),
      )
      const block = events.find(({ event }) => event._tag === "TrafficBlocked")?.event
      assert.deepInclude(block, { customer: hydro, by: "policy" })
      assert.strictEqual(count(events, "customer-rate"), 20)
      assert.isAbove(count(events, "blocked"), 10)
      assert.strictEqual(count(events, "TrafficUnblocked"), 1)
      const last = events.findLast(({ event }) => event._tag === "MessageAccepted")?.event
      assert.deepInclude(last, { seq: 200 })
    }),
  )
})

describe("a supposition", () => {
  it.effect("sheds and blocks as the policy would have, and takes away what it did", () =>
    Effect.gen(function* () {
      const steps = { shedding: "block", stationPerMinute: 10, blockAfterShed: 5 } as const
      const was = yield* story({}, (pipeline) => pipeline.submit(messages(60)))
      const did = yield* story(steps, (pipeline) => pipeline.submit(messages(60)))
      const would = foundIn(was, { ...policyDefault, ...steps })
      assert.strictEqual(would.get("accepted -> refused, station-rate"), 5)
      assert.isAbove(would.get("accepted -> refused, blocked") ?? 0, 20)
      const without = foundIn(did, policyDefault)
      assert.strictEqual(without.get("refused, station-rate -> accepted"), 5)
      assert.isAbove(without.get("refused, blocked -> accepted") ?? 0, 20)
    }),
  )
})

const foundIn = (events: ReadonlyArray<Recorded>, policy: Policy): ReadonlyMap<string, number> => {
  const supposed = { from: 0, policy, without: new Set<string>(), blocks: [], rules: undefined }
  const run = Supposition.make(supposed)
  for (const recorded of events) Supposition.step(run, recorded)
  return Supposition.finish(run).changes
}
