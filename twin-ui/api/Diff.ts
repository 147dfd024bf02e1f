/** What differs between two instants: the answer of `GET /api/diff`. */
import * as Schema from "effect/Schema"

export const Change = Schema.Struct({
  /** As `device 4D33DB`, `station BS-0001`, `ledger hydro/main`, `finding clone:4D33DB of 4711`. */
  thing: Schema.String,
  change: Schema.Literals(["added", "removed", "changed"]),
  /** Of a thing added or removed, all of its fields. `from` or `to` is absent where there was no such field. */
  fields: Schema.Array(
    Schema.Struct({
      field: Schema.String,
      from: Schema.optionalKey(Schema.Unknown),
      to: Schema.optionalKey(Schema.Unknown),
    }),
  ),
})
export type Change = typeof Change.Type

export const DiffAnswer = Schema.Struct({
  /** Last positions on both sides, -1 for none. */
  from: Schema.Int,
  to: Schema.Int,
  /** Things that differ. */
  total: Schema.Int,
  /** `offset` of the next page; absent on the last one. */
  next: Schema.optionalKey(Schema.Int),
  changes: Schema.Array(Change),
})
export type DiffAnswer = typeof DiffAnswer.Type

export const changesLimitDefault = 200
export const changesLimitMax = 10_000
