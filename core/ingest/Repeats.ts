/**
 * Receptions that a station handed on again, counted while one piece of work is decided on.
 *
 * Only what was heard just now counts: who imports an old file again repeats nothing on the air, and adds
 * nothing to the log.
 */
import type { ReceivedFrame } from "../decide/ReceivedFrame.ts"
import type { ReceptionsRepeated } from "../event/reception.ts"

interface Repeat {
  readonly event: ReceptionsRepeated
  readonly occurredMs: number
}

/** By source and station: as many entries at most as the work has inputs. */
export type Repeats = Map<string, Repeat>

export const make = (): Repeats => new Map()

/** Counts a reception that the log holds already. */
export const count = (
  repeats: Repeats,
  { heardAtMs, source, station }: ReceivedFrame,
  nowMs: number,
  windowMs: number,
): void => {
  if (Math.abs(nowMs - heardAtMs) > windowMs) return
  const key = `${source} ${station}`
  const known = repeats.get(key)
  repeats.set(key, {
    event: {
      _tag: "ReceptionsRepeated",
      source,
      station,
      count: (known?.event.count ?? 0) + 1,
    },
    occurredMs: Math.max(heardAtMs, known?.occurredMs ?? 0),
  })
}
