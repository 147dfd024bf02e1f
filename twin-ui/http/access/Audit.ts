/**
 * Refusals as events, without letting anybody fill the log by asking: the first of a kind is recorded at once, those
 * of the minute after it are counted and recorded as one.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { AccessRefused } from "../../../core/event/access.ts"
import { streamOf } from "../../../core/event/streamOf.ts"
import { Pipeline } from "../../../core/ingest/Pipeline.ts"

/** Kinds of refusals counted at a time; what comes beyond them is counted as from many. */
export const kindsMax = 256

const everyMs = 60_000

export type Refusal = Omit<AccessRefused, "_tag" | "count">

export interface Audit {
  readonly refused: (refusal: Refusal) => Effect.Effect<void>
}

interface Counted {
  readonly refusal: Refusal
  /** Since the last time it was recorded. */
  count: number
}

/** Runs until its scope closes; what was counted by then is recorded. */
export const make = Effect.gen(function* () {
  const pipeline = yield* Pipeline
  let counted = new Map<string, Counted>()

  const record = (refusal: Refusal, count: number) =>
    Effect.gen(function* () {
      const event = { _tag: "AccessRefused", ...refusal, count } as const
      const occurredMs = yield* Clock.currentTimeMillis
      yield* pipeline.record([{ stream: streamOf(event), occurredMs, causes: [], event }])
    }).pipe(
      // A refusal stands, whether or not it could be written down.
      Effect.catch((why) => Effect.logWarning("a refusal was not recorded", why)),
      Effect.asVoid,
    )

  const sweep = Effect.suspend(() => {
    const before = [...counted.values()].filter(({ count }) => count > 0)
    counted = new Map()
    return Effect.forEach(before, ({ count, refusal }) => record(refusal, count), { discard: true })
  })

  yield* Effect.addFinalizer(() => sweep)
  yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.sleep(everyMs), sweep)))

  const audit: Audit = {
    refused: (given) =>
      Effect.suspend(() => {
        const isMore = counted.size >= kindsMax
        const { account: _account, ...rest } = given
        const refusal = isMore ? { ...rest, from: "many" } : given
        const key = `${refusal.account ?? ""} ${refusal.from} ${refusal.what} ${refusal.why}`
        const known = counted.get(key)
        if (known !== undefined) {
          known.count++
          return Effect.void
        }
        counted.set(key, { refusal, count: 0 })
        return record(refusal, 1)
      }),
  }
  return audit
})
