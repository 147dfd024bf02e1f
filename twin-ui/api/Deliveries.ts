/** The delivery ledger as the API tells it. */
import * as Schema from "effect/Schema"

export const deliveriesLimitDefault = 100
export const deliveriesLimitMax = 1_000

export const deliveryStates = ["pending", "given-up", "delivered"] as const

/** One destination's account: owed = delivered + pending + givenUp, at every position. */
export const DeliveryAccount = Schema.Struct({
  customer: Schema.String,
  destination: Schema.String,
  owed: Schema.Int,
  delivered: Schema.Int,
  pending: Schema.Int,
  givenUp: Schema.Int,
  failedAttempts: Schema.Int,
  /** Delivered, perhaps twice: an earlier request's answer was never seen. */
  doubles: Schema.Int,
  /** 95 of 100 were delivered within this time; null while none was. */
  p95Ms: Schema.NullOr(Schema.Int),
  /** How many were delivered within `uptoMs` (and not sooner); null: later than that of all the others. */
  latency: Schema.Array(Schema.Struct({ uptoMs: Schema.NullOr(Schema.Int), count: Schema.Int })),
  failingSinceMs: Schema.NullOr(Schema.Int),
  lastError: Schema.NullOr(Schema.String),
  /** Since when only single attempts are made. */
  circuitOpenSinceMs: Schema.NullOr(Schema.Int),
})

export const DeliveryRow = Schema.Struct({
  customer: Schema.String,
  destination: Schema.String,
  /** `DEVICE:SEQ@EPOCH`. */
  message: Schema.String,
  /** What the destination is told of it; `message` where it is the message itself. */
  notice: Schema.String,
  state: Schema.Literals(deliveryStates),
  /** Of the event that made it so. */
  position: Schema.Int,
  sinceMs: Schema.Int,
  attempts: Schema.Int,
  error: Schema.NullOr(Schema.String),
  status: Schema.NullOr(Schema.Int),
  nextAttemptAtMs: Schema.NullOr(Schema.Int),
})
export type DeliveryRow = typeof DeliveryRow.Type

const sums = {
  owed: Schema.Int,
  delivered: Schema.Int,
  pending: Schema.Int,
  givenUp: Schema.Int,
}

export const DeliveriesAnswer = Schema.Struct({
  position: Schema.Int,
  accounts: Schema.Array(DeliveryAccount),
  total: Schema.Struct(sums),
  /** Whether owed = delivered + pending + givenUp holds for each account and for all together. */
  reconciles: Schema.Boolean,
  /** Those in the state that was asked for, latest first. */
  deliveries: Schema.Array(DeliveryRow),
  /** In that state and not listed here. */
  unlisted: Schema.Int,
})

/** What to send again. */
export const RedeliverAsk = Schema.Struct({
  customer: Schema.String,
  destination: Schema.optionalKey(Schema.String),
  /** `DEVICE:SEQ@EPOCH` of one message. */
  message: Schema.optionalKey(Schema.String),
  device: Schema.optionalKey(Schema.String),
  /** Only what became so at or after this instant, ms since 1970. */
  sinceMs: Schema.optionalKey(Schema.Int),
  untilMs: Schema.optionalKey(Schema.Int),
  /** What was given up, or what was delivered already. */
  was: Schema.optionalKey(Schema.Literals(["given-up", "delivered"])),
  /** Who asks and why. */
  note: Schema.optionalKey(Schema.String),
})
export type RedeliverAsk = typeof RedeliverAsk.Type

export const RedeliverAnswer = Schema.Struct({
  /** Obligations that are pending again. */
  asked: Schema.Int,
  /** Fitting ones beyond what one call takes. */
  left: Schema.Int,
  positions: Schema.Array(Schema.Int),
})
