/**
 * `GET /feed/chain`: the picture for the page, as `twin-ui/api/Feed.ts` says it.
 *
 *   live      view, then the steps that `ChainHub` makes for all
 *   replay    view of then, and steps of its own at `speed` until it reaches now; then live
 *   held      view of then, and nothing more
 * Who sees a part of the twin is sent pictures of that part, made for them alone (`narrowFeed.ts`).
 * A reader that cannot keep up is asked less often: it is sent what there is when it can take it.
 */
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { Position } from "../../core/event/Envelope.ts"
import { EventLog } from "../../core/log/EventLog.ts"
import * as Anomaly from "../../projections/anomaly/Anomaly.ts"
import { Chain } from "../../projections/chain/Chain.ts"
import { Grouping } from "../../projections/chain/ChainView.ts"
import * as Device from "../../projections/device/Device.ts"
import { Twin } from "../../projections/run/Twin.ts"
import { type FeedMessage, heartbeatMs } from "../api/Feed.ts"
import * as At from "./At.ts"
import { now } from "./asOf.ts"
import * as ChainHub from "./ChainHub.ts"
import * as Findings from "./findings.ts"
import * as Lens from "./Lens.ts"
import { liveThrough } from "./narrowFeed.ts"
import { lastEventId, sseHeaders, withHeartbeat } from "./feedRoutes.ts"
import * as Parameter from "./Parameter.ts"
import * as Problem from "./Problem.ts"
import { Readers } from "./Readers.ts"
import * as Reading from "./Reading.ts"
import * as Replay from "./replayChain.ts"
import * as Route from "./Route.ts"
import { Viewer } from "./Viewer.ts"

/** Fastest replay, times event time: ten years in an hour. */
export const speedMax = 100_000

/** A reader is told of a lag beyond this many events. */
export const lagMin = 10_000

/** Messages made ahead of what the socket took. */
const aheadMax = 2

/** Puts a message on its way; returns when there is room for the next. */
export type Send = (sent: ChainHub.Sent) => Effect.Effect<void>

