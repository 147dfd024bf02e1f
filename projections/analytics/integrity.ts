/** Rows about stations' integrity: a row a step. */
import type * as Attestation from "../../core/event/attestation.ts"
import type * as Endorsement from "../../core/event/endorsement.ts"
import type { Recorded } from "../../core/event/Envelope.ts"
import type * as Reference from "../../core/event/referenceValues.ts"
import { placeOf, type Row } from "./Table.ts"

export type IntegrityStep =
  | Attestation.ReferenceValuesAdopted
  | Attestation.StationTrustLost
  | Attestation.StationTrustRestored
  | Attestation.ChallengeIssued
  | Attestation.EvidencePresented
  | Attestation.EvidenceAppraised
  | Attestation.StationFellSilent
  | Attestation.StationBootRefused
  | Attestation.ForeignReceptionsRefused
  | Endorsement.EndorsementKeyPinned
  | Endorsement.EnrolmentOffered
  | Endorsement.CredentialIssued
  | Endorsement.EnrolmentRefused
  | Endorsement.StationTpmEnrolled
  | Endorsement.StationCertified
  | Reference.ReferenceValuesPublished
  | Reference.ReferenceValuesSuperseded

interface Said {
  readonly station?: string
  readonly trusted?: boolean
  readonly accepted?: boolean
  readonly reasons?: ReadonlyArray<string>
  readonly expected?: string
  readonly seen?: string
  readonly detail?: string
  readonly policy?: number
}

export const integrityRow = (recorded: Recorded, event: IntegrityStep): Row => {
  const [step, said] = stepOf(event)
  return [
    ...placeOf(recorded),
    said.station ?? null,
    step,
    said.trusted ?? null,
    said.accepted ?? null,
    said.reasons === undefined || said.reasons.length === 0 ? null : said.reasons.join(","),
    said.expected ?? null,
    said.seen ?? null,
    said.detail ?? null,
    said.policy ?? null,
  ]
}

const stepOf = (event: IntegrityStep): readonly [string, Said] => {
  switch (event._tag) {
    case "ReferenceValuesAdopted":
      return ["reference-adopted", { station: event.station, expected: event.configDigest }]
    case "StationTrustLost": {
      const { expected, policy, reasons = [], seen, station } = event
      return ["trust-lost", { station, trusted: false, reasons, expected, seen, policy }]
    }
    case "StationTrustRestored": {
      const { configDigest, policy, station } = event
      return ["trust-restored", { station, trusted: true, seen: configDigest, policy }]
    }
    case "ChallengeIssued":
      return ["challenged", { station: event.station, detail: event.why, policy: event.policy }]
    case "EvidencePresented":
      return ["presented", { station: event.station }]
    case "EvidenceAppraised": {
      const { policy, reference, result, station } = event
      const said = { station, detail: reference, policy }
      if (result._tag === "QuoteRefused")
        return ["appraised", { ...said, accepted: false, reasons: [result.reason] }]
      const { configDigest } = result
      return [
        "appraised",
        { ...said, accepted: true, ...(configDigest === null ? {} : { seen: configDigest }) },
      ]
    }
    case "StationFellSilent":
      return ["fell-silent", { station: event.station, policy: event.policy }]
    case "StationBootRefused":
      return ["boot-refused", { station: event.station, detail: event.detail }]
    case "ForeignReceptionsRefused":
      return [
        "foreign-receptions-refused",
        {
          station: event.station,
          detail: `${event.count} of ${event.claimed}${event.asked === undefined ? "" : `, ${event.asked}`}`,
        },
      ]
    case "EndorsementKeyPinned":
      return ["key-pinned", { station: event.station, detail: event.ekName }]
    case "EnrolmentOffered":
      return ["enrolment-offered", { station: event.station }]
    case "CredentialIssued":
      return ["credential-issued", { station: event.station }]
    case "EnrolmentRefused":
      return [
        "enrolment-refused",
        { station: event.station, accepted: false, reasons: [event.reason] },
      ]
    case "StationTpmEnrolled":
      return [
        "tpm-enrolled",
        { station: event.station, accepted: true, detail: event.identity.akName },
      ]
    case "StationCertified":
      return ["certified", { station: event.station, detail: event.fingerprint }]
    case "ReferenceValuesPublished":
      return ["reference-published", { detail: event.values.id }]
    case "ReferenceValuesSuperseded":
      return ["reference-superseded", { detail: event.id }]
  }
}
