/** Looks for a message's earlier twin in the log, newest first, through its index. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as History from "../decide/History.ts"
import type { Recorded } from "../event/Envelope.ts"
import type { EventLog, LogUnavailable } from "../log/EventLog.ts"

export const findEarlier = (
  log: EventLog["Service"],
  sought: History.Sought,
  windowMs: number,
): Effect.Effect<Recorded | undefined, LogUnavailable> =>
  log.query({ device: sought.device, packet: sought.digest, to: sought.firstAt }).pipe(
    Stream.map((events) => events.find((recorded) => History.isTwin(sought, recorded, windowMs))),
    Stream.filter((found) => found !== undefined),
    Stream.runHead,
    Effect.map(Option.getOrUndefined),
  )
