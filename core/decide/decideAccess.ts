/** Decides on accounts, grants, credentials and groups. */
import * as Access from "../access/Access.ts"
import * as Groups from "../access/Groups.ts"
import { isUnscoped } from "../access/Role.ts"
import type { Command } from "./Command.ts"
import { exists, invalid, type Outcome, unknown } from "./outcome.ts"

type Asked = Extract<
  Command,
  {
    readonly _tag:
      | "PlaceGroup"
      | "AddAccount"
      | "SetPassword"
      | "DisableAccount"
      | "EnableAccount"
      | "GrantRole"
      | "RevokeRole"
      | "CreateCredential"
      | "RevokeCredential"
  }
>

export const decideAccess = (state: Access.State, command: Asked, by: string): Outcome => {
  switch (command._tag) {
    case "PlaceGroup":
      return placeGroup(state, command, by)
    case "AddAccount": {
      const { account, name, oidc, verifier } = command
      if (state.accounts.has(account)) return exists(`account ${account}`, "is there already")
      if (state.accounts.size >= Access.accountsMax)
        return invalid("accounts", `there are ${Access.accountsMax}, which is the most`)
      if (oidc !== undefined && [...state.accounts.values()].some((each) => each.oidc === oidc))
        return exists(`account ${account}`, "another account has that identity at the provider")
      return [
        {
          _tag: "AccountAdded",
          account,
          ...(name === undefined ? {} : { name }),
          ...(oidc === undefined ? {} : { oidc }),
          passwordVersion: verifier === undefined ? 0 : 1,
          by,
        },
      ]
    }
    case "SetPassword":
      return withAccount(state, command.account, ({ passwordVersion }) => [
        {
          _tag: "PasswordSet",
          account: command.account,
          passwordVersion: passwordVersion + 1,
          by,
        },
      ])
    case "DisableAccount":
      return withAccount(state, command.account, (known) => {
        if (known.disabled) return []
        return isLastManager(state, known)
          ? invalid(`account ${command.account}`, lastManager)
          : [{ _tag: "AccountDisabled", account: command.account, by }]
      })
    case "EnableAccount":
      return withAccount(state, command.account, ({ disabled }) =>
        disabled ? [{ _tag: "AccountEnabled", account: command.account, by }] : [],
      )
    case "GrantRole":
      return withAccount(state, command.account, (known) => {
        const { account, customer, deviceType, group, payloads, role } = command
        const scope = Access.scopeOf(command)
        if (isUnscoped(role) && Object.values(scope).some((part) => part !== null))
          return invalid(`role ${role}`, "is given on the whole twin or not at all")
        const same = Access.findGrant(known, { role, ...scope })
        if (same?.payloads === payloads) return []
        if (same === undefined && known.grants.length >= Access.grantsMax)
          return invalid(`account ${account}`, `has ${Access.grantsMax} grants, which is the most`)
        return [
          {
            _tag: "RoleGranted",
            account,
            role,
            ...(group === undefined ? {} : { group }),
            ...(deviceType === undefined ? {} : { deviceType }),
            ...(customer === undefined ? {} : { customer }),
            payloads,
            by,
          },
        ]
      })
    case "RevokeRole":
      return withAccount(state, command.account, (known) => {
        const { _tag: _, ...taken } = command
        const grant = Access.findGrant(known, { role: command.role, ...Access.scopeOf(command) })
        if (grant === undefined) return []
        const left = { ...known, grants: known.grants.filter((each) => each !== grant) }
        return isLastManager(state, known) && !Access.managesAccounts(left)
          ? invalid(`account ${command.account}`, lastManager)
          : [{ _tag: "RoleRevoked", ...taken, by }]
      })
    case "CreateCredential":
      return withAccount(state, command.account, (known) => {
        const { account, credential, expiresMs, note } = command
        if (holderOf(state, credential) !== undefined)
          return exists(`credential ${credential}`, "is there already")
        if (known.credentials.filter(({ revoked }) => !revoked).length >= Access.credentialsMax)
          return invalid(
            `account ${account}`,
            `has ${Access.credentialsMax} credentials, which is the most; revoke one first`,
          )
        return [
          {
            _tag: "CredentialCreated",
            account,
            credential,
            note,
            ...(expiresMs === undefined ? {} : { expiresMs }),
            by,
          },
        ]
      })
    case "RevokeCredential":
      return withAccount(state, command.account, ({ credentials }) => {
        const { account, credential } = command
        const known = credentials.find((each) => each.credential === credential)
        if (known === undefined)
          return unknown(`credential ${credential}`, `account ${account} has no such credential`)
        return known.revoked ? [] : [{ _tag: "CredentialRevoked", account, credential, by }]
      })
  }
}

const placeGroup = (
  { groups }: Access.State,
  { group, name, parent }: Extract<Asked, { readonly _tag: "PlaceGroup" }>,
  by: string,
): Outcome => {
  const known = groups.get(group)
  if (known === undefined && groups.size >= Groups.groupsMax)
    return invalid("groups", `there are ${Groups.groupsMax}, which is the most`)
  if (parent !== undefined && Groups.isWithin(groups, parent, group))
    return invalid(`group ${group}`, `cannot stand below ${parent}, which stands below it`)
  if (parent !== undefined && Groups.depthOf(groups, parent) + 1 >= Groups.depthMax)
    return invalid(`group ${group}`, `groups stand at most ${Groups.depthMax} deep`)
  return known !== undefined && known.parent === parent && known.name === name
    ? []
    : [
        {
          _tag: "GroupPlaced",
          group,
          ...(parent === undefined ? {} : { parent }),
          ...(name === undefined ? {} : { name }),
          by,
        },
      ]
}

const withAccount = (
  state: Access.State,
  id: string,
  then: (account: Access.Account) => Outcome,
): Outcome => {
  const known = state.accounts.get(id)
  return known === undefined ? unknown(`account ${id}`, "is not known") : then(known)
}

/** Ids of credentials are part of the tokens, so no two accounts share one. */
const holderOf = (state: Access.State, credential: string): Access.Account | undefined =>
  [...state.accounts.values()].find(({ credentials }) =>
    credentials.some((each) => each.credential === credential),
  )

const lastManager =
  "is the last that may manage accounts; give another account the role operator first"

/** Nobody locks everybody out by mistake. */
const isLastManager = (state: Access.State, account: Access.Account): boolean =>
  Access.managesAccounts(account) &&
  ![...state.accounts.values()].some(
    (other) => other.account !== account.account && Access.managesAccounts(other),
  )
