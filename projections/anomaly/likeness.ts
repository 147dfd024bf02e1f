/** How a message compares with its device's latest others of the same number. */
import * as Profile from "./Profile.ts"
import type { Sighting } from "./Sighting.ts"

/**
 * - `same`: the same frame again, after the tally window.
 * - `same-from-elsewhere`: the same, and the first one was sent by somebody else.
 * - `relabelled`: the same bytes under another frame type.
 * - `other`: other bytes under the same number.
 */
export type Likeness = "same" | "same-from-elsewhere" | "relabelled" | "other" | undefined

export const likenessOf = (sighting: Sighting, { marks }: Profile.Profile): Likeness => {
  let likeness: Likeness
  for (const known of marks) {
    if (Profile.seqOf(known) !== sighting.seq) continue
    const mark = Profile.markOf(sighting, false)
    if (Profile.isSame(known, mark))
      return Profile.isForeign(known) ? "same-from-elsewhere" : "same"
    if (Profile.digestOf(known) === Profile.digestOf(mark)) likeness = "relabelled"
    else likeness ??= "other"
  }
  return likeness
}

/** A message that a station handed on long after it was heard says nothing about the device's order. */
export const isLate = ({ lagMs }: Sighting): boolean => lagMs > lateMin

/** Later than any tally window and retry of a station's line, ms: our own choice. */
export const lateMin = 60_000
