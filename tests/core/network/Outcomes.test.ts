import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { causeInBatch, type NewEvent } from "../../../core/event/Envelope.ts"
import type { Event } from "../../../core/event/Event.ts"
import { CustomerId, DestinationId } from "../../../core/event/ids.ts"
import { streamOf } from "../../../core/event/streamOf.ts"
import { Pipeline } from "../../../core/ingest/Pipeline.ts"
import { EventLog } from "../../../core/log/EventLog.ts"
import * as Outcomes from "../../../core/network/Outcomes.ts"
import { world } from "./deliveries.ts"

const main = { customer: CustomerId.make("hydro"), destination: DestinationId.make("main") }

const at = (event: Event, causes: ReadonlyArray<number>): NewEvent => ({
  stream: streamOf(event),
  occurredMs: 1_700_000_000_000,
  causes,
  event,
})

/** A circuit that opens, and closes because of that. */
const two = [
  at({ _tag: "CircuitOpened", ...main, failures: 5, error: "timeout" }, []),
  at({ _tag: "CircuitClosed", ...main }, [causeInBatch(0)]),
]

const batches = Effect.flatMap(EventLog, (log) => Stream.runCollect(log.read(0)))

describe("what attempts came to", () => {
  it.live("goes into the log together, each with its own causes", () =>
    Effect.gen(function* () {
      const outcomes = yield* Outcomes.make(yield* Pipeline)
      for (let n = 0; n < 3; n++) outcomes.add(two)
      const running = yield* Effect.forkChild(outcomes.record)
      yield* (yield* EventLog).follow(0).pipe(Stream.take(1), Stream.runDrain)
      yield* Fiber.interrupt(running)
      const found = yield* batches
      assert.lengthOf(found, 1)
      const causes = found[0].map((each) => each.causes)
      assert.deepStrictEqual(causes, [[], [0], [], [2], [], [4]])
    }).pipe(Effect.provide(world())),
  )

  it.live("is recorded once more when recording is stopped, and nothing twice", () =>
    Effect.gen(function* () {
      const outcomes = yield* Outcomes.make(yield* Pipeline)
      const running = yield* Effect.forkChild(outcomes.record, { startImmediately: true })
      outcomes.add(two)
      outcomes.add(two)
      yield* Fiber.interrupt(running)
      assert.lengthOf((yield* batches).flat(), 4)
    }).pipe(Effect.provide(world())),
  )
})
