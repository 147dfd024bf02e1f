/**
 * The chain's feed: what `GET /feed/chain` sends as server-sent events.
 *
 * One SSE message carries one `FeedMessage` as JSON in `data`; its `id` is the position of the last event
 * in the picture, so a reader that comes back with `Last-Event-ID` goes on after it.
 *
 *   live                    view, step, step …
 *   ?at=P|ISO               view as of there; held still, no steps, until the reader leaves
 *   ?at=P|ISO&speed=F       view, then steps at F times event time; on reaching now `caught-up`, then live
 *   &until=P|ISO            stops there with `end`
 *   Last-Event-ID: P        steps after P, no view; or `gap` and a view when P is too far back to step from.
 *                           It wins over `at`.
 *
 * The server folds what lies between into at most `stepsPerSecondMax` steps a second: a page never has to
 * keep up with the log. A comment line (`:`) at least each `heartbeatMs` says the feed is alive.
 */
import * as Schema from "effect/Schema"
import { ChainView, Step } from "../../projections/chain/ChainView.ts"

export const stepsPerSecondMax = 10
export const heartbeatMs = 5_000

/** The whole picture: replaces what was shown before. */
const ViewMessage = Schema.TaggedStruct("view", { view: ChainView })

const StepMessage = Schema.TaggedStruct("step", { step: Step })

/** The log runs ahead of this feed by so many events; nothing is lost. 0: it has caught up again. */
const LagMessage = Schema.TaggedStruct("lag", { behind: Schema.Int })

/** Events `from` to `to` were passed over and were not animated; a view with them in it follows. */
const GapMessage = Schema.TaggedStruct("gap", { from: Schema.Int, to: Schema.Int })

/** A far instant is being rebuilt: `done` of `total` events folded. */
const LoadingMessage = Schema.TaggedStruct("loading", {
  done: Schema.Int,
  total: Schema.Int,
})

/** A replay reached now: what follows is live. */
const CaughtUpMessage = Schema.TaggedStruct("caught-up", {})

/** The feed is over: `until` was reached, or the server stops. */
const EndMessage = Schema.TaggedStruct("end", {
  reason: Schema.Literals(["until", "shutdown"]),
})

export const FeedMessage = Schema.Union([
  ViewMessage,
  StepMessage,
  LagMessage,
  GapMessage,
  LoadingMessage,
  CaughtUpMessage,
  EndMessage,
])
export type FeedMessage = typeof FeedMessage.Type
