/**
 * Where a message was accepted, however long ago. A device's acceptances stand in the log in the order of their
 * numbers and turns: the counter takes nothing else. So the log is halved by what its index finds below a position, and
 * a dozen events are looked at where reading on from the newest would look at all of the device's.
 */
import * as Effect from "effect/Effect"
import type { MessageAccepted } from "../../../core/event/decision.ts"
import type { Position, Recorded } from "../../../core/event/Envelope.ts"
import type { LogUnavailable } from "../../../core/log/EventLog.ts"
import type { Lookups } from "./Lookups.ts"

export type Accepted = Recorded & { readonly event: MessageAccepted }

/** Numbers in a turn, near enough to say where to look first. */
const numbersInTurn = 4_096
/** Turns looked through for a number that is given without one. */
const turnsMax = 64
/** A span that is read on rather than halved again. */
const spanMin = 2_048

/** The acceptance of that number before `to`: of that turn, or of the latest in which it was taken. */
export const findAccepted = (
  lookups: Pick<Lookups, "newest">,
  {
    device,
    epoch,
    seq,
  }: { readonly device: string; readonly seq: number; readonly epoch?: number | undefined },
  to: Position,
): Effect.Effect<Accepted | undefined, LogUnavailable> =>
  Effect.gen(function* () {
    const below = belowOf(lookups, device)
    const newest = yield* below(to)
    if (newest === undefined) return undefined
    const turns = epoch === undefined ? turnsDown(newest.event, seq) : [epoch]
    for (const turn of turns) {
      const found = yield* between(below, { epoch: turn, seq }, newest)
      if (found !== undefined) return found
    }
    return undefined
  })

type Below = (position: Position) => Effect.Effect<Accepted | undefined, LogUnavailable>

/** The newest acceptance below a position. */
const belowOf =
  (lookups: Pick<Lookups, "newest">, device: string): Below =>
  (to) =>
    Effect.map(lookups.newest({ device, to, kinds: ["MessageAccepted"] }, 1), ([found]) =>
      found !== undefined && isAccepted(found) ? found : undefined,
    )

const isAccepted = (recorded: Recorded): recorded is Accepted =>
  recorded.event._tag === "MessageAccepted"

/** Turns in which the number may have been taken, the latest first. */
const turnsDown = ({ epoch, seq: last }: MessageAccepted, seq: number): ReadonlyArray<number> =>
  Array.from({ length: Math.min(turnsMax, epoch + 1) }, (_, i) => epoch - i).filter(
    (turn) => turn < epoch || seq <= last,
  )

/** Halves what lies before `newest`, by turns in the middle and where the number should be if all came at one pace. */
const between = (
  below: Below,
  wanted: Turned,
  newest: Accepted,
): Effect.Effect<Accepted | undefined, LogUnavailable> =>
  Effect.gen(function* () {
    let high = newest
    /** What is wanted does not stand before it; so much had been counted there. */
    let low = 0
    let counted = 0
    for (let turn = 0; high.position >= low; turn++) {
      const order = compare(high.event, wanted)
      if (order === 0) return high
      if (order < 0) return undefined
      const span = high.position - low
      const share = (count(wanted) - counted + 1) / (count(high.event) - counted + 1)
      const at =
        span <= spanMin
          ? high.position
          : low + Math.ceil(span * (turn % 2 === 0 ? Math.min(1, Math.max(0.001, share)) : 0.5))
      const found = yield* below(at)
      if (found !== undefined && found.position >= low && compare(found.event, wanted) >= 0)
        high = found
      else {
        if (at >= high.position) return undefined
        low = at
        if (found !== undefined) counted = Math.max(counted, count(found.event))
      }
    }
    return undefined
  })

interface Turned {
  readonly epoch: number
  readonly seq: number
}

const compare = (a: Turned, b: Turned): number => a.epoch - b.epoch || a.seq - b.seq

const count = ({ epoch, seq }: Turned): number => epoch * numbersInTurn + seq
