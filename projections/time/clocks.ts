/**
 * One instant on either clock.
 *
 * - *recorded*: what we knew then, all that was recorded at or before it.
 * - *occurred*: what was true then, all that had occurred by then, in the order in which it occurred, also what was
 *   recorded only later: up to `latenessMs` later it is folded in where it belongs; beyond that it is listed as late.
 *
 * The occurred state begins at what was recorded `latenessMs` before the instant: what is older than the bound stays in
 * the order in which it was recorded. Decisions are taken as they were made, at the time of what they were made on.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Position, Recorded } from "../../core/event/Envelope.ts"
import { EventLog, type LogUnavailable } from "../../core/log/EventLog.ts"
import type { Snapshots } from "../run/Snapshots.ts"
import { kinds, type Kind, projectionsFor, type States } from "./picture.ts"
import { type Held, type Projections, seek } from "./seek.ts"

/** Lateness that is folded in where nobody says otherwise: a station's buffer of an hour. */
export const latenessMsDefault = 3_600_000
/** Events held to be put in order; where there are more, the earliest recorded ones keep their order. */
export const sortedMax = 2_000_000
/** Late events listed. */
export const lateMax = 100

export interface Clocks {
  readonly recorded: Held<Partial<States>>
  readonly occurred: Held<Partial<States>>
  /** Events that were recorded after the instant and folded in. */
  readonly foldedIn: number
  /** Events that had occurred by then and came later than the bound, oldest first. */
  readonly late: ReadonlyArray<Recorded>
}

export const bothClocks = (
  atMs: number,
  latenessMs: number,
  wanted: ReadonlyArray<Kind> = kinds,
): Effect.Effect<Clocks, LogUnavailable, EventLog | Snapshots> =>
  Effect.gen(function* () {
    const log = yield* EventLog
    const head = yield* log.head
    const projections = projectionsFor(wanted)
    const [firm, known, end] = [
      yield* log.positionAt(atMs - latenessMs),
      yield* log.positionAt(atMs),
      yield* log.positionAt(atMs + latenessMs),
    ]
    const recorded = yield* seek(projections, known)
    const base = yield* seek(projections, firm)
    const inTime: Array<Recorded> = []
    yield* Stream.runForEach(log.read(firm, end), (events) =>
      Effect.sync(() => {
        for (const one of events)
          if (one.occurredMs <= atMs && inTime.length < sortedMax) inTime.push(one)
      }),
    )
    inTime.sort((a, b) => a.occurredMs - b.occurredMs || a.position - b.position)
    take(projections, base.states, inTime)
    const late = yield* lateBeyond(end, head, atMs)
    return {
      recorded,
      occurred: { position: end, states: base.states },
      foldedIn: inTime.filter(({ position }) => position >= known).length,
      late,
    }
  })

const lateBeyond = (from: Position, to: Position, atMs: number) =>
  Effect.gen(function* () {
    const log = yield* EventLog
    const found = yield* log
      .query({ from, to, toMs: atMs + 1 })
      .pipe(Stream.flattenIterable, Stream.take(lateMax), Stream.runCollect)
    return found.toReversed()
  })

const take = (
  projections: Projections<Partial<States>>,
  states: Partial<States>,
  events: ReadonlyArray<Recorded>,
): void => {
  const into = <K extends Kind>(kind: K, state: States[K] | undefined): void => {
    const projection = projections[kind]
    if (projection === undefined || state === undefined) return
    for (const recorded of events) projection.apply(state, recorded)
  }
  for (const kind of kinds) into(kind, states[kind])
}
