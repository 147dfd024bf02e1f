/** A device's counter over time: the answer of `GET /api/devices/:id/counter`. */
import * as Schema from "effect/Schema"

export const counterLimitDefault = 200
export const counterLimitMax = 1_000

/** Numbers from `from` to `to` are taken, `gapMax` of them; `to` is below `from` where the counter starts again. */
const Window = Schema.Struct({ from: Schema.Int, to: Schema.Int, gapMax: Schema.Int })
type Window = typeof Window.Type

export const CounterPoint = Schema.Struct({
  /** Of the decision. */
  position: Schema.Int,
  /** When it was heard, by the station's clock. */
  ms: Schema.Int,
  seq: Schema.Int,
  /** Turn of the counter; null for what was refused. */
  epoch: Schema.NullOr(Schema.Int),
  accepted: Schema.Boolean,
  reason: Schema.NullOr(Schema.String),
  warning: Schema.NullOr(Schema.String),
  /** What the window took just before. Null before the first acceptance. */
  window: Schema.NullOr(Window),
})
export type CounterPoint = typeof CounterPoint.Type

export const CounterAnswer = Schema.Struct({
  device: Schema.String,
  /** Last position in the answer. */
  position: Schema.Int,
  occurredMs: Schema.Int,
  /** Where it starts again. */
  rollover: Schema.Int,
  /** Oldest first: the latest decisions before the instant. */
  points: Schema.Array(CounterPoint),
  /** There are older ones. */
  isCut: Schema.Boolean,
  /** What it takes at the instant. */
  window: Schema.NullOr(Window),
})
export type CounterAnswer = typeof CounterAnswer.Type
