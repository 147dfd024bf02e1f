/**
 * An answer to "why": a tree of reasons. Each says what is so, by which rule and version, what was compared, and
 * which event stands for it; its branches are what it rests on, down to facts that rest on nothing.
 */
import type { Position } from "../../../core/event/Envelope.ts"
import type { Tone } from "../../chain/EventRow.ts"
import type { Json } from "../../Projection.ts"

/** Most reasons in one tree: each may cost a look into the log. */
export const reasonsMax = 64
/** How deep causes are followed. */
export const depthMax = 6

export interface Rule {
  readonly name: string
  /** Of the policy, the projection or the key it was applied with. */
  readonly version: string
}

export interface Compared {
  readonly what: string
  readonly expected: string
  readonly seen: string
  readonly holds: boolean
}

export interface Reason {
  readonly text: string
  readonly tone: Tone
  readonly position?: Position
  readonly rule?: Rule
  readonly compared: ReadonlyArray<Compared>
  readonly because: ReadonlyArray<Reason>
}

export interface Answer {
  /** What is so: the derived fact, field by field. */
  readonly fact: Readonly<Record<string, Json>>
  readonly reason: Reason
  /** Positions of the events that the fact rests on, rising. */
  readonly facts: ReadonlyArray<Position>
  /** Whether those events, folded alone, give the same fact; null where that was not tried. */
  readonly refolded: boolean | null
}

export const reason = (given: Pick<Reason, "text"> & Partial<Omit<Reason, "text">>): Reason => ({
  tone: "plain",
  compared: [],
  because: [],
  ...given,
})

export const compared = (
  what: string,
  expected: string | number,
  seen: string | number,
  holds: boolean,
): Compared => ({ what, expected: String(expected), seen: String(seen), holds })

/** Positions as `Answer.facts` has them. */
export const positionsOf = (
  events: ReadonlyArray<{ readonly position: Position }>,
): ReadonlyArray<Position> =>
  [...new Set(events.map(({ position }) => position))].toSorted((a, b) => a - b)
