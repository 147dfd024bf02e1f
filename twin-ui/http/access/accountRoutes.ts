/**
 * Accounts, their passwords and credentials. What needs no secret is a plain command (`commandRoutes.ts`); here a password becomes
 * its verifier before it goes on, and a token is made and shown once.
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type * as Access from "../../../core/access/Access.ts"
import * as Password from "../../../core/crypto/password.ts"
import * as Token from "../../../core/crypto/token.ts"
import { AccountId, CredentialId } from "../../../core/event/ids.ts"
import * as Accounts from "../../../projections/access/Accounts.ts"
import {
  type AccountRow,
  AccountsAnswer,
  CredentialAnswer,
  GroupsAnswer,
} from "../../api/Access.ts"
import { asOf } from "../asOf.ts"
import { CommandAnswer, executor } from "../commandRoutes.ts"
import * as Parameter from "../Parameter.ts"
import * as Reading from "../Reading.ts"
import * as Route from "../Route.ts"

export const PasswordText = Schema.RedactedFromValue(
  Schema.String.check(
    Schema.isMinLength(Password.passwordLengthMin, {
      message: `a password has at least ${Password.passwordLengthMin} characters`,
    }),
    Schema.isMaxLength(Password.passwordLengthMax, { message: "that is too long a password" }),
  ),
)
const Short = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(200))

const NewAccount = Schema.Struct({
  account: AccountId,
  name: Schema.optionalKey(Short),
  oidc: Schema.optionalKey(Short),
  password: Schema.optionalKey(PasswordText),
})

const NewCredential = Schema.Struct({
  credential: CredentialId,
  note: Schema.optionalKey(Schema.String.check(Schema.isMaxLength(500))),
  expiresMs: Schema.optionalKey(Schema.Int),
})

const aboutReading = { tag: "state", access: "api", filtered: true } as const
const changing = { tag: "commands", access: "command", right: "manage-accounts" } as const
const changed = { contentType: "application/json", schema: CommandAnswer } as const
const commandProblems = [
  "bad-request",
  "not-there",
  "conflict",
  "log-unavailable",
  "too-large",
  "wrong-media-type",
] as const
const id = Parameter.id("Account.")

/** What can be asked of a log that is only read. */
export const reading = Effect.gen(function* () {
  const read = yield* Reading.make

  const list = Route.make({
    ...aboutReading,
    right: "read-audit",
    method: "GET",
    path: "/api/accounts",
    operation: "listAccounts",
    summary: "List accounts with what they are granted",
    query: asOf,
    answers: {
      200: { description: "Accounts.", contentType: "application/json", schema: AccountsAnswer },
    },
    problems: ["bad-request", "log-unavailable", "projection-stopped"],
    handle: ({ query }) =>
      Effect.gen(function* () {
        const moment = yield* read.momentOf(query.at, query.clock)
        const { accounts } = yield* read.state(Accounts.projection, moment)
        return Route.answer(AccountsAnswer, {
          position: moment.to - 1,
          accounts: [...accounts.values()].toSorted((a, b) => b.addedAt - a.addedAt).map(rowOf),
        })
      }),
  })

  const groups = Route.make({
    ...aboutReading,
    right: "read-audit",
    method: "GET",
    path: "/api/groups",
    operation: "listGroups",
    summary: "List the groups that were placed",
    query: asOf,
    answers: {
      200: { description: "Groups.", contentType: "application/json", schema: GroupsAnswer },
    },
    problems: ["bad-request", "log-unavailable", "projection-stopped"],
    handle: ({ query }) =>
      Effect.gen(function* () {
        const moment = yield* read.momentOf(query.at, query.clock)
        const state = yield* read.state(Accounts.projection, moment)
        return Route.answer(GroupsAnswer, {
          position: moment.to - 1,
          groups: [...state.groups]
            .map(([group, { name = null, parent = null }]) => ({ group, parent, name }))
            .toSorted((a, b) => (a.group < b.group ? -1 : 1)),
        })
      }),
  })

  return [list, groups]
})

export const make = Effect.gen(function* () {
  const execute = yield* executor
  const add = Route.withJson({
    ...changing,
    method: "POST",
    path: "/api/accounts",
    operation: "addAccount",
    summary: "Add an account",
    description:
      "With a password, with an identity at the OpenID Connect provider (`oidc`), or with neither, for credentials alone. It may do nothing until it is granted a role.",
    schema: NewAccount,
    bodyDescription: "The account.",
    answers: { 201: { ...changed, description: "It is there now." } },
    problems: commandProblems,
    handle: ({ body: { password, ...account } }) =>
      Effect.gen(function* () {
        const verifier = password === undefined ? {} : { verifier: yield* verifierOf(password) }
        const positions = yield* execute({ _tag: "AddAccount", ...account, ...verifier })
        const subject = `/api/accounts/${account.account}`
        return Route.answer(CommandAnswer, { positions, subject }, { status: 201 })
      }),
  })

  const setPassword = Route.withJson({
    ...changing,
    method: "POST",
    path: "/api/accounts/:id/password",
    operation: "setPassword",
    summary: "Set an account's password; its sessions end",
    params: { id },
    schema: Schema.Struct({ password: PasswordText }),
    bodyDescription: "The password.",
    answers: { 201: { ...changed, description: "It is set." } },
    problems: commandProblems,
    handle: ({ body, params }) =>
      Effect.gen(function* () {
        const verifier = yield* verifierOf(body.password)
        const account = AccountId.make(params.id)
        const positions = yield* execute({ _tag: "SetPassword", account, verifier })
        const subject = `/api/accounts/${params.id}`
        return Route.answer(CommandAnswer, { positions, subject }, { status: 201 })
      }),
  })

  const credential = Route.withJson({
    ...changing,
    method: "POST",
    path: "/api/accounts/:id/credentials",
    operation: "createCredential",
    summary: "Create a credential: a token for programs, shown in this answer and never again",
    params: { id },
    schema: NewCredential,
    bodyDescription: "The credential.",
    answers: {
      201: {
        description: "The token.",
        contentType: "application/json",
        schema: CredentialAnswer,
      },
    },
    problems: commandProblems,
    handle: ({ body, params }) =>
      Effect.gen(function* () {
        const { token, verifier } = Token.make(body.credential)
        const positions = yield* execute({
          _tag: "CreateCredential",
          account: AccountId.make(params.id),
          note: "",
          ...body,
          verifier: Redacted.make(verifier),
        })
        const subject = `/api/accounts/${params.id}`
        return Route.answer(CredentialAnswer, { positions, subject, token }, { status: 201 })
      }),
  })

  return [...(yield* reading), add, setPassword, credential]
})

export const verifierOf = (password: Redacted.Redacted) =>
  Effect.map(
    Effect.promise(() => Password.verifierOf(Redacted.value(password))),
    (verifier) => Redacted.make(verifier),
  )

const rowOf = (account: Access.Account): AccountRow => ({
  account: account.account,
  name: account.name,
  oidc: account.oidc,
  hasPassword: account.passwordVersion > 0,
  disabled: account.disabled,
  addedMs: account.addedMs,
  grants: account.grants.map(({ at, customer, deviceType, group, payloads, role }) => ({
    role,
    group,
    deviceType,
    customer,
    payloads,
    position: at,
  })),
  credentials: account.credentials.map(({ at, credential, expiresMs, note, revoked }) => ({
    credential,
    note,
    expiresMs,
    revoked,
    position: at,
  })),
})
