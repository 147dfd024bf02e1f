/** What stands out of a selection: `POST /api/outlier`. */
import * as Schema from "effect/Schema"

/** A condition stands in a statement, whose length is bounded. */
const Condition = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(4000))

export const OutlierBody = Schema.Struct({
  /** What is selected; messages when absent. */
  of: Schema.optionalKey(Schema.Literals(["messages", "receptions", "deliveries"])),
  /** A condition in SQL over the columns of the table and those that are compared. */
  where: Condition,
  /** With what it is compared; all else when absent. */
  against: Schema.optionalKey(Condition),
  /** As of this position (with its event in it) or instant; now when absent. */
  at: Schema.optionalKey(Schema.String),
  clock: Schema.optionalKey(Schema.Literals(["occurred", "recorded"])),
  /** How likely anything may be found where nothing is; 0.01 when absent. */
  level: Schema.optionalKey(
    Schema.Finite.check(Schema.isBetween({ minimum: 1e-12, maximum: 0.5 })),
  ),
  timeMs: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 120_000 }))),
})
export type OutlierBody = typeof OutlierBody.Type

export const OutlierAnswer = Schema.Struct({
  of: Schema.String,
  /** Rows in the selection, and rows it was compared with. */
  inside: Schema.Int,
  outside: Schema.Int,
  /** Columns that were compared, and their values in all. */
  columns: Schema.Array(Schema.String),
  tried: Schema.Int,
  level: Schema.Finite,
  /** Values that go with the selection or against it, the strongest first. */
  found: Schema.Array(
    Schema.Struct({
      column: Schema.String,
      /** Null where the column is empty. */
      value: Schema.NullOr(Schema.String),
      inside: Schema.Int,
      insideShare: Schema.Finite,
      outside: Schema.Int,
      outsideShare: Schema.Finite,
      /** Share inside over share outside, and its 95 % interval. */
      times: Schema.Finite,
      timesLow: Schema.Finite,
      timesHigh: Schema.Finite,
      /** Correlation with being selected, -1..1. */
      phi: Schema.Finite,
      /** How likely by chance, allowing for all that were tried (Fisher, Holm). */
      p: Schema.Finite,
    }),
  ),
  position: Schema.Int,
  behind: Schema.Int,
})
export type OutlierAnswer = typeof OutlierAnswer.Type
