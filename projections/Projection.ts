/**
 * What every projection is: a pure fold of the log. Same log, same state, same digest.
 *
 * A state holds its entities in maps that the fold owns. The entities are immutable, or, where they are
 * hot, changed in place by the one state that owns them (`core/kernel/owner.ts`); either way a copy of a
 * state copies maps only, and neither of the two sees what happens to the other. `apply` may change the
 * draft it is given and nothing else.
 * Events of unknown kinds change nothing.
 */
import type { Recorded } from "../core/event/Envelope.ts"

/** JSON as it is written into snapshots. */
export type Json =
  | null
  | boolean
  | number
  | string
  | ReadonlyArray<Json>
  | { readonly [key: string]: Json }

export interface Projection<State> {
  readonly name: string
  /** Raised when the meaning of the state changes: older snapshots are then discarded. */
  readonly version: number
  readonly initial: () => State
  /**
   * `FrameHeard` changes nothing of the state, and need not be shown to it. Nine of ten events are receptions: to pass over each
   * took a tenth of a replay (measured). Held by a law.
   */
  readonly passesReceptions?: true
  /** Takes one event into a state that the caller owns. No clock, no randomness, nothing from outside. */
  readonly apply: (draft: State, recorded: Recorded) => void
  /** A state that can be changed without changing this one. */
  readonly copy: (state: State) => State
  /** Snapshot form. `decode(encode(s))` has the digest of `s`; maps are written in the order of their keys. */
  readonly encode: (state: State) => Json
  readonly decode: (json: Json) => State
}

/** The state after more events; the given state stays as it is. */
export const fold = <State>(
  projection: Projection<State>,
  state: State,
  events: ReadonlyArray<Recorded>,
): State => {
  const draft = projection.copy(state)
  for (const recorded of events) projection.apply(draft, recorded)
  return draft
}

/** A map as sorted pairs, for `encode`. */
export const sortedPairs = <Value>(
  map: ReadonlyMap<string, Value>,
): ReadonlyArray<readonly [string, Value]> =>
  [...map].toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
