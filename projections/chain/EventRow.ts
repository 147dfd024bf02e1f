/**
 * An event as one line for people: what happened, in few words, and how it should look.
 */
import * as Schema from "effect/Schema"
import type { QuoteResult } from "../../core/attestation/Evidence.ts"
import type { Recorded } from "../../core/event/Envelope.ts"
import { kindOf, type Event } from "../../core/event/Event.ts"
import type { TrafficBlocked, TrafficUnblocked } from "../../core/event/firewall.ts"

/** `good` is green, `ok` the accepted blue, `plain` uncoloured, then amber and vermilion. */
export const Tone = Schema.Literals(["plain", "ok", "good", "suspicious", "refused"])
export type Tone = typeof Tone.Type

export const EventRow = Schema.Struct({
  position: Schema.Int,
  occurredMs: Schema.Int,
  recordedMs: Schema.Int,
  kind: Schema.String,
  tone: Tone,
  /** What happened: "refused, replayed". */
  text: Schema.String,
  /** The detail that tells it from others of its kind: "4D33DB · seq 412". */
  detail: Schema.String,
  device: Schema.optionalKey(Schema.String),
  station: Schema.optionalKey(Schema.String),
  customer: Schema.optionalKey(Schema.String),
  /** The number of the device's message that it is about. */
  seq: Schema.optionalKey(Schema.Int),
  /** `DEVICE:SEQ@EPOCH`, where it is about one message. */
  message: Schema.optionalKey(Schema.String),
})
export type EventRow = typeof EventRow.Type

/** The line of one event. */
export const rowOf = (recorded: Recorded): EventRow => {
  const { event } = recorded
  return {
    position: recorded.position,
    occurredMs: recorded.occurredMs,
    recordedMs: recorded.recordedMs,
    kind: kindOf(event),
    ...wordsOf(event),
    ...("device" in event ? { device: String(event.device) } : {}),
    ...("station" in event ? { station: String(event.station) } : {}),
    ...("customer" in event && event.customer !== undefined
      ? { customer: String(event.customer) }
      : {}),
    ...("seq" in event && typeof event.seq === "number" ? { seq: event.seq } : {}),
    ...messageOf(event),
  }
}

type Words = Pick<EventRow, "tone" | "text" | "detail">
const words = (tone: Tone, text: string, detail = ""): Words => ({ tone, text, detail })

const messageOf = (event: Event): { readonly message?: string } =>
  "epoch" in event && "seq" in event
    ? { message: `${String(event.device)}:${String(event.seq)}@${String(event.epoch)}` }
    : {}

