/** Accounts and groups as the API gives them. No password, token or digest of one is ever among it. */
import * as Schema from "effect/Schema"
import { RoleId } from "../../core/event/access.ts"

/** `part` on an answer from which something may be left out, since who asks sees a part of the twin. */
export const seesHeader = "sigtwin-sees"

export const GrantRow = Schema.Struct({
  role: RoleId,
  /** Null: not narrowed by it. */
  group: Schema.NullOr(Schema.String),
  deviceType: Schema.NullOr(Schema.String),
  customer: Schema.NullOr(Schema.String),
  payloads: Schema.Boolean,
  position: Schema.Int,
})

export const AccountRow = Schema.Struct({
  account: Schema.String,
  name: Schema.NullOr(Schema.String),
  /** Who it is at the identity provider. */
  oidc: Schema.NullOr(Schema.String),
  hasPassword: Schema.Boolean,
  disabled: Schema.Boolean,
  addedMs: Schema.Int,
  grants: Schema.Array(GrantRow),
  credentials: Schema.Array(
    Schema.Struct({
      credential: Schema.String,
      note: Schema.String,
      expiresMs: Schema.NullOr(Schema.Int),
      revoked: Schema.Boolean,
      position: Schema.Int,
    }),
  ),
})
export type AccountRow = typeof AccountRow.Type

export const AccountsAnswer = Schema.Struct({
  position: Schema.Int,
  accounts: Schema.Array(AccountRow),
})

export const GroupsAnswer = Schema.Struct({
  position: Schema.Int,
  groups: Schema.Array(
    Schema.Struct({
      group: Schema.String,
      parent: Schema.NullOr(Schema.String),
      name: Schema.NullOr(Schema.String),
    }),
  ),
})

export const CredentialAnswer = Schema.Struct({
  positions: Schema.Array(Schema.Int),
  subject: Schema.String,
  /** Shown this once; only a digest is kept. */
  token: Schema.String,
})

/** A grant for people: `CUSTOMER_R on customer hydro with payloads`. */
export const grantWords = (grant: Omit<typeof GrantRow.Type, "position">): string => {
  const on = [
    grant.customer === null ? "" : `customer ${grant.customer}`,
    grant.group === null ? "" : `group ${grant.group}`,
    grant.deviceType === null ? "" : `type ${grant.deviceType}`,
  ].filter(Boolean)
  return `${grant.role}${on.length === 0 ? "" : ` on ${on.join(", ")}`}${grant.payloads ? " with payloads" : ""}`
}

/** Kinds of events that the audit trail is made of. */
export const auditKinds = [
  "AccountAdded",
  "PasswordSet",
  "AccountDisabled",
  "AccountEnabled",
  "GroupPlaced",
  "RoleGranted",
  "RoleRevoked",
  "CredentialCreated",
  "CredentialRevoked",
  "SessionOpened",
  "SessionClosed",
  "AccessRefused",
  "CommandGiven",
] as const
