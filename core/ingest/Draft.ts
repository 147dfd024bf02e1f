/** What is decided between two commits, and what to tell whom when it is durable, or is not. */
import type * as Effect from "effect/Effect"
import * as Network from "../decide/Network.ts"
import {
  type Cause,
  causeInBatch,
  type NewEvent,
  noCauses,
  type Position,
} from "../event/Envelope.ts"
import type { Event } from "../event/Event.ts"
import { stationStream, strangeStations, streamOf } from "../event/streamOf.ts"
import type { LogUnavailable } from "../log/EventLog.ts"

export interface Draft {
  /** Position its first event will have. */
  readonly first: Position
  readonly events: Array<NewEvent>
  readonly answers: Array<Effect.Effect<unknown>>
  readonly regrets: Array<(why: LogUnavailable) => Effect.Effect<unknown>>
}

export const make = (first: Position): Draft => ({ first, events: [], answers: [], regrets: [] })

/** Adds an event, lets the state (where one is given) take it in, and gives the event's position. */
export const add = (
  draft: Draft,
  state: Network.State | undefined,
  event: Event,
  occurredMs: number,
  causes: ReadonlyArray<Position>,
  ourMs: number,
  isEnrolled: (station: string) => boolean,
): Position => {
  const position = draft.first + draft.events.length
  const own = streamOf(event)
  const stream =
    "station" in event &&
    own === stationStream(event.station) &&
    isOfRadio(event) &&
    !isEnrolled(event.station)
      ? strangeStations
      : own
  draft.events.push({ stream, occurredMs, causes: placedIn(draft.first, causes), event })
  // The revision does not matter to decisions, and our clock only about: the log gives both when it commits.
  if (state !== undefined)
    Network.apply(state, {
      position,
      stream,
      revision: 0,
      occurredMs,
      recordedMs: ourMs,
      causes,
      event,
    })
  return position
}

const isOfRadio = ({ _tag }: Event): boolean =>
  _tag === "FrameHeard" || _tag === "BytesHeard" || _tag === "ReceptionsRepeated"

/** A position in this draft is named by its place in the append, one before it as it is. */
const placedIn = (first: Position, causes: ReadonlyArray<Position>): ReadonlyArray<Cause> =>
  causes.length === 0
    ? noCauses
    : causes.map((position) => (position < first ? position : causeInBatch(position - first)))
