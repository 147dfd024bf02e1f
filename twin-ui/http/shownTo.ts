/** The reasons of an answer as far as a viewer sees the events that they stand on. What is hidden says so. */
import * as Effect from "effect/Effect"
import type { Position } from "../../core/event/Envelope.ts"
import type { LogUnavailable } from "../../core/log/EventLog.ts"
import type { Lookups } from "../../projections/time/why/Lookups.ts"
import type { ReasonNode } from "../api/Why.ts"
import { seesEvent, type Viewer } from "./Viewer.ts"

export interface Shown {
  readonly reason: ReasonNode
  readonly facts: ReadonlyArray<Position>
}

export const shownTo = (
  viewer: Viewer,
  lookups: Lookups,
  reason: ReasonNode,
  facts: ReadonlyArray<Position>,
): Effect.Effect<Shown, LogUnavailable> =>
  Effect.gen(function* () {
    const seen = new Set<Position>()
    for (const position of new Set([...facts, ...positionsIn(reason)])) {
      const recorded = yield* lookups.event(position)
      if (recorded !== undefined && seesEvent(viewer, recorded)) seen.add(position)
    }
    return {
      reason: through(reason, seen),
      facts: facts.filter((position) => seen.has(position)),
    }
  })

const positionsIn = ({ because, position }: ReasonNode): ReadonlyArray<Position> => [
  ...(position === undefined ? [] : [position]),
  ...because.flatMap(positionsIn),
]

/** Without the positions of what is hidden, and what lies behind it. */
const through = (node: ReasonNode, seen: ReadonlySet<Position>): ReasonNode => {
  if (node.position !== undefined && !seen.has(node.position))
    return { text: "hidden: it is not yours to see", tone: "plain", compared: [], because: [] }
  const { compared, position, rule, text, tone } = node
  return {
    text,
    tone,
    ...(position === undefined ? {} : { position }),
    ...(rule === undefined ? {} : { rule }),
    compared,
    because: node.because.map((each) => through(each, seen)),
  }
}
