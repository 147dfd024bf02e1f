/** Says of a thing that one sort of its messages is far more than usual, or that it is not any more. */
import type { Judged } from "./Detector.ts"
import { excessOf, type Least } from "./excess.ts"
import * as Series from "./Series.ts"
import type * as Share from "./Share.ts"
import * as Unusual from "./Unusual.ts"
import { measure, minutesOf } from "./words.ts"

export const judgeExcess = (
  given: {
    readonly kind: Unusual.Kind
    readonly who: Unusual.Who
    readonly share: Share.Share
    readonly least: Least
    /** What is counted: "messages with a wrong MAC". */
    readonly what: string
    /** Why it is over, for people. */
    readonly over: string
  },
  { at, watch: { list } }: Judged,
): void => {
  const { kind, least, over, share, what, who } = given
  const excess = excessOf(share, least)
  if (excess === undefined) return Unusual.calm(list, kind, who, () => over, at)
  const unit = `${what} in ${minutesOf(excess.bins)} minutes`
  return Unusual.say(
    list,
    kind,
    who,
    {
      expected: measure(excess.expected, unit),
      seen: measure(excess.seen, unit),
      sinceMs: at.ms - excess.bins * Series.binMs,
      causes: [share.lastAt],
      severity: excess.seen,
    },
    at,
  )
}
