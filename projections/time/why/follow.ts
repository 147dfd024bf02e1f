/** An event as a reason, with what caused it, followed down to the first facts. */
import * as Effect from "effect/Effect"
import type { Position, Recorded } from "../../../core/event/Envelope.ts"
import type { LogUnavailable } from "../../../core/log/EventLog.ts"
import { rowOf } from "../../chain/EventRow.ts"
import type { Lookups } from "./Lookups.ts"
import { depthMax, reason, type Reason, reasonsMax } from "./Reason.ts"
import { ruleOf } from "./ruleOf.ts"

/** One event alone. */
export const leaf = (recorded: Recorded): Reason => {
  const { detail, text, tone } = rowOf(recorded)
  return reason({
    text: detail === "" ? text : `${text} · ${detail}`,
    tone,
    position: recorded.position,
    ...ruleOf(recorded),
  })
}

export interface Followed {
  readonly reason: Reason
  /** The event and all that was followed from it. */
  readonly facts: ReadonlyArray<Recorded>
}

/** The event with its causes, theirs, and so on. What is met again is named once more and not followed again. */
export const follow = (
  lookups: Lookups,
  recorded: Recorded,
  depth = depthMax,
): Effect.Effect<Followed, LogUnavailable> => {
  const met = new Map<Position, Recorded>()
  const walk = (one: Recorded, left: number): Effect.Effect<Reason, LogUnavailable> =>
    Effect.gen(function* () {
      const isKnown = met.has(one.position)
      met.set(one.position, one)
      if (isKnown || left <= 1) return leaf(one)
      const because: Array<Reason> = []
      for (const cause of one.causes) {
        if (met.size >= reasonsMax) break
        const found = yield* lookups.event(cause)
        if (found !== undefined) because.push(yield* walk(found, left - 1))
      }
      return { ...leaf(one), because }
    })
  return Effect.map(walk(recorded, depth), (reasoned) => ({
    reason: reasoned,
    facts: [...met.values()],
  }))
}
