/**
 * Moves the picture's "now" to an event's own time.
 *
 * Now never falls: a late event belongs to now. A clock that lies ahead must not carry the picture away with it:
 * a leap is believed only when `leapsBelieved` events in a row show it (a file of another year is imported;
 * nothing happened for a month).
 */
import type { State } from "./State.ts"

const leapMs = 3_600_000
export const leapsBelieved = 8

export const advance = (draft: State, occurredMs: number): void => {
  const ahead = occurredMs - draft.nowMs
  if (ahead <= 0) {
    draft.leaping = 0
    return
  }
  if (ahead > leapMs && draft.nowMs > 0 && ++draft.leaping < leapsBelieved) return
  draft.nowMs = occurredMs
  draft.leaping = 0
}
