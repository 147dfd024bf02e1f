/** Counts what became of one sender's inputs. */
import type { NewEvent } from "../event/Envelope.ts"

export interface Tally {
  added: number
  known: number
  accepted: number
  readonly refused: Record<string, number>
}

export const make = (): Tally => ({ added: 0, known: 0, accepted: 0, refused: {} })

/** Counts the decisions among the events from `from` on. */
export const count = (tally: Tally, events: ReadonlyArray<NewEvent>, from: number): void => {
  for (let i = from; i < events.length; i++) {
    const { event } = events[i]
    if (event._tag === "MessageAccepted") tally.accepted++
    else if (event._tag === "MessageRefused")
      tally.refused[event.reason] = (tally.refused[event.reason] ?? 0) + 1
  }
}
