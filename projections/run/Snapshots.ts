/**
 * Where snapshots of states are kept: a cache and nothing more. Every one can be folded again from
 * the log, so none of these operations fails: what cannot be kept is not kept, what is missing,
 * damaged or of another version is not found.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Position } from "../../core/event/Envelope.ts"

export interface SnapshotKey {
  readonly logId: string
  readonly projection: string
  readonly version: number
  /** Events in the state: one past the last one's position. */
  readonly position: Position
}

export interface Snapshot extends SnapshotKey {
  /** JSON of the encoded state. */
  readonly text: string
}

export interface Sought {
  readonly logId: string
  readonly projection: string
  readonly version: number
  /** The greatest position wanted. */
  readonly at: Position
}

export class Snapshots extends Context.Service<
  Snapshots,
  {
    /** Keeps it, and thins those of the same projection to `snapshotsMax`. */
    readonly save: (snapshot: Snapshot) => Effect.Effect<void>
    /** The undamaged one with the greatest position that is not beyond `at`. */
    readonly nearest: (sought: Sought) => Effect.Effect<Snapshot | undefined>
    /** Positions of those kept, rising. */
    readonly positions: (sought: Omit<Sought, "at">) => Effect.Effect<ReadonlyArray<Position>>
  }
>()("sigtwin/projections/run/Snapshots") {}

/** Snapshots kept of one projection of one log. With n events a seek folds about n / `snapshotsMax` of them. */
export const snapshotsMax = 4096

/** And so many bytes of them, packed; `snapshotsMin` of them are kept whatever they take. */
export const snapshotBytesMax = 256 * 2 ** 20
export const snapshotsMin = 64

/** The newest ones are kept whatever their distance: most seeks are near the end. */
const newestKept = 8

/**
 * Which of these positions (rising) to give up where there are more than `max`: one after another that whose absence leaves the
 * smallest gap, until there are a sixteenth fewer, so that not every save has to look. So the rest stay spread over the
 * whole log. None while there are not too many.
 */
export const surplus = (
  positions: ReadonlyArray<Position>,
  max = snapshotsMax,
): ReadonlyArray<Position> => {
  if (positions.length <= max) return []
  const kept = [...positions]
  const dropped: Array<Position> = []
  while (kept.length > max - (max >> 4)) {
    const [position] = kept.splice(leastMissed(kept, max), 1)
    dropped.push(position)
  }
  return dropped
}

const leastMissed = (positions: ReadonlyArray<Position>, max: number): number => {
  const last = Math.max(1, positions.length - Math.min(newestKept, max - 1))
  let chosen = 0
  let smallest = Number.POSITIVE_INFINITY
  for (let i = 0; i < last; i++) {
    const gap = positions[i + 1] - (i === 0 ? 0 : positions[i - 1])
    if (gap < smallest) {
      smallest = gap
      chosen = i
    }
  }
  return chosen
}
