/**
 * Accounts, what they are granted, and the tree of groups: a fold of the log's access events.
 *
 * Questions about a permission are asked of `Permission.ts`. What a password or token is checked against is kept by `core/keys`
 * under the account's `passwordVersion` and the credential's id.
 */
import type { Position, Recorded } from "../event/Envelope.ts"
import type { RoleId } from "../event/access.ts"
import type { Event } from "../event/Event.ts"
import { rightsOf } from "./Role.ts"

/** Of one account; of credentials, those in use, and so many revoked ones are remembered. */
export const grantsMax = 64
export const credentialsMax = 64
export const accountsMax = 10_000

/** Null: of all. Written so, because a snapshot is JSON. */
export type Grant = {
  readonly role: RoleId
  readonly group: string | null
  readonly deviceType: string | null
  readonly customer: string | null
  readonly payloads: boolean
  readonly at: Position
}

export type Credential = {
  readonly credential: string
  readonly note: string
  /** Null: never. */
  readonly expiresMs: number | null
  readonly revoked: boolean
  readonly at: Position
}

export type Account = {
  readonly account: string
  readonly name: string | null
  readonly oidc: string | null
  readonly passwordVersion: number
  readonly disabled: boolean
  readonly addedMs: number
  readonly addedAt: Position
  readonly grants: ReadonlyArray<Grant>
  readonly credentials: ReadonlyArray<Credential>
}

type Group = { readonly parent?: string; readonly name?: string }

export interface State {
  readonly accounts: Map<string, Account>
  readonly groups: Map<string, Group>
}

export const make = (): State => ({ accounts: new Map(), groups: new Map() })

export const copy = ({ accounts, groups }: State): State => ({
  accounts: new Map(accounts),
  groups: new Map(groups),
})

const tags = [
  "AccountAdded",
  "PasswordSet",
  "AccountDisabled",
  "AccountEnabled",
  "GroupPlaced",
  "RoleGranted",
  "RoleRevoked",
  "CredentialCreated",
  "CredentialRevoked",
] as const

/** What changes this state; all other kinds have nothing to do with it. */
type AccessEvent = Extract<Event, { readonly _tag: (typeof tags)[number] }>

const isTag: ReadonlySet<string> = new Set(tags)
const isAccess = (event: Event): event is AccessEvent => isTag.has(event._tag)

/** Takes one event into a state that the caller owns. */
export const apply = (state: State, { event, occurredMs, position }: Recorded): void => {
  if (isAccess(event)) take(state, event, { occurredMs, position })
}

const take = (
  state: State,
  event: AccessEvent,
  { occurredMs, position }: Pick<Recorded, "occurredMs" | "position">,
): void => {
  switch (event._tag) {
    case "AccountAdded":
      state.accounts.set(event.account, {
        account: event.account,
        name: event.name ?? null,
        oidc: event.oidc ?? null,
        passwordVersion: event.passwordVersion,
        disabled: false,
        addedMs: occurredMs,
        addedAt: position,
        grants: [],
        credentials: [],
      })
      return
    case "PasswordSet":
      return change(state, event.account, () => ({ passwordVersion: event.passwordVersion }))
    case "AccountDisabled":
      return change(state, event.account, () => ({ disabled: true }))
    case "AccountEnabled":
      return change(state, event.account, () => ({ disabled: false }))
    case "GroupPlaced": {
      const { group, name, parent } = event
      state.groups.set(group, {
        ...(parent === undefined ? {} : { parent }),
        ...(name === undefined ? {} : { name }),
      })
      return
    }
    case "RoleGranted": {
      const { payloads, role } = event
      const given = { ...scopeOf(event), role, payloads, at: position }
      return change(state, event.account, ({ grants }) => ({
        grants: [...grants.filter((grant) => !isSame(grant, given)), given],
      }))
    }
    case "RoleRevoked": {
      const taken = { ...scopeOf(event), role: event.role }
      return change(state, event.account, ({ grants }) => ({
        grants: grants.filter((grant) => !isSame(grant, taken)),
      }))
    }
    case "CredentialCreated": {
      const { credential, expiresMs = null, note } = event
      const made = { credential, note, expiresMs, revoked: false, at: position }
      return change(state, event.account, ({ credentials }) => ({
        credentials: [
          ...credentials.filter(({ revoked }) => revoked).slice(-credentialsMax),
          ...credentials.filter(({ revoked }) => !revoked),
          made,
        ],
      }))
    }
    case "CredentialRevoked":
      return change(state, event.account, ({ credentials }) => ({
        credentials: credentials.map((each) =>
          each.credential === event.credential ? { ...each, revoked: true } : each,
        ),
      }))
  }
}

/** The grant of a role on exactly this scope. */
export const findGrant = (
  account: Account,
  sought: Pick<Grant, "role" | "group" | "deviceType" | "customer">,
): Grant | undefined => account.grants.find((grant) => isSame(grant, sought))

/** Not disabled, and granted what it takes to manage accounts. */
export const managesAccounts = ({ disabled, grants }: Account): boolean =>
  !disabled && grants.some(({ role }) => rightsOf(role).includes("manage-accounts"))

/**
 * Whether logins are asked for. From the first account on that manages others, for good: the last of these can
 * neither be disabled nor lose that role.
 */
export const isLoginAsked = ({ accounts }: State): boolean =>
  [...accounts.values()].some(managesAccounts)

/** Optional members as the nulls they are kept as. */
export const scopeOf = (given: {
  readonly group?: string
  readonly deviceType?: string
  readonly customer?: string
}): Pick<Grant, "group" | "deviceType" | "customer"> => ({
  group: given.group ?? null,
  deviceType: given.deviceType ?? null,
  customer: given.customer ?? null,
})

type Named = Pick<Grant, "role" | "group" | "deviceType" | "customer">

const isSame = (a: Named, b: Named): boolean =>
  a.role === b.role &&
  a.group === b.group &&
  a.deviceType === b.deviceType &&
  a.customer === b.customer

const change = (
  state: State,
  id: string,
  changed: (account: Account) => Partial<Account>,
): void => {
  const account = state.accounts.get(id)
  if (account !== undefined) state.accounts.set(id, { ...account, ...changed(account) })
}
