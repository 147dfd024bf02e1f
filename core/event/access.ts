/**
 * Who may see and do what, and what came of asking: accounts, groups, grants, credentials, refusals. Together they are
 * the audit trail.
 *
 * Stored names and fields are a wire format: change them only by adding, and through `upcast.ts`.
 * Passwords and tokens are never here: `core/keys` holds what they are checked against. `by` is the account that
 * did it, or `local` for who sat at the machine.
 */
import * as Schema from "effect/Schema"
import { AccountId, CredentialId, CustomerId, DeviceTypeId, GroupId } from "./ids.ts"

const by = Schema.String

export const AccountAdded = Schema.TaggedStruct("AccountAdded", {
  account: AccountId,
  /** Its name for people. */
  name: Schema.optionalKey(Schema.String),
  /** Who it is at the identity provider: the value of the claim that logins are known by. */
  oidc: Schema.optionalKey(Schema.String),
  /** 1 when a password was set with it, 0 when it has none. */
  passwordVersion: Schema.Int,
  by,
})
export type AccountAdded = typeof AccountAdded.Type

/** From here on the account's password is this version; open sessions of it end. */
export const PasswordSet = Schema.TaggedStruct("PasswordSet", {
  account: AccountId,
  passwordVersion: Schema.Int,
  by,
})
export type PasswordSet = typeof PasswordSet.Type

export const AccountDisabled = Schema.TaggedStruct("AccountDisabled", { account: AccountId, by })
export type AccountDisabled = typeof AccountDisabled.Type

export const AccountEnabled = Schema.TaggedStruct("AccountEnabled", { account: AccountId, by })
export type AccountEnabled = typeof AccountEnabled.Type

/** A group stands below another, or at the top. Devices name their group when they are registered. */
export const GroupPlaced = Schema.TaggedStruct("GroupPlaced", {
  group: GroupId,
  parent: Schema.optionalKey(GroupId),
  name: Schema.optionalKey(Schema.String),
  by,
})
export type GroupPlaced = typeof GroupPlaced.Type

export const RoleId = Schema.Literals([
  "operator",
  "auditor",
  "DEVICE_MANAGER_R",
  "DEVICE_MANAGER_W",
  "CUSTOMER_R",
  "CUSTOMER_W",
  "OPT_BLOCK",
  "OPT_ERASE",
  "OPT_METRICS",
  "OPT_FETCH",
  "INGEST_CALLBACKS",
  "INGEST_FRAMES",
  "INGEST_EVIDENCE",
  "INGEST_INFRASTRUCTURE",
])
export type RoleId = typeof RoleId.Type

/** What a role is given on: all that are named must fit. Nothing named: the whole twin. */
export const scope = {
  /** The group and all below it. */
  group: Schema.optionalKey(GroupId),
  deviceType: Schema.optionalKey(DeviceTypeId),
  customer: Schema.optionalKey(CustomerId),
}

/** Given again, it replaces what the account had of the same role and scope. */
export const RoleGranted = Schema.TaggedStruct("RoleGranted", {
  account: AccountId,
  role: RoleId,
  ...scope,
  /** Whether payloads are seen in plain. */
  payloads: Schema.Boolean,
  by,
})
export type RoleGranted = typeof RoleGranted.Type

export const RoleRevoked = Schema.TaggedStruct("RoleRevoked", {
  account: AccountId,
  role: RoleId,
  ...scope,
  by,
})
export type RoleRevoked = typeof RoleRevoked.Type

/** A token for programs, that stands for the account. */
export const CredentialCreated = Schema.TaggedStruct("CredentialCreated", {
  account: AccountId,
  credential: CredentialId,
  note: Schema.String,
  expiresMs: Schema.optionalKey(Schema.Int),
  by,
})
export type CredentialCreated = typeof CredentialCreated.Type

export const CredentialRevoked = Schema.TaggedStruct("CredentialRevoked", {
  account: AccountId,
  credential: CredentialId,
  by,
})
export type CredentialRevoked = typeof CredentialRevoked.Type

export const SessionOpened = Schema.TaggedStruct("SessionOpened", {
  account: AccountId,
  how: Schema.Literals(["password", "oidc"]),
  /** The address it came from. */
  from: Schema.String,
})
export type SessionOpened = typeof SessionOpened.Type

export const SessionClosed = Schema.TaggedStruct("SessionClosed", { account: AccountId })
export type SessionClosed = typeof SessionClosed.Type

/**
 * Somebody asked and was refused. Refusals of one kind, of one asker, within a minute are one event, so that nobody
 * fills the log by asking.
 */
export const AccessRefused = Schema.TaggedStruct("AccessRefused", {
  /** The account; absent where nobody knows who it was. */
  account: Schema.optionalKey(AccountId),
  from: Schema.String,
  /** `POST /api/devices`, or `login`. */
  what: Schema.String,
  why: Schema.Literals([
    "no-login",
    "wrong-login",
    "locked-out",
    "too-often",
    "not-permitted",
    "out-of-scope",
  ]),
  count: Schema.Int,
})
export type AccessRefused = typeof AccessRefused.Type

/** An account gave a command; the events it led to name this one as their cause. */
export const CommandGiven = Schema.TaggedStruct("CommandGiven", {
  by,
  /** The command's name: `RegisterDevice`. */
  command: Schema.String,
})
export type CommandGiven = typeof CommandGiven.Type
