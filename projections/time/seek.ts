/**
 * Several states of one position: each from its nearest snapshot or from what is at hand, and the rest of the log
 * read once for all of them.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Position, Recorded } from "../../core/event/Envelope.ts"
import { EventLog, type LogUnavailable } from "../../core/log/EventLog.ts"
import type { Projection } from "../Projection.ts"
import { parse } from "../run/Cell.ts"
import { Snapshots } from "../run/Snapshots.ts"

export type Projections<States> = {
  readonly [Name in keyof States]: Projection<States[Name]>
}

export interface Held<States> {
  readonly position: Position
  readonly states: States
}

/** One state at work: events below its position are in it already. */
interface Folding {
  readonly from: Position
  readonly apply: (recorded: Recorded) => void
}

/** The states with the events below `to` (at most the head). The caller owns them; what is `held` is not changed. */
export const seek = <States extends object>(
  projections: Projections<States>,
  to: Position,
  held?: Held<States>,
): Effect.Effect<Held<States>, LogUnavailable, EventLog | Snapshots> =>
  Effect.gen(function* () {
    const log = yield* EventLog
    const end = Math.min(to, yield* log.head)
    const states: Partial<States> = {}
    const foldings: Array<Folding> = []
    for (const name of keysOf(projections)) {
      const projection = projections[name]
      const start = yield* startOf(
        projection,
        end,
        held && {
          position: held.position,
          state: held.states[name],
        },
      )
      states[name] = start.state
      foldings.push({
        from: start.position,
        apply: (recorded) => projection.apply(start.state, recorded),
      })
    }
    const from = Math.min(end, ...foldings.map((folding) => folding.from))
    if (from < end)
      yield* Stream.runForEach(log.read(from, end), (events) =>
        Effect.sync(() => {
          for (const folding of foldings)
            for (let i = Math.max(0, folding.from - events[0].position); i < events.length; i++)
              folding.apply(events[i])
        }),
      )
    // Every name has its state by now.
    return { position: end, states: states as States }
  })

/** The states of one position that are had another way. */
export const statesOf = <States extends object, E, R>(
  projections: Projections<States>,
  position: Position,
  stateOf: <State>(projection: Projection<State>) => Effect.Effect<State, E, R>,
): Effect.Effect<Held<States>, E, R> =>
  Effect.gen(function* () {
    const states: Partial<States> = {}
    for (const name of keysOf(projections)) states[name] = yield* stateOf(projections[name])
    // Every name has its state by now.
    return { position, states: states as States }
  })

/** Positions of the snapshots that all of these projections have, and where the part before each begins. */
export const snapshotPositions = <States extends object>(projections: Projections<States>) =>
  Effect.gen(function* () {
    const log = yield* EventLog
    const snapshots = yield* Snapshots
    const all = new Set<Position>()
    for (const key of keysOf(projections)) {
      const { name, version } = projections[key]
      const sought = { logId: log.info.id, projection: name, version }
      for (const position of yield* snapshots.positions(sought)) all.add(position)
    }
    return [...all].toSorted((a, b) => a - b)
  })

const startOf = <State>(
  projection: Projection<State>,
  at: Position,
  held: { readonly position: Position; readonly state: State } | undefined,
) =>
  Effect.gen(function* () {
    const log = yield* EventLog
    const snapshots = yield* Snapshots
    const { name, version } = projection
    const sought = { logId: log.info.id, projection: name, version }
    const kept = (yield* snapshots.positions(sought)).findLast((position) => position <= at)
    const heldAt = held !== undefined && held.position <= at ? held.position : -1
    // A snapshot's text is read only where it is of use.
    if (kept !== undefined && kept > heldAt) {
      const snapshot = yield* snapshots.nearest({ ...sought, at })
      if (snapshot !== undefined && snapshot.position > heldAt)
        return { position: snapshot.position, state: projection.decode(parse(snapshot.text)) }
    }
    return held !== undefined && heldAt >= 0
      ? { position: heldAt, state: projection.copy(held.state) }
      : { position: 0, state: projection.initial() }
  })

/** An object's own names, as its type has them. */
const keysOf = <Thing extends object>(thing: Thing): ReadonlyArray<keyof Thing> =>
  // Nothing else is put into what this is asked of.
  Object.keys(thing) as unknown as ReadonlyArray<keyof Thing>
