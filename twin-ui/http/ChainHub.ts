/**
 * The live picture of one grouping, made once for all of its readers: at most `stepsPerSecondMax` steps a second, and none
 * while nobody reads.
 *
 * A reader holds a position, not a queue. Whoever is at the beginning of a step that is still kept takes that
 * step; whoever is further behind is given what lies between as one step, or the whole view.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import type { Position, Recorded } from "../../core/event/Envelope.ts"
import type { LogUnavailable } from "../../core/log/EventLog.ts"
import { Chain } from "../../projections/chain/Chain.ts"
import type { State } from "../../projections/chain/State.ts"
import * as Anomaly from "../../projections/anomaly/Anomaly.ts"
import type { ChainView, Grouping, Incident } from "../../projections/chain/ChainView.ts"
import { stepOf } from "../../projections/chain/stepOf.ts"
import { viewOf } from "../../projections/chain/view.ts"
import { type ProjectionStopped, Twin } from "../../projections/run/Twin.ts"
import { type FeedMessage, stepsPerSecondMax } from "../api/Feed.ts"
import * as Findings from "./findings.ts"

/** Steps kept for readers that are a little behind: about 3 s of them. */
export const stepsKeptMax = 32

/** A picture further behind than this is made anew: nobody read it for a while. */
export const eventsPerStepMax = 20_000

/** A reader no further behind than this is given one step; others the whole view. */
export const bridgedMax = 5_000

/** What a reader is sent, and where it then stands. */
export interface Sent {
  readonly text: string
  readonly position: Position
}

export interface ChainHub {
  /** The whole picture as it is now. */
  readonly view: Effect.Effect<Sent, Failure>
  /** What comes after the picture at a position, when there is something. */
  readonly after: (position: Position) => Effect.Effect<ReadonlyArray<Sent>, Failure>
}

export type Failure = LogUnavailable | ProjectionStopped

/** One message as server-sent text. */
export const textOf = (message: FeedMessage, position: Position): Sent => ({
  text: `id: ${position}\ndata: ${JSON.stringify(message)}\n\n`,
  position,
})

interface Kept extends Sent {
  readonly from: Position
}

export const make = (by: Grouping): Effect.Effect<ChainHub, never, Twin> =>
  Effect.gen(function* () {
    const twin = yield* Twin
    // One at a time: of several readers that wait for news, the first makes the step for all.
    const one = yield* Semaphore.make(1)
    let picture: ChainView | undefined
    let madeAtMs = 0
    let kept: ReadonlyArray<Kept> = []

    /** Brings the picture up to the live state, and gives what `use` makes of that state at that moment. */
    const advance = <A>(
      use: (state: State, picture: ChainView, found: ReadonlyArray<Incident>) => A,
    ) =>
      Effect.gen(function* () {
        let to = yield* twin.position
        if (picture !== undefined && to - 1 - picture.position > eventsPerStepMax) {
          picture = undefined
          kept = []
        }
        let events: ReadonlyArray<Recorded> = []
        if (picture !== undefined) {
          events = yield* readEvents(twin, picture.position + 1, to)
          // What came meanwhile is read too, to be seen in motion.
          const later = yield* twin.position
          if (later > to) events = [...events, ...(yield* readEvents(twin, to, later))]
          to = later
        }
        madeAtMs = yield* Clock.currentTimeMillis
        const anomaly = yield* Findings.liveOf(twin)
        const state = yield* twin.state(Chain)
        // From here on nothing else runs: the live state would change.
        const found = anomaly === undefined ? [] : Findings.incidentsOf(anomaly, state.nowMs)
        if (picture === undefined) picture = viewOf(state, found, by)
        else if (state.position > picture.position) {
          const { step, view } = stepOf(picture, state, events, found, by)
          const made = { from: picture.position, ...textOf({ _tag: "step", step }, view.position) }
          kept = [...kept, made].slice(-stepsKeptMax)
          picture = view
        }
        return use(state, picture, found)
      })

    const paced = Effect.gen(function* () {
      const due = madeAtMs + 1000 / stepsPerSecondMax
      const now = yield* Clock.currentTimeMillis
      if (now < due) yield* Effect.sleep(due - now)
    })

    const view = one.withPermits(1)(
      advance((_, now) => textOf({ _tag: "view", view: now }, now.position)),
    )

    const bridge = Effect.fnUntraced(function* (position: Position) {
      const was = yield* twin.asOf(Chain, position + 1)
      const thought = yield* twin.asOf(Anomaly.projection, position + 1)
      const before = viewOf(was, Findings.incidentsOf(thought, was.nowMs), by)
      const events = yield* readEvents(twin, position + 1, yield* twin.position)
      return yield* advance((state, _, found) => {
        const { step } = stepOf(before, state, events, found, by)
        return [textOf({ _tag: "step", step }, step.position)]
      })
    })

    const keptFrom = (position: Position): ReadonlyArray<Sent> => {
      const first = kept.findIndex(({ from }) => from === position)
      return first < 0 ? [] : kept.slice(first)
    }

    const news = Effect.fnUntraced(function* (position: Position) {
      const ready = keptFrom(position)
      if (ready.length > 0) return ready
      yield* paced
      yield* advance(() => undefined)
      const made = keptFrom(position)
      if (made.length > 0) return made
      if ((yield* twin.position) - 1 - position <= bridgedMax) return yield* bridge(position)
      return yield* advance((_, now) => [
        textOf({ _tag: "gap", from: position + 1, to: now.position }, position),
        textOf({ _tag: "view", view: now }, now.position),
      ])
    })

    return {
      view,
      after: (position) =>
        Effect.andThen(twin.reached(position + 2), one.withPermits(1)(news(position))),
    }
  })

/** The events from a position to another (exclusive), all of them folded already. */
export const readEvents = (
  twin: Twin["Service"],
  from: Position,
  to: Position,
): Effect.Effect<ReadonlyArray<Recorded>, LogUnavailable> =>
  from >= to
    ? Effect.succeed([])
    : twin.changes(from).pipe(
        Stream.takeUntil((batch) => batch[batch.length - 1].position >= to - 1),
        Stream.flattenIterable,
        Stream.runCollect,
        Effect.map((events) => events.filter(({ position }) => position < to)),
      )
