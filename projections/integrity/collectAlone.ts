/**
 * The blast radius of a station: every message whose acceptance rested on it alone in a stretch of the log, each with
 * its acceptance's position. The projection counts them and lists the last; this lists all, by folding the stretch
 * again.
 */
import type { Position, Recorded } from "../../core/event/Envelope.ts"
import * as Integrity from "./Integrity.ts"
import type { AloneMessage, State } from "./Station.ts"

export interface Collecting {
  readonly take: (events: ReadonlyArray<Recorded>) => void
  /** Oldest first. */
  readonly messages: () => ReadonlyArray<AloneMessage>
}

/** Begins at a state, which it owns from here on. */
export const collectAlone = (state: State, station: string): Collecting => {
  const messages = new Map<Position, AloneMessage>()
  state.watch = { station, messages }
  return {
    take: (events) => {
      for (const recorded of events) Integrity.projection.apply(state, recorded)
    },
    messages: () => [...messages.values()],
  }
}
