/**
 * Where a condition holds: the first position, the last, or all stretches of positions.
 *
 * A condition holds *at* a position when it does with that event in the state. Nothing is assumed of how it goes:
 * `first` folds on from the snapshot before `from` and stops where it holds; `last` does so part by part from the
 * end, a part being what lies between two snapshots; `all` folds the whole span once. Where a condition stays true once
 * it is (`monotone`), the snapshots are bisected instead and only one part is folded.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Position, Recorded } from "../../core/event/Envelope.ts"
import { EventLog, type LogUnavailable } from "../../core/log/EventLog.ts"
import type { Snapshots } from "../run/Snapshots.ts"
import type { Condition } from "./Condition.ts"
import { kinds, projectionsFor, type States } from "./picture.ts"
import { type Held, seek, snapshotPositions } from "./seek.ts"

/** Stretches listed; all are counted. */
export const stretchesMax = 1_000

/** It holds at `from` to `to`, both included. */
export interface Stretch {
  readonly from: Position
  readonly to: Position
}

export interface Asked {
  readonly from: Position
  /** Not included. */
  readonly to: Position
  readonly which: "first" | "last" | "all"
  readonly monotone: boolean
}

export interface Bisected {
  /** In the order of the log: one of a single position for `first` and `last`, none where it never holds. */
  readonly stretches: ReadonlyArray<Stretch>
  readonly count: number
  /** Events that were folded for it, and how often it was asked. */
  readonly folded: number
  readonly asked: number
}

type Answer = Effect.Effect<Bisected, LogUnavailable, EventLog | Snapshots>

export const bisect = (condition: Condition, asked: Asked): Answer =>
  Effect.gen(function* () {
    const log = yield* EventLog
    const to = Math.min(asked.to, yield* log.head)
    const span = { from: Math.min(asked.from, to), to }
    if (span.from >= to) return { stretches: [], count: 0, folded: 0, asked: 0 }
    const work = { folded: 0, asked: 0 }
    const found = yield* searching(condition, { ...asked, ...span }, work)
    return { ...found, ...work }
  })

interface Work {
  folded: number
  asked: number
}

const searching = (condition: Condition, asked: Asked, work: Work) =>
  Effect.gen(function* () {
    const { from, monotone, to, which } = asked
    const projections = projectionsFor(condition.needs)
    const cuts = (yield* snapshotPositions(projections)).filter((at) => at > from && at < to)
    if (which === "all") return yield* scan(condition, { from, to, stopAtFirst: false }, work)
    if (which === "first") {
      const part = monotone ? yield* turning(condition, [from, ...cuts, to], work) : { from, to }
      const found = yield* scan(condition, { ...part, stopAtFirst: true }, work)
      return onlyAt(found.stretches[0]?.from)
    }
    const ends = [from, ...cuts, to]
    for (let i = ends.length - 1; i > 0; i--) {
      const part = { from: ends[i - 1], to: ends[i], stopAtFirst: false }
      const found = yield* scan(condition, part, work)
      const last = found.last
      if (last !== undefined) return onlyAt(last)
    }
    return onlyAt(undefined)
  })

const onlyAt = (at: Position | undefined) =>
  at === undefined ? { stretches: [], count: 0 } : { stretches: [{ from: at, to: at }], count: 1 }

/** Of a condition that stays true: the part between two cuts where it turns. */
const turning = (condition: Condition, cuts: ReadonlyArray<Position>, work: Work) =>
  Effect.gen(function* () {
    const projections = projectionsFor(condition.needs)
    // It does not hold at `low`; what lies behind `high` need not be looked at.
    let low = 0
    let high = cuts.length - 1
    while (high - low > 1) {
      const middle = (low + high) >>> 1
      const { states } = yield* seek(projections, cuts[middle])
      work.asked++
      if (condition.holds(states)) high = middle
      else low = middle
    }
    return { from: cuts[low], to: cuts[high] }
  })

interface Part {
  readonly from: Position
  readonly to: Position
  readonly stopAtFirst: boolean
}

interface Scanned {
  readonly stretches: ReadonlyArray<Stretch>
  readonly count: number
  /** The last position at which it holds. */
  readonly last: Position | undefined
}

/** Folds a part once, and asks after each event that can change the answer. */
const scan = (
  condition: Condition,
  { from, stopAtFirst, to }: Part,
  work: Work,
): Effect.Effect<Scanned, LogUnavailable, EventLog | Snapshots> =>
  Effect.gen(function* () {
    const log = yield* EventLog
    const projections = projectionsFor(condition.needs)
    const { states } = yield* seek(projections, from)
    const take = taking(projections, states)
    const stretches: Array<Stretch> = []
    let count = 0
    let began = -1
    let last: Position | undefined
    let holds = false
    let isFirst = true
    const look = (recorded: Recorded): boolean => {
      take(recorded)
      work.folded++
      if (isFirst || condition.touches(recorded)) {
        work.asked++
        holds = condition.holds(states)
        isFirst = false
      }
      const { position } = recorded
      if (holds) {
        if (began < 0) began = position
        last = position
      } else if (began >= 0) close()
      return !(holds && stopAtFirst)
    }
    const close = (): void => {
      count++
      if (stretches.length < stretchesMax) stretches.push({ from: began, to: last ?? began })
      began = -1
    }
    yield* log.read(from, to).pipe(
      Stream.takeWhile((events) => !(stopAtFirst && began >= 0) && events.every(look)),
      Stream.runDrain,
    )
    if (began >= 0) close()
    return { stretches, count, last }
  })

/** Takes an event into all of these states. */
const taking = (
  projections: ReturnType<typeof projectionsFor>,
  states: Held<Partial<States>>["states"],
): ((recorded: Recorded) => void) => {
  const applies: Array<(recorded: Recorded) => void> = []
  const add = <K extends keyof States>(kind: K, state: States[K] | undefined): void => {
    const projection = projections[kind]
    if (projection === undefined || state === undefined) return
    applies.push((recorded) => projection.apply(state, recorded))
  }
  for (const kind of kinds) add(kind, states[kind])
  return (recorded) => {
    for (const apply of applies) apply(recorded)
  }
}
