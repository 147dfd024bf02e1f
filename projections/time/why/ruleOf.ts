/** By which rule a single event came about, and what was compared: as far as the event itself tells. */
import type { Recorded } from "../../../core/event/Envelope.ts"
import type { Event } from "../../../core/event/Event.ts"
import type { StationTrustLost } from "../../../core/event/attestation.ts"
import { answerWithinMs, retryAfterMs } from "../../../core/decide/retryRule.ts"
import * as Instant from "../../../core/kernel/Instant.ts"
import { compared, type Compared, type Rule } from "./Reason.ts"

export interface Applied {
  readonly rule?: Rule
  readonly compared: ReadonlyArray<Compared>
}

export const ruleOf = (recorded: Recorded): Applied =>
  receptionRule(recorded.event) ?? decisionRule(recorded.event) ?? deliveryRule(recorded) ?? none

/** A fact that came about by no rule of ours. */
const none: Applied = { compared: [] }

const receptionRule = (event: Event): Applied | undefined =>
  event._tag === "FrameHeard"
    ? {
        rule: { name: "frame checks", version: `key ${event.keyVersion}` },
        compared: [compared("CRC and MAC", "ok", event.check, event.check === "ok")],
      }
    : undefined

const decisionRule = (event: Event): Applied | undefined => {
  if (event._tag === "StationTrustLost") return lostRule(event)
  if (event._tag === "StationTrustRestored")
    return digestRule(event.policy, event.configDigest, event.configDigest)
  if (event._tag === "MessageAccepted" || event._tag === "MessageRefused")
    return { rule: { name: "verdict", version: `policy ${event.policy}` }, compared: [] }
  if (event._tag === "DownlinkScheduled" || event._tag === "DownlinkRefused")
    return { rule: { name: "downlink", version: `policy ${event.policy}` }, compared: [] }
  return undefined
}

const deliveryRule = ({ event, occurredMs }: Recorded): Applied | undefined => {
  if (event._tag === "DeliverySucceeded")
    return {
      rule: retryRule,
      compared: [
        compared("answer", "2xx", event.status, true),
        within(event.durationMs),
        compared("attempt", "1 to 4", event.attempt, true),
      ],
    }
  if (event._tag === "DeliveryFailed")
    return {
      rule: retryRule,
      compared: [
        compared("answer", "2xx", event.status ?? event.error, false),
        ...(event.error === "timeout" ? [within(event.durationMs)] : []),
        compared(
          "next attempt",
          `${(retryAfterMs(event.attempt) ?? 0) / 1000} s later`,
          Instant.toIso(event.nextAttemptAtMs),
          event.nextAttemptAtMs >= occurredMs,
        ),
      ],
    }
  return event._tag === "DeliveryAbandoned"
    ? { rule: retryRule, compared: [compared("attempts left", "at least 1", 0, false)] }
    : undefined
}

/** Sigfox facts, part 6; see `core/decide/retryRule.ts`. */
const retryRule: Rule = { name: "delivery and retries", version: "1" }

const within = (durationMs: number): Compared =>
  compared(
    "time",
    `within ${answerWithinMs} ms`,
    `${Math.round(durationMs)} ms`,
    durationMs <= answerWithinMs,
  )

/** Evidence or a boot was refused where there are reasons; else a reception showed another digest. */
const lostRule = ({ expected, policy, reasons, seen }: StationTrustLost): Applied => {
  if (reasons === undefined) return digestRule(policy, expected, seen)
  const [reason, ...about] = reasons
  const version = `policy ${policy}`
  return reason === "boot_refused"
    ? {
        rule: { name: "sealed boot", version },
        compared: [compared("sealed secret", "unsealed", "not unsealed", false)],
      }
    : {
        rule: { name: "appraisal of evidence", version },
        compared: [compared("evidence", "accepted", [reason, ...about].join(", "), false)],
      }
}

const digestRule = (policy: number, expected: string, seen: string): Applied => ({
  rule: { name: "configuration digest", version: `policy ${policy}` },
  compared: [compared("configuration digest", expected, seen, expected === seen)],
})
