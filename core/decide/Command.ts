/**
 * What people and programs may ask of the twin: everything that changes the log other than facts
 * coming in. Each is decided on the state as it then is, and gives events, nothing (it was so
 * already), or a typed refusal.
 */
import * as Schema from "effect/Schema"
import { AppraisalPolicy } from "../attestation/Evidence.ts"
import { RoleId, scope } from "../event/access.ts"
import { AlertTargetAdded } from "../event/alert.ts"
import { retained } from "../event/erasure.ts"
import { blocked } from "../event/firewall.ts"
import {
  AccountId,
  AlertTargetId,
  CredentialId,
  CustomerId,
  DataCentreId,
  DestinationId,
  DeviceId,
  GroupId,
  PartId,
  SourceId,
  StationId,
} from "../event/ids.ts"
import { CorePartAdded, CorePartReported, CoreServiceDeclared } from "../event/infrastructure.ts"
import { SchemeId } from "../event/payloadScheme.ts"
import { Policy } from "../event/policy.ts"
import {
  CustomerRegistered,
  DataCentreOpened,
  DestinationAdded,
  DeviceRegistered,
  StationEnrolled,
} from "../event/registration.ts"
import { SourceAdded } from "../event/source.ts"
import { daysMax } from "./Retention.ts"

/** Sixteen bytes as hex; kept by `core/keys`, never in the log. */
export const RadioKey = Schema.Redacted(
  Schema.String.check(Schema.isPattern(/^[0-9a-fA-F]{32}$/, { message: "32 hexadecimal digits" })),
)

/** Eight bytes as hex; only sealed in the log. */
export const DownlinkPayload = Schema.Redacted(
  Schema.String.check(Schema.isPattern(/^[0-9a-fA-F]{16}$/, { message: "16 hexadecimal digits" })),
)

/** What a password or token is checked against; kept by `core/keys`, never in the log. */
const Verifier = Schema.Redacted(Schema.String)

/** For people; it stands in the log. */
const Why = Schema.String.check(Schema.isMaxLength(500))
const Name = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(200))

/** What a destination's requests carry and the log does not hold; kept by `core/keys`. */
export const DestinationSecrets = Schema.Redacted(
  Schema.Struct({
    headers: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
    /** Requests are signed with it (HMAC-SHA-256); at least 16 characters. */
    signingKey: Schema.optionalKey(
      Schema.String.check(Schema.isPattern(/^.{16,256}$/s, { message: "16 to 256 characters" })),
    ),
  }),
)

/** Of an API user; kept by `core/keys`. */
export const SourceCredentials = Schema.Redacted(
  Schema.Struct({ login: Schema.String, password: Schema.String }),
)

const { _tag: _source, secretVersion: _credentials, ...networkSource } = SourceAdded.fields
const {
  _tag: _alertTarget,
  by: _alertTargetBy,
  secretVersion: _alertSecrets,
  ...alertTarget
} = AlertTargetAdded.fields
const { _tag: _part, ...part } = CorePartAdded.fields
const { _tag: _report, ...partReport } = CorePartReported.fields
const { _tag: _service, ...coreService } = CoreServiceDeclared.fields
const { _tag: _device, keyVersion: _version, ...device } = DeviceRegistered.fields
const { _tag: _station, ...station } = StationEnrolled.fields
const { _tag: _customer, ...customer } = CustomerRegistered.fields
const { _tag: _destination, secretVersion: _secrets, ...destination } = DestinationAdded.fields
const { _tag: _dataCentre, ...dataCentre } = DataCentreOpened.fields

