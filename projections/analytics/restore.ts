/**
 * What the fold of facts knew when the tables stood where they stand: from the tables themselves, and from the last
 * events of the log for what a table does not hold.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Recorded } from "../../core/event/Envelope.ts"
import { EventLog, type LogUnavailable } from "../../core/log/EventLog.ts"
import { AnalyticsUnavailable } from "./Analytics.ts"
import * as Facts from "./Facts.ts"
import * as Openers from "./Openers.ts"
import type { Store } from "./Store.ts"

export const restore = (
  store: Store,
): Effect.Effect<Facts.State, AnalyticsUnavailable | LogUnavailable, EventLog> =>
  Effect.gen(function* () {
    const log = yield* EventLog
    const state = Facts.initial()
    const to = store.positions.facts
    if (to === 0) return state
    const from = Math.max(0, to - Openers.eventsMax)
    const select = (sql: string) =>
      Effect.tryPromise({
        try: () => store.run(sql),
        catch: (cause) =>
          new AnalyticsUnavailable({
            reason: "unreadable",
            detail: cause instanceof Error ? cause.message : String(cause),
          }),
      })
    for (const [device] of yield* select("SELECT DISTINCT device FROM kept.device_steps"))
      state.devices.add(String(device))
    for (const [station] of yield* select("SELECT DISTINCT station FROM kept.station_steps"))
      state.stations.add(String(station))
    const [window] = yield* select(
      "SELECT tally_window_ms FROM kept.policies ORDER BY position DESC LIMIT 1",
    )
    if (window !== undefined) state.windowMs = Number(window[0])
    // An event opened a message where its row says that it is the message's first.
    const openers = new Set(
      (yield* select(
        `SELECT message FROM kept.receptions WHERE position >= ${from} AND message = position
         UNION SELECT message FROM kept.messages WHERE position >= ${from} AND message = position`,
      )).map(([message]) => Number(message)),
    )
    const again = (events: ReadonlyArray<Recorded>) =>
      Effect.sync(() => {
        for (const recorded of events)
          Facts.openAgain(state, recorded, openers.has(recorded.position))
      })
    yield* Stream.runForEach(log.read(from, to), again)
    return state
  })
