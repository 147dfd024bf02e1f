/**
 * Plays the past into a picture: at `speed` times event time, in at most `stepsPerSecondMax` steps a second,
 * until it reaches now or where it was to stop.
 *
 * How much one step holds depends on the speed and on how fast the reader takes steps, not on the log.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Position, Recorded } from "../../core/event/Envelope.ts"
import type { EventLog, LogUnavailable } from "../../core/log/EventLog.ts"
import * as Anomaly from "../../projections/anomaly/Anomaly.ts"
import { Chain } from "../../projections/chain/Chain.ts"
import type { ChainView } from "../../projections/chain/ChainView.ts"
import type { State } from "../../projections/chain/State.ts"
import * as Device from "../../projections/device/Device.ts"
import type { Twin } from "../../projections/run/Twin.ts"
import { stepsPerSecondMax } from "../api/Feed.ts"
import * as ChainHub from "./ChainHub.ts"
import * as Findings from "./findings.ts"
import type { Lens } from "./Lens.ts"

/** Silence in the log longer than this to watch is passed over. */
export const silenceMsMax = 10_000

/** Events of one step that are shown in motion; the picture has all of them. */
export const motionEventsMax = 20_000

export interface Played {
  readonly log: EventLog["Service"]
  readonly twin: Twin["Service"]
  readonly send: (sent: ChainHub.Sent) => Effect.Effect<void>
  /** As of where it begins; owned by this from now on. */
  readonly state: State
  /** Of the same position, and owned too. */
  readonly anomaly: Anomaly.State
  /** The same; not needed by who sees the whole twin. */
  readonly device: Device.State | undefined
  readonly lens: Lens
  readonly view: ChainView
  readonly speed: number
  /** Events below this position are played. */
  readonly until: Position | undefined
}

/** Where it came to. `ended` says that this was where it was to stop. */
export interface Reached {
  readonly position: Position
  readonly ended: boolean
}

export const run = Effect.fn("replayChain")(function* (played: Played) {
  const { anomaly, device, lens, send, speed, state, twin, until } = played
  const stepMs = 1000 / stepsPerSecondMax
  let view = played.view
  /** Event time that is shown, and when that was so by our clock. */
  let shownMs = state.nowMs
  let shownAtMs = yield* Clock.currentTimeMillis
  for (;;) {
    const from = state.position + 1
    const end = Math.min(until ?? Number.POSITIVE_INFINITY, yield* twin.position)
    if (from >= end) {
      const ended = until !== undefined && from >= until
      if (ended) yield* send(ChainHub.textOf({ _tag: "end", reason: "until" }, state.position))
      return { position: state.position, ended } satisfies Reached
    }
    yield* Effect.sleep(stepMs)
    const nowMs = yield* Clock.currentTimeMillis
    shownMs += (nowMs - shownAtMs) * speed
    shownAtMs = nowMs
    const events = yield* foldUpTo(played, from, end, shownMs)
    if (events.length === 0) {
      const next = yield* firstOf(played.log, from)
      if (next !== undefined && next.occurredMs - shownMs > silenceMsMax * speed)
        shownMs = next.occurredMs
      continue
    }
    const found = Findings.incidentsOf(anomaly, state.nowMs)
    const stepped = lens.step(view, state, device, events, found)
    view = stepped.view
    yield* send(ChainHub.textOf({ _tag: "step", step: stepped.step }, view.position))
  }
})

/** Folds what occurred up to an instant; gives the latest of these events. */
const foldUpTo = (
  { anomaly, device, log, state }: Played,
  from: Position,
  end: Position,
  untilMs: number,
): Effect.Effect<ReadonlyArray<Recorded>, LogUnavailable> =>
  log.read(from, end).pipe(
    Stream.map((batch) => {
      const beyond = batch.findIndex(({ occurredMs }) => occurredMs > untilMs)
      const taken = beyond < 0 ? batch : batch.slice(0, beyond)
      for (const recorded of taken) {
        Chain.apply(state, recorded)
        Anomaly.projection.apply(anomaly, recorded)
        if (device !== undefined) Device.projection.apply(device, recorded)
      }
      return { taken, isLast: beyond >= 0 }
    }),
    Stream.takeUntil(({ isLast }) => isLast),
    Stream.runFold(
      (): ReadonlyArray<Recorded> => [],
      (latest, { taken }) => [...latest, ...taken].slice(-motionEventsMax),
    ),
  )

const firstOf = (
  log: EventLog["Service"],
  position: Position,
): Effect.Effect<Recorded | undefined, LogUnavailable> =>
  log.read(position, position + 1).pipe(
    Stream.runFold(
      (): Recorded | undefined => undefined,
      (found, batch) => found ?? batch[0],
    ),
  )
