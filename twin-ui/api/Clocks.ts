/** One instant on either clock: the answer of `GET /api/clocks`. */
import * as Schema from "effect/Schema"
import { EventRow } from "../../projections/chain/EventRow.ts"
import { Change } from "./Diff.ts"

export const ClocksAnswer = Schema.Struct({
  atMs: Schema.Int,
  /** What came so much later is folded in where it belongs. */
  latenessMs: Schema.Int,
  /** Last position that was known then, by the log's clock. */
  known: Schema.Int,
  /** Events recorded after the instant that had occurred by then. */
  foldedIn: Schema.Int,
  /** What was learnt later: from what was known to what was true. */
  total: Schema.Int,
  changes: Schema.Array(Change),
  /** Events that came later than the bound, oldest first; at most 100. */
  late: Schema.Array(EventRow),
})
export type ClocksAnswer = typeof ClocksAnswer.Type
