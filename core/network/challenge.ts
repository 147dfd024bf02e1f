/**
 * Asks the pipeline to look whom to challenge and who fell silent, again and again. It decides nothing: what is due
 * follows from the log, so nothing is missed while it did not run, and nothing is done twice.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { Pipeline } from "../ingest/Pipeline.ts"

/** A challenge is at most so late. */
export const lookEveryMs = 5_000

/** Runs until it is interrupted. */
export const challengeStations = Effect.fn("network.challengeStations")(function* () {
  const pipeline = yield* Pipeline
  const look = Effect.gen(function* () {
    const atMs = yield* Clock.currentTimeMillis
    yield* pipeline
      .attest({ _tag: "Look", atMs })
      // The log may be full for a while: what is due stays due.
      .pipe(Effect.catch((why) => Effect.logWarning("no station could be challenged", why)))
  })
  return yield* Effect.forever(Effect.andThen(look, Effect.sleep(lookEveryMs)))
})
