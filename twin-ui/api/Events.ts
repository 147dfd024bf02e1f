/**
 * Events as lines and one event in full: `GET /api/events` and `GET /api/events/:position`.
 */
import * as Schema from "effect/Schema"
import { EventRow } from "../../projections/chain/EventRow.ts"

export { EventRow }

/** Newest first. `from`, `to` are positions or ISO 8601 instants (`to` exclusive); `before` is a position, for the next page. */
export const EventsQuery = Schema.Struct({
  device: Schema.optionalKey(Schema.String),
  station: Schema.optionalKey(Schema.String),
  customer: Schema.optionalKey(Schema.String),
  kind: Schema.optionalKey(Schema.String),
  from: Schema.optionalKey(Schema.String),
  to: Schema.optionalKey(Schema.String),
  limit: Schema.optionalKey(Schema.FiniteFromString),
  before: Schema.optionalKey(Schema.FiniteFromString),
})
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
