/**
 * The blast radius of a thing: where it begins, and what of the log rests on it from there to a moment.
 *
 * A station's footing is known only when the whole stretch was seen, since another station may still hear a message;
 * its stretch is read twice.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Position, Recorded } from "../../../core/event/Envelope.ts"
import type { EventLog, Filter, LogUnavailable } from "../../../core/log/EventLog.ts"
import { collectAlone } from "../../integrity/collectAlone.ts"
import type * as Integrity from "../../integrity/Integrity.ts"
import * as Resting from "./Resting.ts"
import { footingOf, type Thing } from "./Thing.ts"

type Log = Pick<EventLog["Service"], "read" | "query">

export interface Stretch {
  /** First position in it, and one past its last. */
  readonly from: Position
  readonly to: Position
}

/** Where the thing began: the event that brought it about; undefined where there is none before `to`. */
export const beginningOf = (
  log: Log,
  thing: Exclude<Thing, { readonly kind: "station" }>,
  to: Position,
): Effect.Effect<Position | undefined, LogUnavailable> => {
  const last = (filter: Filter, isIt: (recorded: Recorded) => boolean) =>
    log.query({ ...filter, to }).pipe(
      Stream.flattenIterable,
      Stream.filter(isIt),
      Stream.runLast,
      Effect.map((found) => Option.getOrUndefined(found)?.position),
    )
  switch (thing.kind) {
    case "key":
      return last(
        { device: thing.device, kinds: ["DeviceRegistered", "DeviceKeyReplaced"] },
        ({ event }) => "keyVersion" in event && event.keyVersion === thing.keyVersion,
      )
    case "policy":
      // Version 0 holds before any is adopted.
      return thing.version === 0
        ? Effect.succeed(0)
        : last(
            { kinds: ["PolicyAdopted"] },
            ({ event }) => event._tag === "PolicyAdopted" && event.version === thing.version,
          )
    case "endpoint":
      return last(
        { customer: thing.customer, kinds: ["DestinationAdded"] },
        ({ event }) => event._tag === "DestinationAdded" && event.destination === thing.destination,
      )
    case "event":
      return Effect.succeed(thing.position < to ? thing.position : undefined)
  }
}

/** `state`: of station integrity as of the stretch's beginning; it is owned. Asked only for a station. */
export const blastOf = (
  log: Log,
  thing: Thing,
  stretch: Stretch,
  state: Effect.Effect<Integrity.State, LogUnavailable>,
): Effect.Effect<Resting.Result, LogUnavailable> =>
  Effect.gen(function* () {
    if (thing.kind !== "station") {
      const resting = Resting.make(footingOf(thing))
      yield* read(log, stretch, resting.take)
      return resting.result()
    }
    const collecting = collectAlone(yield* state, thing.station)
    yield* read(log, stretch, collecting.take)
    const alone = new Set(collecting.messages().map(({ position }) => position))
    const resting = Resting.make(({ position }) => alone.has(position))
    if (alone.size > 0) yield* read(log, stretch, resting.take)
    return resting.result()
  })

const read = (
  log: Log,
  { from, to }: Stretch,
  take: (events: ReadonlyArray<Recorded>) => void,
): Effect.Effect<void, LogUnavailable> =>
  from < to
    ? Stream.runForEach(log.read(from, to), (events) => Effect.sync(() => take(events)))
    : Effect.void
