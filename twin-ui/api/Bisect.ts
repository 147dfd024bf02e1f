/** Where a condition holds: the answer of `GET /api/bisect`. */
import * as Schema from "effect/Schema"
import { EventRow } from "../../projections/chain/EventRow.ts"

export const BisectAnswer = Schema.Struct({
  condition: Schema.String,
  which: Schema.Literals(["first", "last", "all"]),
  /** Positions that were looked at, `to` not included. */
  from: Schema.Int,
  to: Schema.Int,
  /** Stretches there are; the first `stretchesMax` are listed. */
  count: Schema.Int,
  stretches: Schema.Array(
    Schema.Struct({
      from: Schema.Int,
      to: Schema.Int,
      /** The event with which it begins to hold; of `last`, the one with which it held last. */
      event: Schema.optionalKey(EventRow),
    }),
  ),
  /** Events folded for the answer. */
  folded: Schema.Int,
})
export type BisectAnswer = typeof BisectAnswer.Type
