/**
 * Everything that can stand in the log: one union.
 *
 * An event of a kind this build does not know is kept as it is (`Unknown`) and passed over by
 * projections: an older build may read a newer log and lose nothing.
 */
import * as Schema from "effect/Schema"
import {
  ChallengeIssued,
  EvidenceAppraised,
  EvidencePresented,
  ForeignReceptionsRefused,
  ReferenceValuesAdopted,
  StationBootRefused,
  StationFellSilent,
  StationTrustLost,
  StationTrustRestored,
} from "./attestation.ts"
import {
  AccessRefused,
  AccountAdded,
  AccountDisabled,
  AccountEnabled,
  CommandGiven,
  CredentialCreated,
  CredentialRevoked,
  GroupPlaced,
  PasswordSet,
  RoleGranted,
  RoleRevoked,
  SessionClosed,
  SessionOpened,
} from "./access.ts"
import {
  AlertFailed,
  AlertRaised,
  AlertSent,
  AlertTargetAdded,
  AlertTargetRemoved,
} from "./alert.ts"
import { EarlierTwinFound, MessageAccepted, MessageRefused } from "./decision.ts"
import {
  CircuitClosed,
  CircuitOpened,
  DeliveriesBegan,
  DeliveryAbandoned,
  DeliveryFailed,
  DeliveryOwed,
  DeliverySucceeded,
  RedeliveryAsked,
} from "./delivery.ts"
import {
  DownlinkAsked,
  DownlinkConfirmed,
  DownlinkDefaultSet,
  DownlinkNotTransmitted,
  DownlinkRefused,
  DownlinkScheduled,
  DownlinkTransmitted,
  DownlinkUnconfirmed,
  StrayConfirmationHeard,
} from "./downlink.ts"
import {
  CredentialIssued,
  EndorsementKeyPinned,
  EndorsementRootDistrusted,
  EndorsementRootTrusted,
  EnrolmentOffered,
  EnrolmentRefused,
  StationCertified,
  StationTpmEnrolled,
} from "./endorsement.ts"
import {
  CorePartAdded,
  CorePartRemoved,
  CorePartReported,
  CoreServiceDeclared,
} from "./infrastructure.ts"
import { RateExceeded, TrafficBlocked, TrafficUnblocked } from "./firewall.ts"
import { PayloadsErased, PayloadsExpired, RetentionSet } from "./erasure.ts"
import { DemoBegan, LinkReported, Ticked } from "./network.ts"
import { PayloadSchemeAdopted } from "./payloadScheme.ts"
import { PolicyAdopted } from "./policy.ts"
import { BytesHeard, FrameHeard, ReceptionsRepeated } from "./reception.ts"
import { ReferenceValuesPublished, ReferenceValuesSuperseded } from "./referenceValues.ts"
import {
  CounterDisengaged,
  CustomerRegistered,
  CustomerRetired,
  DataCentreOpened,
  DestinationAdded,
  DestinationRemoved,
  DeviceKeyReplaced,
  DeviceRegistered,
  DeviceRetired,
  StationEnrolled,
  StationRetired,
} from "./registration.ts"
import { MessageReported, ReceptionReported, ServiceReported } from "./report.ts"
import { SourceAdded, SourcePolled, SourceRemoved } from "./source.ts"

/** Every kind this build knows, in the order they were added: the binary record numbers kinds by it. */
export const known = [
  FrameHeard,
  BytesHeard,
  MessageReported,
  ReceptionReported,
  ServiceReported,
  DeviceRegistered,
  DeviceKeyReplaced,
  DeviceRetired,
  CounterDisengaged,
  StationEnrolled,
  StationRetired,
  DataCentreOpened,
  CustomerRegistered,
  CustomerRetired,
  DestinationAdded,
  DestinationRemoved,
  ReferenceValuesAdopted,
  StationTrustLost,
  StationTrustRestored,
  MessageAccepted,
  MessageRefused,
  DeliveryOwed,
  DeliverySucceeded,
  DeliveryFailed,
  DeliveryAbandoned,
  PolicyAdopted,
  LinkReported,
  DemoBegan,
  Ticked,
  ReceptionsRepeated,
  EarlierTwinFound,
  DownlinkDefaultSet,
  DownlinkAsked,
  DownlinkScheduled,
  DownlinkRefused,
  DownlinkTransmitted,
  DownlinkNotTransmitted,
  DownlinkConfirmed,
  DownlinkUnconfirmed,
  StrayConfirmationHeard,
  PayloadSchemeAdopted,
  ChallengeIssued,
  EvidencePresented,
  EvidenceAppraised,
  StationFellSilent,
  StationBootRefused,
  ForeignReceptionsRefused,
  EndorsementRootTrusted,
  EndorsementRootDistrusted,
  EndorsementKeyPinned,
  EnrolmentOffered,
  CredentialIssued,
  EnrolmentRefused,
  StationTpmEnrolled,
  StationCertified,
  ReferenceValuesPublished,
  ReferenceValuesSuperseded,
  DeliveriesBegan,
  RedeliveryAsked,
  CircuitOpened,
  CircuitClosed,
  CorePartAdded,
  CorePartRemoved,
  CorePartReported,
  CoreServiceDeclared,
  SourceAdded,
  SourceRemoved,
  SourcePolled,
  TrafficBlocked,
  TrafficUnblocked,
  AccountAdded,
  PasswordSet,
  AccountDisabled,
  AccountEnabled,
  GroupPlaced,
  RoleGranted,
  RoleRevoked,
  CredentialCreated,
  CredentialRevoked,
  SessionOpened,
  SessionClosed,
  AccessRefused,
  CommandGiven,
  PayloadsErased,
  RateExceeded,
  AlertTargetAdded,
  AlertTargetRemoved,
  AlertRaised,
  AlertSent,
  AlertFailed,
  RetentionSet,
  PayloadsExpired,
] as const

export const Known = Schema.Union(known)
export type Known = typeof Known.Type
export type Kind = Known["_tag"]

/** An event of a kind that this build does not know. */
export interface Unknown {
  readonly _tag: "Unknown"
  readonly kind: string
  readonly data: Readonly<Record<string, unknown>>
}

export type Event = Known | Unknown

export const kinds: ReadonlyArray<Kind> = known.map((schema) => schema.fields._tag.schema.literal)

/** The kind's stored name, also of an unknown one. */
export const kindOf = (event: Event): string => (event._tag === "Unknown" ? event.kind : event._tag)
