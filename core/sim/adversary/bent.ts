/** Sends receptions through every bend that holds for them: they come out changed, late, more, or not at all. */
import type { ReceivedFrame } from "../../decide/ReceivedFrame.ts"
import type { Burst } from "../Burst.ts"
import type { Bend, Passing } from "./Adversary.ts"

export const bent = (
  bends: ReadonlyArray<Bend>,
  heard: ReadonlyArray<ReceivedFrame>,
  of: { readonly atMs: number; readonly burst: Burst; readonly rank: number },
): ReadonlyArray<Passing> => {
  const { atMs, burst, rank } = of
  const active = bends.filter(({ fromMs, untilMs }) => atMs >= fromMs && atMs < untilMs)
  return heard.flatMap((frame) => {
    let passings: ReadonlyArray<Passing> = [{ atMs, frame }]
    for (const bend of active) {
      if (!bend.stations.has(frame.station)) continue
      passings = passings.flatMap((passing) => bend.apply(passing, burst, rank))
    }
    return passings
  })
}
