/** Who is alerted and how alerts stand: the answer of `GET /api/alerts`. */
import * as Schema from "effect/Schema"
import { AlertPhase } from "../../core/event/alert.ts"

export const AlertTargetRow = Schema.Struct({
  target: Schema.String,
  url: Schema.String,
  /** Kinds of anomalies it is told of; empty: of all. */
  kinds: Schema.Array(Schema.String),
  hasSecrets: Schema.Boolean,
  by: Schema.String,
})

export const AlertRow = Schema.Struct({
  /** Of the event that raised it. */
  position: Schema.Int,
  ms: Schema.Int,
  anomaly: Schema.String,
  phase: AlertPhase,
  kind: Schema.String,
  text: Schema.String,
  told: Schema.Array(
    Schema.Struct({
      target: Schema.String,
      state: Schema.Literals(["pending", "sent", "given-up"]),
      attempts: Schema.Int,
      error: Schema.NullOr(Schema.String),
      status: Schema.NullOr(Schema.Int),
    }),
  ),
})

export const AlertsAnswer = Schema.Struct({
  position: Schema.Int,
  targets: Schema.Array(AlertTargetRow),
  /** Newest first. */
  alerts: Schema.Array(AlertRow),
})
export type AlertsAnswer = typeof AlertsAnswer.Type
