/**
 * Alerts to those who run the network: who is told, what was raised, and how each attempt went.
 *
 * ```
 * AlertRaised -> AlertSent
 *             -> AlertFailed -> … -> AlertSent
 *                            -> the last one, without a next attempt: given up
 * ```
 * Stored names and fields are a wire format: change them only by adding, and through `upcast.ts`.
 * Secrets are never here: `core/keys` holds them.
 */
import * as Schema from "effect/Schema"
import { AlertTargetId, CustomerId, DeviceId, StationId } from "./ids.ts"

/** Where alerts go: `https://…`, or `mailto:ADDRESS`. Added again under its name, it is changed. */
export const AlertTargetAdded = Schema.TaggedStruct("AlertTargetAdded", {
  target: AlertTargetId,
  url: Schema.String,
  /** Kinds of anomalies it is told of; of all where absent. */
  kinds: Schema.optionalKey(Schema.Array(Schema.String)),
  /** Permits an address on this machine (trials). */
  loopbackAllowed: Schema.Boolean,
  /** Permits addresses within private networks (RFC 1918, RFC 4193). */
  privateAllowed: Schema.optionalKey(Schema.Boolean),
  /** Version of its secret headers and signing key in the vault; absent where it has none. */
  secretVersion: Schema.optionalKey(Schema.Int),
  by: Schema.String,
})
export type AlertTargetAdded = typeof AlertTargetAdded.Type

/** Under which name its secrets are kept: no customer's id begins so. */
export const secretIdOf = (target: AlertTargetId): string => `~alerts/${target}`

export const AlertTargetRemoved = Schema.TaggedStruct("AlertTargetRemoved", {
  target: AlertTargetId,
  by: Schema.String,
})
export type AlertTargetRemoved = typeof AlertTargetRemoved.Type

/** `test`: somebody asked whether alerts arrive. */
export const AlertPhase = Schema.Literals(["opened", "cleared", "test"])
export type AlertPhase = typeof AlertPhase.Type

/** Decision: these targets are told, each once, that the anomaly opened or cleared. Owed to them from here on. */
export const AlertRaised = Schema.TaggedStruct("AlertRaised", {
  /** The anomaly's id; for a test one of its own. */
  anomaly: Schema.String,
  phase: AlertPhase,
  /** The anomaly's kind: `traffic-surge`. */
  kind: Schema.String,
  device: Schema.optionalKey(DeviceId),
  station: Schema.optionalKey(StationId),
  customer: Schema.optionalKey(CustomerId),
  area: Schema.optionalKey(Schema.String),
  /** One line for people. */
  text: Schema.String,
  expected: Schema.optionalKey(Schema.String),
  seen: Schema.optionalKey(Schema.String),
  sinceMs: Schema.Int,
  targets: Schema.Array(AlertTargetId),
})
export type AlertRaised = typeof AlertRaised.Type

const attempt = {
  target: AlertTargetId,
  anomaly: Schema.String,
  phase: AlertPhase,
  attempt: Schema.Int,
  durationMs: Schema.Finite,
}

/** Cause: its `AlertRaised`. */
export const AlertSent = Schema.TaggedStruct("AlertSent", { ...attempt, status: Schema.Int })
export type AlertSent = typeof AlertSent.Type

/** Cause: its `AlertRaised`. */
export const AlertFailed = Schema.TaggedStruct("AlertFailed", {
  ...attempt,
  /** The answer's status; absent when there was no answer. */
  status: Schema.optionalKey(Schema.Int),
  /** `timeout`, `refused`, `status`, `not-allowed`, `no-mail-server` … */
  error: Schema.String,
  /** Absent: it was the last attempt, and is given up. */
  nextAttemptAtMs: Schema.optionalKey(Schema.Int),
})
export type AlertFailed = typeof AlertFailed.Type
