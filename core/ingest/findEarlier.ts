/** Looks for a message's earlier twin in the log, newest first, through its index. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as History from "../decide/History.ts"
import type { Recorded } from "../event/Envelope.ts"
import type { EventLog, LogUnavailable } from "../log/EventLog.ts"

/** Batches read for one message; who wants to look further back asks the log itself. */
export const batchesMax = 20_000

/** Lookups that may wait; the oldest makes room. */
export const lookupsMax = 1_024

export const findEarlier = (
  log: EventLog["Service"],
  sought: History.Sought,
  windowMs: number,
): Effect.Effect<Recorded | undefined, LogUnavailable> =>
  log.query({ device: sought.device, kinds: ["FrameHeard"], to: sought.firstAt }).pipe(
    Stream.take(batchesMax),
    Stream.map((events) => events.find((recorded) => History.isTwin(sought, recorded, windowMs))),
    Stream.filter((found) => found !== undefined),
    Stream.runHead,
    Effect.map(Option.getOrUndefined),
  )
