/**
 * The time line: bars of a span by either clock, and the incidents. Where bars would be finer than the projection's
 * buckets, they are counted from the span's own events, as long as those are few.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Recorded } from "../../core/event/Envelope.ts"
import { EventLog, type LogUnavailable } from "../../core/log/EventLog.ts"
import * as Anomaly from "../../projections/anomaly/Anomaly.ts"
import { Chain } from "../../projections/chain/Chain.ts"
import { fineBarsOf, histogramOf, Timeline } from "../../projections/chain/Timeline.ts"
import { incidentsOf } from "../../projections/chain/view.ts"
import { bucketsMax, TimelineAnswer } from "../api/Timeline.ts"
import { now } from "./asOf.ts"
import * as Findings from "./findings.ts"
import * as Lens from "./Lens.ts"
import * as OwnTimelines from "./OwnTimelines.ts"
import * as Parameter from "./Parameter.ts"
import { type Clock, clocks } from "./place.ts"
import * as Problem from "./Problem.ts"
import type { Reading } from "./Reading.ts"
import * as Route from "./Route.ts"
import { seesEvent, Viewer } from "./Viewer.ts"

/** Events of a span that are counted one by one; a span with more has the projection's buckets. */
export const fineEventsMax = 20_000

export const make = (reading: Reading) =>
  Effect.map(Effect.all([EventLog, OwnTimelines.make]), ([log, ownTimelines]) =>
    Route.make({
      method: "GET",
      path: "/api/timeline",
      operation: "getTimeline",
      tag: "state",
      access: "api",
      filtered: true,
      summary: "What was accepted and refused when, and the incidents",
      query: {
        from: Parameter.optional(
          Parameter.instant("From this instant on; the first event's when not given."),
        ),
        to: Parameter.optional(
          Parameter.instant("Up to this instant; the newest event's when not given."),
        ),
        buckets: Parameter.withDefault(
          Parameter.integer("Buckets at most.", { min: 1, max: bucketsMax }),
          bucketsMax,
        ),
        clock: Parameter.withDefault(
          Parameter.choice(
            "By which clock the axis runs: that of the sources, or that of the log.",
            clocks,
          ),
          "occurred",
        ),
      },
      answers: {
        200: {
          description: "The time line.",
          contentType: "application/json",
          schema: TimelineAnswer,
        },
      },
      problems: ["bad-request", "log-unavailable", "projection-stopped"],
      handle: ({ query }) =>
        Effect.gen(function* () {
          const { buckets, clock, from, to } = query
          if (from !== undefined && to !== undefined && from > to)
            return yield* Problem.make("bad-request", "from must not be later than to", {
              where: "query.from",
            })
          const moment = yield* reading.momentOf(now.at, now.clock)
          const viewer = yield* Viewer
          const state = viewer.whole
            ? yield* reading.state(Timeline, moment)
            : yield* ownTimelines.of(viewer, moment.to)
          const anomaly = yield* reading.state(Anomaly.projection, moment)
          const picture = yield* reading.state(Chain, moment)
          const incidents = Lens.seen(
            Lens.sightOf(viewer),
            incidentsOf(picture, Findings.incidentsOf(anomaly, picture.nowMs)),
          )
          const coarse = histogramOf(
            state,
            {
              bars: buckets,
              ...(from === undefined ? {} : { fromMs: from }),
              ...(to === undefined ? {} : { toMs: to }),
            },
            clock,
          )
          const { events } = state
          const { firstMs, fromMs, lastMs, toMs } = coarse
          const isFine = toMs > fromMs && (toMs - fromMs) / buckets < coarse.bucketMs / 2
          const fine = isFine
            ? yield* fineOf(log, { fromMs, toMs, bars: buckets, clock }, viewer)
            : undefined
          const { bars, before, bucketMs } = fine ?? coarse
          return Route.answer(TimelineAnswer, {
            fromMs,
            toMs,
            bucketMs,
            ...(events === 0 ? {} : { firstMs, lastMs }),
            before,
            buckets: bars,
            incidents,
            events,
            head: moment.to - 1,
          })
        }),
    }),
  )

interface Asked {
  readonly fromMs: number
  readonly toMs: number
  readonly bars: number
  readonly clock: Clock
}

/** Undefined where the span has too many events for it. */
const fineOf = (log: EventLog["Service"], { bars, clock, fromMs, toMs }: Asked, viewer: Viewer) =>
  Effect.gen(function* () {
    const { before, events } =
      clock === "recorded"
        ? yield* recordedIn(log, fromMs, toMs)
        : yield* occurredIn(log, fromMs, toMs)
    return events.length > fineEventsMax
      ? undefined
      : fineBarsOf(
          events.filter((recorded) => viewer.whole || seesEvent(viewer, recorded)),
          { bars, before, fromMs, toMs },
          clock,
        )
  })

interface Within {
  /** Greatest position before the span, -1 for none. */
  readonly before: number
  /** In order of position; one more than `fineEventsMax` at most. */
  readonly events: ReadonlyArray<Recorded>
}

const occurredIn = Effect.fnUntraced(function* (
  log: EventLog["Service"],
  fromMs: number,
  toMs: number,
): Effect.fn.Return<Within, LogUnavailable> {
  const events = yield* log
    .query({ fromMs, toMs: toMs + 1 })
    .pipe(Stream.flattenIterable, Stream.take(fineEventsMax + 1), Stream.runCollect)
  const earlier = yield* Stream.runHead(log.query({ toMs: fromMs }))
  const before = Option.match(earlier, { onNone: () => -1, onSome: ([last]) => last.position })
  return { before, events: events.toReversed() }
})

const recordedIn = Effect.fnUntraced(function* (
  log: EventLog["Service"],
  fromMs: number,
  toMs: number,
): Effect.fn.Return<Within, LogUnavailable> {
  const from = yield* log.positionAt(fromMs - 1)
  const to = Math.min(yield* log.positionAt(toMs), from + fineEventsMax + 1)
  const events = yield* log.read(from, to).pipe(Stream.flattenIterable, Stream.runCollect)
  return { before: from - 1, events }
})
