/** Blast radius: what rested on a station, a key, a policy, a customer's endpoint or an event. */
import * as Schema from "effect/Schema"
import { kinds } from "../../projections/time/blast/Thing.ts"

const Share = Schema.Struct({ id: Schema.String, messages: Schema.Int })

export const BlastAnswer = Schema.Struct({
  kind: Schema.Literals(kinds),
  id: Schema.String,
  /** The stretch of the log after this position, and when that was; -1 for all of it. */
  from: Schema.Int,
  fromMs: Schema.NullOr(Schema.Int),
  /** `last good`: a station's trust was last good there; `beginning`: the thing began there; `asked`: as the question says. */
  since: Schema.Literals(["last good", "beginning", "asked"]),
  /** Last position in it. */
  position: Schema.Int,
  occurredMs: Schema.Int,
  /** Accepted messages that rest on it. */
  count: Schema.Int,
  /** The latest, newest first, at most 1,000. */
  messages: Schema.Array(
    Schema.Struct({
      message: Schema.String,
      device: Schema.String,
      customer: Schema.NullOr(Schema.String),
      /** Of its acceptance. */
      position: Schema.Int,
    }),
  ),
  /** With the most messages first. */
  devices: Schema.Array(Share),
  customers: Schema.Array(Share),
  /** Refused messages, with the most frequent reason first. */
  refused: Schema.Array(Schema.Struct({ reason: Schema.String, messages: Schema.Int })),
  /** What is owed because of them, as it stands at the end. */
  destinations: Schema.Array(
    Schema.Struct({
      customer: Schema.String,
      destination: Schema.String,
      owed: Schema.Int,
      delivered: Schema.Int,
      pending: Schema.Int,
      givenUp: Schema.Int,
    }),
  ),
  downlinks: Schema.Struct({
    asked: Schema.Int,
    scheduled: Schema.Int,
    transmitted: Schema.Int,
    confirmed: Schema.Int,
  }),
  /** Whose trust was judged by what rests on it. */
  stations: Schema.Array(Schema.String),
  /** All events that rest on it, by kind, the most first. */
  kinds: Schema.Array(Schema.Struct({ kind: Schema.String, events: Schema.Int })),
  events: Schema.Int,
  first: Schema.NullOr(Schema.Int),
  last: Schema.NullOr(Schema.Int),
  /** More rests on it than is followed: counted up to this position only. */
  cutAt: Schema.NullOr(Schema.Int),
})
export type BlastAnswer = typeof BlastAnswer.Type
