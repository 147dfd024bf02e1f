/**
 * Records that time passed while nothing came: a tick in each ten minutes in which nothing else was recorded. So a silence of the
 * whole network is a fact in the log, and can be told from a twin that was not there.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { noCauses } from "../event/Envelope.ts"
import { streamOf } from "../event/streamOf.ts"
import { Pipeline } from "../ingest/Pipeline.ts"
import { EventLog } from "../log/EventLog.ts"

/** As the bins in which the usual is learnt. */
const everyMs = 600_000
const lookEveryMs = 15_000

/** Runs until it is interrupted. */
export const keepTime = Effect.gen(function* () {
  const log = yield* EventLog
  const pipeline = yield* Pipeline
  let head = yield* log.head
  let ofBin = Math.floor((yield* Clock.currentTimeMillis) / everyMs)
  const look = Effect.gen(function* () {
    const nowMs = yield* Clock.currentTimeMillis
    const next = yield* log.head
    // An empty log is left empty: whoever plays a demo into it looks for that.
    if (next === 0) return
    const bin = Math.floor(nowMs / everyMs)
    if (next !== head) {
      head = next
      ofBin = bin
      return
    }
    // Late in the bin, so that anything else has had its time.
    const isNearEnd = nowMs - bin * everyMs >= everyMs - 4 * lookEveryMs
    if (bin === ofBin || !isNearEnd) return
    const event = { _tag: "Ticked", due: "watch" } as const
    yield* pipeline
      .record([{ stream: streamOf(event), occurredMs: nowMs, causes: noCauses, event }])
      .pipe(Effect.ignore({ log: "Warn" }))
    ofBin = bin
    head = yield* log.head
  })
  return yield* Effect.forever(Effect.andThen(look, Effect.sleep(lookEveryMs)))
})
