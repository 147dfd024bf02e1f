/** Has blocks lifted whose time is over while nothing comes in that would do so; never ends. */
import * as Effect from "effect/Effect"
import { Pipeline } from "../ingest/Pipeline.ts"

/** A block ends at most so much late. */
const everyMs = 1_000

export const liftBlocks = Effect.gen(function* () {
  const pipeline = yield* Pipeline
  // Any work does it, so none will do.
  return yield* Effect.forever(Effect.andThen(Effect.sleep(everyMs), pipeline.record([])))
})