const wordsOf = (event: Event): Words => {
  switch (event._tag) {
    case "FrameHeard":
      return words(
        event.check === "ok" ? "plain" : "refused",
        event.check === "ok" ? "frame heard" : `frame heard, ${event.check}`,
        `${event.device} → ${event.station} · ${event.seq}/${event.rank}`,
      )
    case "BytesHeard":
      return words("suspicious", "bytes that are no frame", `${event.reason} at ${event.station}`)
    case "MessageReported":
      return words("ok", "message reported", `${event.device} · ${event.seq ?? event.id ?? ""}`)
    case "ReceptionReported":
      return words("plain", "reception reported", `${event.device} at ${event.station}`)
    case "ServiceReported":
      return words("plain", `${event.service} reported`, event.device)
    case "DeviceRegistered":
      return words("plain", "device registered", event.device)
    case "DeviceKeyReplaced":
      return words("plain", "device key replaced", `version ${event.keyVersion}`)
    case "DeviceRetired":
      return words("plain", "device retired", event.device)
    case "CounterDisengaged":
      return words("suspicious", "counter disengaged", event.note)
    case "PayloadsErased":
      return words("suspicious", "payloads erased", event.note)
    case "RetentionSet":
      return words(
        "plain",
        "retention set",
        `${event.customer ?? event.group ?? ""}: ${event.days === undefined ? "for good" : `${event.days} d`} by ${event.by}`,
      )
    case "PayloadsExpired":
      return words(
        "plain",
        "payloads expired",
        `${event.customer ?? event.group ?? ""}: ${event.destroyed} keys destroyed, ${event.renewed} renewed`,
      )
    case "StationEnrolled":
      return words("plain", "station enrolled", event.name ?? event.station)
    case "StationRetired":
      return words("plain", "station retired", event.station)
    case "DataCentreOpened":
      return words("plain", "data centre opened", event.name)
    case "CustomerRegistered":
      return words("plain", "customer registered", event.name ?? event.customer)
    case "CustomerRetired":
      return words("plain", "customer retired", event.customer)
    case "DestinationAdded":
      return words("plain", "destination added", event.destination)
    case "DestinationRemoved":
      return words("plain", "destination removed", event.destination)
    case "ReferenceValuesAdopted":
      return words("good", "reference values adopted", short(event.configDigest))
    case "StationTrustLost":
      return words(
        "refused",
        "station trust lost",
        event.reasons === undefined
          ? `${short(event.seen)} instead of ${short(event.expected)}`
          : event.reasons.join(", "),
      )
    case "StationTrustRestored":
      return words("good", "station trust restored", short(event.configDigest))
    case "MessageAccepted":
      return words(
        event.warning === "unstated-band" ? "suspicious" : "ok",
        event.warning === undefined ? "accepted" : `accepted, ${event.warning}`,
        `${event.device} · seq ${event.seq}${event.standing === undefined ? "" : ` · station ${event.standing}`}`,
      )
    case "MessageRefused":
      return words("refused", `refused, ${event.reason}`, `${event.device} · seq ${event.seq}`)
    case "DeliveryOwed":
      return words("plain", "delivery owed", `seq ${event.seq} to ${event.destination}`)
    case "DeliverySucceeded":
      return words(
        "ok",
        "delivered",
        `${event.status} in ${Math.round(event.durationMs)} ms · attempt ${event.attempt}`,
      )
    case "DeliveryFailed":
      return words("suspicious", "delivery failed", `${event.error} · attempt ${event.attempt}`)
    case "DeliveryAbandoned":
      return words("refused", "delivery abandoned", `${event.error} · ${event.attempts} attempts`)
    case "DeliveriesBegan":
      return words("plain", "requests go out", `${event.owed.length}`)
    case "RedeliveryAsked":
      return words(
        "plain",
        `asked for again, was ${event.was}`,
        `seq ${event.seq} to ${event.destination}`,
      )
    case "CircuitOpened":
      return words(
        "suspicious",
        "destination held back",
        `${event.destination} · ${event.failures} failures, ${event.error}`,
      )
    case "CircuitClosed":
      return words("good", "destination answers again", event.destination)
    case "CorePartAdded":
      return words("plain", `${event.kind} added`, event.name ?? event.part)
    case "CorePartRemoved":
      return words("plain", "part removed", event.part)
    case "CorePartReported":
      return words(event.up ? "good" : "suspicious", event.up ? "part up" : "part down", event.part)
    case "CoreServiceDeclared":
      return words("plain", "service declared", event.name ?? event.service)
    case "SourceAdded":
      return words("plain", "network is polled", `${event.source} · ${event.url}`)
    case "SourceRemoved":
      return words("plain", "network is no longer polled", event.source)
    case "SourcePolled":
      return words(
        event.outcome === "done" ? "plain" : "suspicious",
        event.outcome === "done" ? "network polled" : `network polled, ${event.outcome}`,
        `${event.source} · ${event.added} of ${event.messages} new`,
      )
    case "PolicyAdopted":
      return words("plain", "policy adopted", `version ${event.version}`)
    case "LinkReported":
      return words(
        event.up ? "good" : "suspicious",
        event.up ? "link up" : "link down",
        `${event.dataCentre} ${event.link}`,
      )
    case "DemoBegan":
      return words("plain", "demo began", `seed ${event.seed}`)
    case "ReceptionsRepeated":
      return words("plain", "receptions came twice", `${event.count} from ${event.station}`)
    case "EarlierTwinFound":
      return words("suspicious", "the same was heard before", `${event.device} · seq ${event.seq}`)
    case "DownlinkDefaultSet":
      return words(
        "plain",
        event.payload === undefined ? "default downlink removed" : "default downlink set",
        event.device,
      )
    case "DownlinkAsked":
      return words("plain", "downlink asked", `${event.device} · seq ${event.seq}`)
    case "DownlinkScheduled":
      return words("plain", `downlink scheduled, by ${event.by}`, `from ${event.station}`)
    case "DownlinkRefused":
      return words(
        event.reason === "no-answer" ? "plain" : "suspicious",
        `no downlink, ${event.reason}`,
        `${event.device} · seq ${event.seq}`,
      )
    case "DownlinkTransmitted":
      return words("ok", "downlink sent", `${event.device} from ${event.station}`)
    case "DownlinkNotTransmitted":
      return words("suspicious", "downlink not sent", `${event.error} at ${event.station}`)
    case "DownlinkConfirmed":
      return words("good", "downlink confirmed", `${event.device} heard ${event.rssiDbm} dBm`)
    case "DownlinkUnconfirmed":
      return words("suspicious", "downlink not confirmed", `${event.device} · seq ${event.seq}`)
    case "StrayConfirmationHeard":
      return words("suspicious", "a downlink confirmed that was not ours", event.device)
    case "PayloadSchemeAdopted":
      return words(
        "plain",
        event.scheme === undefined ? "payload encryption ended" : "payload encryption adopted",
        `${event.device} · ${event.scheme ?? "none"}`,
      )
    case "ChallengeIssued":
      return words("plain", `challenge issued, ${event.why}`, event.station)
    case "EvidencePresented":
      return words("plain", "evidence presented", event.station)
    case "EvidenceAppraised":
      return appraised(event.result)
    case "StationFellSilent":
      return words("suspicious", "station fell silent", event.station)
    case "StationBootRefused":
      return words("refused", "station refused to boot", event.detail)
    case "ForeignReceptionsRefused":
      return words(
        "refused",
        `${event.asked === undefined ? "receptions" : event.asked} under another's name refused`,
        `${event.count} as of ${event.claimed}, by ${event.station}`,
      )
    case "EndorsementRootTrusted":
      return words("plain", "endorsement root trusted", `${event.role} · ${event.subject}`)
    case "EndorsementRootDistrusted":
      return words("suspicious", "endorsement root trusted no more", short(event.fingerprint))
    case "EndorsementKeyPinned":
      return words("plain", "endorsement key pinned", short(event.ekName))
    case "EnrolmentOffered":
      return words("plain", "TPM keys offered", event.station)
    case "CredentialIssued":
      return words("plain", "credential issued", short(event.akName))
    case "EnrolmentRefused":
      return words("refused", `TPM enrolment refused, ${event.reason}`, event.detail)
    case "StationTpmEnrolled":
      return words("good", `TPM enrolled, by ${event.by}`, short(event.identity.akName))
    case "StationCertified":
      return words("plain", "certificate issued", short(event.fingerprint))
    case "ReferenceValuesPublished":
      return words("plain", "reference values published", event.values.id)
    case "ReferenceValuesSuperseded":
      return words("plain", "reference values superseded", event.id)
    case "TrafficBlocked":
      return words("suspicious", "blocked", `${blockedName(event)} by ${event.by}: ${event.why}`)
    case "TrafficUnblocked":
      return words("good", "unblocked", `${blockedName(event)} by ${event.by}: ${event.why}`)
    case "RateExceeded":
      return words(
        "suspicious",
        event.step === "detect"
          ? "more than is permitted"
          : "more than is permitted, surplus refused",
        `${event.station === undefined ? `customer ${event.customer ?? ""}` : `station ${event.station}`} · ${event.perMinute} a minute`,
      )
    case "AlertTargetAdded":
      return words("plain", "alerts go out", `${event.target} · ${event.url}`)
    case "AlertTargetRemoved":
      return words("plain", "alerts go out no more", event.target)
    case "AlertRaised":
      return words(
        event.phase === "opened" ? "suspicious" : event.phase === "cleared" ? "good" : "plain",
        event.phase === "test" ? "alert tried" : `alert raised, ${event.phase}`,
        event.text,
      )
    case "AlertSent":
      return words("ok", "alert sent", `${event.target} · ${event.status}`)
    case "AlertFailed":
      return words(
        event.nextAttemptAtMs === undefined ? "refused" : "suspicious",
        event.nextAttemptAtMs === undefined ? "alert given up" : "alert failed",
        `${event.target} · ${event.error} · attempt ${event.attempt}`,
      )
    case "AccountAdded":
      return words("plain", "account added", `${event.account} by ${event.by}`)
    case "PasswordSet":
      return words("plain", "password set", `${event.account} by ${event.by}`)
    case "AccountDisabled":
      return words("suspicious", "account disabled", `${event.account} by ${event.by}`)
    case "AccountEnabled":
      return words("good", "account enabled", `${event.account} by ${event.by}`)
    case "GroupPlaced":
      return words("plain", "group placed", `${event.group} below ${event.parent ?? "none"}`)
    case "RoleGranted":
      return words("plain", "role granted", `${event.role} to ${event.account} by ${event.by}`)
    case "RoleRevoked":
      return words("plain", "role revoked", `${event.role} of ${event.account} by ${event.by}`)
    case "CredentialCreated":
      return words("plain", "credential created", `${event.credential} of ${event.account}`)
    case "CredentialRevoked":
      return words("plain", "credential revoked", `${event.credential} of ${event.account}`)
    case "SessionOpened":
      return words("plain", "logged in", `${event.account} from ${event.from}`)
    case "SessionClosed":
      return words("plain", "logged out", event.account)
    case "AccessRefused":
      return words(
        "refused",
        `access refused, ${event.why}`,
        `${event.what} to ${event.account ?? event.from}${event.count > 1 ? `, ${event.count} times` : ""}`,
      )
    case "CommandGiven":
      return words("plain", "command given", `${event.command} by ${event.by}`)
    case "Ticked":
      return words("plain", "tick", event.due)
    case "Unknown":
      return words("plain", event.kind, "of a kind this build does not know")
  }
}

const blockedName = (event: TrafficBlocked | TrafficUnblocked): string => {
  if (event.station !== undefined) return `station ${event.station}`
  if (event.device !== undefined) return `device ${event.device}`
  return event.customer === undefined ? `group ${event.group ?? ""}` : `customer ${event.customer}`
}

const short = (digest: string): string => (digest.length > 9 ? `${digest.slice(0, 8)}…` : digest)

const appraised = (result: QuoteResult): Words => {
  if (result._tag === "QuoteRefused")
    return words(
      "refused",
      `evidence refused, ${result.reason}`,
      result.about.slice(0, 3).join(", ") || result.detail,
    )
  const { warnings } = result
  return warnings.length > 0
    ? words("suspicious", "evidence accepted, with a warning", warnings.join(", "))
    : words("good", "evidence accepted")
}