export const make = Effect.gen(function* () {
  const log = yield* EventLog
  const twin = yield* Twin
  const readers = yield* Readers
  const reading = yield* Reading.make
  const hubs: Readonly<Record<Grouping, ChainHub.ChainHub>> = {
    customer: yield* ChainHub.make("customer"),
    site: yield* ChainHub.make("site"),
    type: yield* ChainHub.make("type"),
  }

  /** From a picture on, for good. */
  const live = (
    send: Send,
    hub: ChainHub.ChainHub,
    from: Position,
  ): Effect.Effect<never, ChainHub.Failure> =>
    Effect.gen(function* () {
      let position = from
      let lagging = false
      for (;;) {
        for (const sent of yield* hub.after(position)) {
          yield* send(sent)
          position = sent.position
        }
        const behind = (yield* log.head) - 1 - position
        if (behind > lagMin || lagging) {
          lagging = behind > lagMin
          yield* send(ChainHub.textOf({ _tag: "lag", behind: lagging ? behind : 0 }, position))
        }
      }
    })

  const liveFromNow = Effect.fnUntraced(function* (send: Send, hub: ChainHub.ChainHub) {
    const view = yield* hub.view
    yield* send(view)
    return yield* live(send, hub, view.position)
  })

  /** The picture of another time; with a speed it goes on from there. */
  const past = Effect.fnUntraced(function* (
    send: Send,
    moment: Reading.Moment,
    by: Grouping,
    viewer: Viewer,
    speed: number | undefined,
    until: Reading.Moment | undefined,
  ) {
    const before = moment.to - 1
    yield* send(ChainHub.textOf({ _tag: "loading", done: 0, total: moment.to }, before))
    const state = Chain.copy(yield* twin.asOf(Chain, moment.to))
    const anomaly = Anomaly.projection.copy(yield* twin.asOf(Anomaly.projection, moment.to))
    const device = viewer.whole
      ? undefined
      : Device.projection.copy(yield* twin.asOf(Device.projection, moment.to))
    const lens = Lens.of(viewer, by)
    const view = lens.view(state, device, Findings.incidentsOf(anomaly, state.nowMs))
    yield* send(ChainHub.textOf({ _tag: "view", view }, view.position))
    if (speed === undefined) return yield* Effect.never
    const reached = yield* Replay.run({
      log,
      twin,
      send,
      state,
      anomaly,
      device,
      lens,
      view,
      speed,
      until: until?.to,
    })
    if (reached.ended) return
    yield* send(ChainHub.textOf({ _tag: "caught-up" }, reached.position))
    return yield* viewer.whole
      ? live(send, hubs[by], reached.position)
      : liveThrough(twin, viewer, by, send)
  })

  const messages = (produce: (send: Send) => Effect.Effect<void, ChainHub.Failure>) =>
    Stream.callback<string>(
      (queue) =>
        produce((sent) => Effect.asVoid(Queue.offer(queue, sent.text))).pipe(
          Effect.raceFirst(
            readers.closing.pipe(Effect.andThen(Queue.offer(queue, endText("shutdown")))),
          ),
          Effect.catch((error) => Effect.logError(`a feed ended: ${error.message}`)),
          Effect.andThen(Queue.end(queue)),
        ),
      { bufferSize: aheadMax, strategy: "suspend" },
    )

  const feed = Route.make({
    method: "GET",
    path: "/feed/chain",
    operation: "followChain",
    tag: "feed",
    access: "api",
    filtered: true,
    summary: "Follow the picture of the chain, live or from the past",
    description:
      "Server-sent events whose `data` is one message of the feed: a view, then steps from it. `id` is the position of the last event in the picture; `Last-Event-ID` goes on after it.",
    query: {
      at: Parameter.optional(At.parameter("Begin as of then, and hold still.")),
      speed: Parameter.optional(
        Parameter.positive("With `at`: go on from there, at so many times event time.", speedMax),
      ),
      by: Parameter.withDefault(
        Parameter.choice("By what devices are grouped.", Grouping.literals),
        "customer",
      ),
      until: Parameter.optional(At.parameter("With `speed`: stop as of then.")),
    },
    answers: { 200: { description: "The picture.", contentType: "text/event-stream" } },
    problems: ["bad-request", "too-many-readers", "log-unavailable", "projection-stopped"],
    handle: ({ query: { at, by, speed, until }, request }) =>
      Effect.gen(function* () {
        if (at === undefined && (speed !== undefined || until !== undefined))
          return yield* Problem.make("bad-request", "speed and until need at", {
            where: speed === undefined ? "query.until" : "query.speed",
          })
        const seen = yield* lastEventId(request.headers, yield* log.head)
        const moment = at === undefined ? undefined : yield* reading.momentOf(at, now.clock)
        const end = until === undefined ? undefined : yield* reading.momentOf(until, now.clock)
        yield* readers.enter
        const viewer = yield* Viewer
        const isWhole = viewer.whole
        const produce = (send: Send): Effect.Effect<void, ChainHub.Failure> =>
          moment !== undefined && seen === undefined
            ? past(send, moment, by, viewer, speed, end)
            : !viewer.whole
              ? liveThrough(twin, viewer, by, send)
              : seen === undefined
                ? liveFromNow(send, hubs[by])
                : live(send, hubs[by], seen)
        return HttpServerResponse.stream(
          messages(produce).pipe(
            withHeartbeat(heartbeatMs),
            // What this reader was sent at first is what others may not see: a change of that ends it.
            Stream.takeWhile(
              () => viewer.whole === isWhole && viewer.may("read") && !viewer.isOver(),
            ),
            Stream.encodeText,
          ),
          { contentType: "text/event-stream", headers: sseHeaders },
        )
      }),
  })

  return [feed]
})

const endText = (reason: Extract<FeedMessage, { _tag: "end" }>["reason"]): string =>
  `data: ${JSON.stringify({ _tag: "end", reason })}\n\n`
