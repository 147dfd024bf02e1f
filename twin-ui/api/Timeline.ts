/**
 * All of time in at most `bucketsMax` bars, and the incidents under it: `GET /api/timeline?from=&to=&buckets=`.
 * `from` and `to` are instants, by default those of the first and the newest event.
 *
 * The axis is event time, or with `clock=recorded` the log's own. Each bucket names the last position seen by its end, so that a place on the
 * axis is a position to ask about.
 */
import * as Schema from "effect/Schema"
import { Incident } from "../../projections/chain/ChainView.ts"

export const bucketsMax = 400

export const Bucket = Schema.Struct({
  startMs: Schema.Int,
  accepted: Schema.Int,
  refused: Schema.Int,
  reported: Schema.Int,
  /** Greatest position among events up to this bucket's end. Never falls from bucket to bucket. */
  position: Schema.Int,
})
export type Bucket = typeof Bucket.Type

export const TimelineAnswer = Schema.Struct({
  fromMs: Schema.Int,
  toMs: Schema.Int,
  bucketMs: Schema.Int,
  /** The first and the newest instant of the whole log, whatever was asked for. */
  firstMs: Schema.optionalKey(Schema.Int),
  lastMs: Schema.optionalKey(Schema.Int),
  /** Greatest position before `fromMs`, -1 for none. */
  before: Schema.optionalKey(Schema.Int),
  /** In order of time; empty ones may be left out. */
  buckets: Schema.Array(Bucket),
  incidents: Schema.Array(Incident),
  /** Events in the whole log, and its newest position (-1 for none). */
  events: Schema.Int,
  head: Schema.Int,
})
export type TimelineAnswer = typeof TimelineAnswer.Type
