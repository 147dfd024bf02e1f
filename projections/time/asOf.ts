/**
 * The state of a projection as it was: the nearest snapshot, and a fold of the rest. The cost of a seek is
 * that of the events between two snapshots, however long the log is.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Position } from "../../core/event/Envelope.ts"
import { EventLog, type LogUnavailable } from "../../core/log/EventLog.ts"
import type { Projection } from "../Projection.ts"
import { parse } from "../run/Cell.ts"
import { Snapshots } from "../run/Snapshots.ts"

/** A state that is at hand already. */
export interface Known<State> {
  readonly position: Position
  readonly state: State
}

/** The state with the events below `to` (at most the head). The caller owns it. `known` states are not changed. */
export const asOf = <State>(
  projection: Projection<State>,
  to: Position,
  known: ReadonlyArray<Known<State>> = [],
): Effect.Effect<State, LogUnavailable, EventLog | Snapshots> =>
  Effect.gen(function* () {
    const log = yield* EventLog
    const end = Math.min(to, yield* log.head)
    const start = yield* nearest(projection, end, known)
    const { state } = start
    if (start.position < end)
      yield* Stream.runForEach(log.read(start.position, end), (events) =>
        Effect.sync(() => {
          for (const recorded of events) projection.apply(state, recorded)
        }),
      )
    return state
  })

/** The state at an instant of our clock: with everything recorded at or before it. */
export const asOfInstant = <State>(
  projection: Projection<State>,
  recordedMs: number,
): Effect.Effect<State, LogUnavailable, EventLog | Snapshots> =>
  Effect.gen(function* () {
    const log = yield* EventLog
    return yield* asOf(projection, yield* log.positionAt(recordedMs))
  })

const nearest = <State>(
  projection: Projection<State>,
  at: Position,
  known: ReadonlyArray<Known<State>>,
): Effect.Effect<Known<State>, never, EventLog | Snapshots> =>
  Effect.gen(function* () {
    const log = yield* EventLog
    const snapshots = yield* Snapshots
    let best: Known<State> | undefined
    for (const each of known)
      if (each.position <= at && each.position > (best?.position ?? -1)) best = each
    if (best?.position === at) return { position: at, state: projection.copy(best.state) }
    const { name, version } = projection
    const snapshot = yield* snapshots.nearest({
      logId: log.info.id,
      projection: name,
      version,
      at,
    })
    if (snapshot !== undefined && snapshot.position > (best?.position ?? -1))
      return { position: snapshot.position, state: projection.decode(parse(snapshot.text)) }
    return best === undefined
      ? { position: 0, state: projection.initial() }
      : { position: best.position, state: projection.copy(best.state) }
  })
