/**
 * Reading the twin as of now or as of any instant: which states, which events, which reasons.
 *
 * Positions in the interface are those of events: as of 41 means with event 41 in it, so `to` here is 42.
 * An instant is looked up by the sources' clocks, unless our own is asked for: the place after the last event
 * that had occurred (or was recorded) by then.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Position, Recorded } from "../../core/event/Envelope.ts"
import { EventLog, type Filter, type LogUnavailable } from "../../core/log/EventLog.ts"
import { rowOf, type EventRow } from "../../projections/chain/EventRow.ts"
import type { Projection } from "../../projections/Projection.ts"
import { type ProjectionStopped, Twin } from "../../projections/run/Twin.ts"
import { whyBreadthMax, whyDepthMax, type Why } from "../api/EntityState.ts"
import type * as At from "./At.ts"
import { type Clock, placeOf } from "./place.ts"
import type * as Problem from "./Problem.ts"
import { seesEvent, type Viewer } from "./Viewer.ts"

/** Most reasons in one tree: each costs a look into the log. */
export const whyNodesMax = 64

/** Events looked through for one page of what a viewer sees. */
export const lookedThroughMax = 100_000

/** A moment of the twin. `to` events are folded; `isLive` says that it is now. */
export interface Moment {
  readonly to: Position
  readonly isLive: boolean
  /** By the sources' clocks; of the last event where a position was asked for. */
  readonly occurredMs: number
}

export interface Reading {
  readonly momentOf: (
    at: At.At | undefined,
    clock: Clock,
  ) => Effect.Effect<Moment, Problem.Problem | LogUnavailable>
  readonly state: <State>(
    projection: Projection<State>,
    moment: Moment,
  ) => Effect.Effect<State, LogUnavailable | ProjectionStopped>
  /** The one event at a position. */
  readonly event: (position: Position) => Effect.Effect<Recorded | undefined, LogUnavailable>
  /** Newest first, at most `limit`. */
  readonly newest: (
    filter: Filter,
    limit: number,
  ) => Effect.Effect<ReadonlyArray<Recorded>, LogUnavailable>
  /**
   * Newest first, at most `limit` of what the viewer sees. `next`: there may be more below that position; given too where
   * `lookedThroughMax` events were looked through and the page is not full.
   */
  readonly page: (
    viewer: Viewer,
    filter: Filter,
    limit: number,
  ) => Effect.Effect<Page, LogUnavailable>
  /** The first page as rows. */
  readonly rows: (
    viewer: Viewer,
    filter: Filter,
    limit: number,
  ) => Effect.Effect<ReadonlyArray<EventRow>, LogUnavailable>
  /** The event at a position as a reason, with what caused it, as far as the viewer sees it. */
  readonly why: (
    viewer: Viewer,
    position: Position,
  ) => Effect.Effect<ReadonlyArray<Why>, LogUnavailable>
}

export interface Page {
  readonly found: ReadonlyArray<Recorded>
  readonly next: Position | undefined
}

export const make = Effect.gen(function* () {
  const log = yield* EventLog
  const twin = yield* Twin

  const event = (position: Position) =>
    log.read(position, position + 1).pipe(
      Stream.runHead,
      Effect.map((batch) => Option.getOrUndefined(batch)?.[0]),
    )

  const newest = (filter: Filter, limit: number) =>
    log.query(filter).pipe(Stream.flattenIterable, Stream.take(limit), Stream.runCollect)

  const page = (viewer: Viewer, filter: Filter, limit: number) =>
    log.query(filter).pipe(
      Stream.flattenIterable,
      Stream.mapAccum(
        () => ({ looked: 0, shown: 0 }),
        ({ looked, shown }, recorded) => {
          const isSeen = seesEvent(viewer, recorded)
          const now = { looked: looked + 1, shown: shown + (isSeen ? 1 : 0) }
          return [now, [{ recorded, isSeen, ...now }]]
        },
      ),
      // One more than fits says that there is more.
      Stream.takeUntil(({ looked, shown }) => shown > limit || looked >= lookedThroughMax),
      Stream.filter(({ isSeen, looked }) => isSeen || looked >= lookedThroughMax),
      Stream.runCollect,
      Effect.map((passed): Page => {
        const seen = passed.filter(({ isSeen }) => isSeen).map(({ recorded }) => recorded)
        const last = passed.at(-1)
        if (seen.length > limit)
          return { found: seen.slice(0, limit), next: seen[limit - 1].position }
        return {
          found: seen,
          next:
            last !== undefined && last.looked >= lookedThroughMax
              ? last.recorded.position
              : undefined,
        }
      }),
    )

  const momentAt = Effect.fnUntraced(function* (to: Position, asked?: number) {
    const last = asked === undefined && to > 0 ? yield* event(to - 1) : undefined
    return { to, isLive: false, occurredMs: asked ?? last?.occurredMs ?? 0 }
  })

  const momentOf = Effect.fn("Reading.momentOf")(function* (at: At.At | undefined, clock: Clock) {
    if (at === undefined) return { ...(yield* momentAt(yield* twin.position)), isLive: true }
    const place = yield* placeOf(log, at, clock)
    return yield* momentAt(place, at._tag === "Instant" ? at.ms : undefined)
  })

  const why = Effect.fn("Reading.why")(function* (viewer: Viewer, position: Position) {
    const budget = { left: whyNodesMax }
    const seen = (at: Position) =>
      Effect.map(event(at), (found) =>
        found !== undefined && seesEvent(viewer, found) ? found : undefined,
      )
    const reason = yield* reasonOf(seen, position, whyDepthMax, budget)
    return reason === undefined ? [] : [reason]
  })

  const reading: Reading = {
    momentOf,
    state: (projection, moment) =>
      moment.isLive ? twin.state(projection) : twin.asOf(projection, moment.to),
    event,
    newest,
    page,
    rows: (viewer, filter, limit) =>
      Effect.map(page(viewer, filter, limit), ({ found }) => found.map(rowOf)),
    why,
  }
  return reading
})

const reasonOf = (
  read: Reading["event"],
  position: Position,
  depth: number,
  budget: { left: number },
): Effect.Effect<Why | undefined, LogUnavailable> =>
  Effect.gen(function* () {
    if (budget.left <= 0) return undefined
    budget.left--
    const recorded = yield* read(position)
    if (recorded === undefined) return undefined
    const because: Array<Why> = []
    const causes = depth > 1 ? recorded.causes.slice(0, whyBreadthMax) : []
    for (const cause of causes) {
      const reason = yield* reasonOf(read, cause, depth - 1, budget)
      if (reason !== undefined) because.push(reason)
    }
    const { detail, text, tone } = rowOf(recorded)
    return { text: detail === "" ? text : `${text} · ${detail}`, tone, position, because }
  })