export const Command = Schema.Union([
  Schema.TaggedStruct("RegisterDevice", { ...device, key: Schema.optionalKey(RadioKey) }),
  Schema.TaggedStruct("ReplaceDeviceKey", { device: DeviceId, key: RadioKey }),
  Schema.TaggedStruct("RetireDevice", { device: DeviceId }),
  Schema.TaggedStruct("DisengageCounter", { device: DeviceId, note: Schema.String }),
  /** Nobody can read the device's payloads from here back. */
  Schema.TaggedStruct("ErasePayloads", { device: DeviceId, note: Schema.String }),
  Schema.TaggedStruct("EnrolStation", station),
  Schema.TaggedStruct("AdoptReferenceValues", { station: StationId, configDigest: Schema.String }),
  /** PEM. `issuer`: it stands between endorsement certificates and a root. */
  Schema.TaggedStruct("TrustEndorsementRoot", {
    certificate: Schema.String.check(Schema.isMaxLength(16_384)),
    role: Schema.Literals(["root", "issuer"]),
  }),
  Schema.TaggedStruct("DistrustEndorsementRoot", { fingerprint: Schema.String }),
  /** Name of the one endorsement key that the station may have. */
  Schema.TaggedStruct("PinEndorsementKey", {
    station: StationId,
    ekName: Schema.String.check(
      Schema.isPattern(/^000[bcd]([0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})$/, {
        message: "a TPM name: 000b and 64 hexadecimal digits in lower case",
      }),
    ),
  }),
  Schema.TaggedStruct("PublishReferenceValues", {
    stations: Schema.optionalKey(
      Schema.Array(StationId).check(Schema.isMinLength(1), Schema.isMaxLength(10_000)),
    ),
    values: AppraisalPolicy,
  }),
  Schema.TaggedStruct("SupersedeReferenceValues", { id: Schema.String }),
  Schema.TaggedStruct("RetireStation", { station: StationId }),
  Schema.TaggedStruct("OpenDataCentre", dataCentre),
  Schema.TaggedStruct("ReportLink", {
    dataCentre: DataCentreId,
    link: Schema.String,
    up: Schema.Boolean,
  }),
  Schema.TaggedStruct("RegisterCustomer", customer),
  Schema.TaggedStruct("RetireCustomer", { customer: CustomerId }),
  /** Its secrets stay as they are where none are given. */
  Schema.TaggedStruct("AddDestination", {
    ...destination,
    secrets: Schema.optionalKey(DestinationSecrets),
  }),
  Schema.TaggedStruct("RemoveDestination", { customer: CustomerId, destination: DestinationId }),
  /** What the device is told when its customer does not answer; nothing where `payload` is absent. */
  Schema.TaggedStruct("SetDownlinkDefault", {
    device: DeviceId,
    payload: Schema.optionalKey(DownlinkPayload),
  }),
  /** The device encrypts its payloads from here on; no longer where scheme and key are absent. */
  Schema.TaggedStruct("AdoptPayloadScheme", {
    device: DeviceId,
    scheme: Schema.optionalKey(SchemeId),
    key: Schema.optionalKey(RadioKey),
    /** Of the device, at present; 0 where absent. */
    rolloverCounter: Schema.optionalKey(
      Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 0xffff_ffff })),
    ),
  }),
  Schema.TaggedStruct("AddCorePart", part),
  Schema.TaggedStruct("RemoveCorePart", { part: PartId }),
  Schema.TaggedStruct("DeclareCoreService", coreService),
  /** By whoever watches it, at that instant. */
  Schema.TaggedStruct("ReportCorePart", { ...partReport, atMs: Schema.Int }),
  /** Its credentials stay as they are where none are given. */
  Schema.TaggedStruct("AddSource", {
    ...networkSource,
    credentials: Schema.optionalKey(SourceCredentials),
  }),
  Schema.TaggedStruct("RemoveSource", { source: SourceId }),
  Schema.TaggedStruct("AdoptPolicy", { policy: Policy, note: Schema.String }),
  /** Its secrets stay as they are where none are given. */
  Schema.TaggedStruct("AddAlertTarget", {
    ...alertTarget,
    secrets: Schema.optionalKey(DestinationSecrets),
  }),
  Schema.TaggedStruct("RemoveAlertTarget", { target: AlertTargetId }),
  /** Tells one target, or all, that this is a test. `id`: no two tests have the same. */
  Schema.TaggedStruct("TestAlerts", {
    target: Schema.optionalKey(AlertTargetId),
    atMs: Schema.Int,
  }),
  /** Exactly one thing is named. */
  Schema.TaggedStruct("BlockTraffic", {
    ...blocked,
    why: Why,
    untilMs: Schema.optionalKey(Schema.Int),
  }),
  Schema.TaggedStruct("UnblockTraffic", { ...blocked, why: Why }),
  /** Of one customer or group; for good where `days` is absent. */
  Schema.TaggedStruct("SetRetention", {
    ...retained,
    days: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: daysMax }))),
  }),
  Schema.TaggedStruct("PlaceGroup", {
    group: GroupId,
    parent: Schema.optionalKey(GroupId),
    name: Schema.optionalKey(Name),
  }),
  /** `verifier`: what the password is checked against, made by `core/crypto/password.ts`. */
  Schema.TaggedStruct("AddAccount", {
    account: AccountId,
    name: Schema.optionalKey(Name),
    oidc: Schema.optionalKey(Name),
    verifier: Schema.optionalKey(Verifier),
  }),
  Schema.TaggedStruct("SetPassword", { account: AccountId, verifier: Verifier }),
  Schema.TaggedStruct("DisableAccount", { account: AccountId }),
  Schema.TaggedStruct("EnableAccount", { account: AccountId }),
  Schema.TaggedStruct("GrantRole", {
    account: AccountId,
    role: RoleId,
    ...scope,
    payloads: Schema.Boolean,
  }),
  Schema.TaggedStruct("RevokeRole", { account: AccountId, role: RoleId, ...scope }),
  Schema.TaggedStruct("CreateCredential", {
    account: AccountId,
    credential: CredentialId,
    note: Why,
    expiresMs: Schema.optionalKey(Schema.Int),
    verifier: Verifier,
  }),
  Schema.TaggedStruct("RevokeCredential", { account: AccountId, credential: CredentialId }),
])
export type Command = typeof Command.Type

/** A command that cannot be carried out as things stand. */
export class CommandRefused extends Schema.TaggedError<CommandRefused>()("CommandRefused", {
  reason: Schema.Literals(["unknown", "exists", "retired", "invalid"]),
  /** What it was about: `device 4D33DB`. */
  subject: Schema.String,
  detail: Schema.String,
}) {
  override get message() {
    return `${this.subject}: ${this.detail}`
  }
}
