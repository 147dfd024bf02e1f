import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Pipeline } from "../../../core/ingest/Pipeline.ts"
import { causeInBatch, noCauses, type NewEvent } from "../../../core/event/Envelope.ts"
import type { Event } from "../../../core/event/Event.ts"
import { CustomerId, DestinationId, DeviceId } from "../../../core/event/ids.ts"
import { streamOf } from "../../../core/event/streamOf.ts"
import { ask, at, list, post, settled, world } from "./world.ts"

const to = { customer: CustomerId.make("hydro"), destination: DestinationId.make("main") }
const of = (seq: number) => ({ device: DeviceId.make("A1"), seq, epoch: 0, ...to })

const event = (given: Event, causes: ReadonlyArray<number> = noCauses): NewEvent => ({
  stream: streamOf(given),
  occurredMs: 1_700_000_000_000,
  causes,
  event: given,
})
const owed = (seq: number) => event({ _tag: "DeliveryOwed", ...of(seq) })
const delivered = (seq: number, index: number) =>
  event({ _tag: "DeliverySucceeded", ...of(seq), attempt: 1, status: 200, durationMs: 5 }, [
    causeInBatch(index),
  ])
const givenUp = (seq: number, index: number) =>
  event({ _tag: "DeliveryAbandoned", ...of(seq), attempts: 4, error: "timeout" }, [
    causeInBatch(index),
  ])

/** Of five: two delivered, two given up, one pending. */
const story = Effect.gen(function* () {
  const pipeline = yield* Pipeline
  yield* pipeline.execute({ _tag: "RegisterCustomer", customer: to.customer })
  yield* pipeline.record([
    ...[1, 2, 3, 4, 5].map(owed),
    delivered(1, 0),
    delivered(2, 1),
    givenUp(3, 2),
    givenUp(4, 3),
  ])
  yield* settled
})

describe("the ledger over HTTP", () => {
  it.live("adds up now and at every position", () =>
    Effect.gen(function* () {
      yield* story
      const now = yield* ask("/api/deliveries?customer=hydro")
      assert.deepStrictEqual(at(now, "total"), { owed: 5, delivered: 2, pending: 1, givenUp: 2 })
      for (let position = 0; position < 10; position++) {
        const then = yield* ask(`/api/deliveries?at=${position}`)
        assert.strictEqual(at(then, "reconciles"), true, String(position))
      }
      const before = yield* ask("/api/deliveries?at=6")
      assert.deepStrictEqual(at(before, "total"), { owed: 5, delivered: 1, pending: 4, givenUp: 0 })
    }).pipe(Effect.provide(world())),
  )

  it.live("lists what is in one state, latest first", () =>
    Effect.gen(function* () {
      yield* story
      for (const [state, messages] of [
        ["given-up", ["A1:4@0", "A1:3@0"]],
        ["pending", ["A1:5@0"]],
        ["delivered", ["A1:2@0", "A1:1@0"]],
      ] as const) {
        const answer = yield* ask(`/api/deliveries?state=${state}`)
        assert.deepStrictEqual(list(answer, "deliveries", "message"), messages)
      }
      const answer = yield* ask("/api/deliveries?state=given-up&limit=1")
      assert.strictEqual(at(answer, "unlisted"), 1)
    }).pipe(Effect.provide(world())),
  )

  it.live("takes what was given up for pending again, once, and goes on adding up", () =>
    Effect.gen(function* () {
      yield* story
      const first = yield* post("/api/deliveries/redeliver", { customer: "hydro", note: "mended" })
      assert.strictEqual(first.status, 201)
      assert.strictEqual(at(first, "asked"), 2)
      const second = yield* post("/api/deliveries/redeliver", { customer: "hydro" })
      assert.strictEqual(second.status, 200)
      const now = yield* ask("/api/deliveries?customer=hydro")
      assert.deepStrictEqual(at(now, "total"), { owed: 5, delivered: 2, pending: 3, givenUp: 0 })
      assert.strictEqual(at(now, "reconciles"), true)
      const events = yield* ask("/api/events?kind=RedeliveryAsked&customer=hydro")
      assert.strictEqual(list(events, "events", "kind").length, 2)
    }).pipe(Effect.provide(world())),
  )

  it.live("takes what was delivered for pending again only where that is asked", () =>
    Effect.gen(function* () {
      yield* story
      const given = { customer: "hydro", was: "delivered", message: "A1:2@0" }
      assert.strictEqual(at(yield* post("/api/deliveries/redeliver", given), "asked"), 1)
      const now = yield* ask("/api/deliveries?customer=hydro")
      assert.deepStrictEqual(at(now, "total"), { owed: 5, delivered: 1, pending: 2, givenUp: 2 })
    }).pipe(Effect.provide(world())),
  )

  it.live("knows no customer that was never registered", () =>
    Effect.gen(function* () {
      yield* story
      const answer = yield* post("/api/deliveries/redeliver", { customer: "nobody" })
      assert.strictEqual(answer.status, 404)
    }).pipe(Effect.provide(world())),
  )
})
