/**
 * Counts over the whole log: `GET /api/stats`, and `sigtwin stats --json`.
 */
import * as Schema from "effect/Schema"

const span = Schema.NullOr(Schema.Struct({ firstMs: Schema.Int, lastMs: Schema.Int }))

export const StatsAnswer = Schema.Struct({
  /** Log address and id. */
  log: Schema.NullOr(Schema.String),
  logId: Schema.String,
  /** Events in the log; the newest has position `events - 1`. */
  events: Schema.NullOr(Schema.Int),
  receptions: Schema.Int,
  accepted: Schema.Int,
  refused: Schema.Int,
  reported: Schema.Int,
  devices: Schema.Int,
  stations: Schema.NullOr(Schema.Int),
  customers: Schema.Int,
  delivered: Schema.Int,
  pending: Schema.Int,
  abandoned: Schema.Int,
  occurred: span,
  recorded: span,
  /** True while a demo plays into this log. */
  demo: Schema.Boolean,
  /** Members that who asks may not see; they are null. */
  hidden: Schema.optionalKey(Schema.Array(Schema.String)),
})
export type StatsAnswer = typeof StatsAnswer.Type
