/**
 * Events as lines and one event in full: `GET /api/events` and `GET /api/events/:position`.
 *
 * Lists are newest first. `device`, `station`, `customer`, `kind` narrow them; `from` and `to` are positions or
 * instants (`to` exclusive); `limit` is how many, `before` a position, for the next page.
 */
import * as Schema from "effect/Schema"
import { EventRow } from "../../projections/chain/EventRow.ts"

export const eventsLimitDefault = 50
export const eventsLimitMax = 1000

export const EventsAnswer = Schema.Struct({
  events: Schema.Array(EventRow),
  /** `before` of the next page; absent on the last one. */
  next: Schema.optionalKey(Schema.Int),
})
export type EventsAnswer = typeof EventsAnswer.Type

export const EventAnswer = Schema.Struct({
  row: EventRow,
  stream: Schema.String,
  revision: Schema.Int,
  /** What caused it, as lines, in the order the event names them. */
  causes: Schema.Array(EventRow),
  /** The event's own fields as stored; sealed payloads stay sealed. */
  data: Schema.Record(Schema.String, Schema.Unknown),
})
export type EventAnswer = typeof EventAnswer.Type
