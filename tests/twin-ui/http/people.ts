/** Accounts for tests: with tokens in view, as their holders have them. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Password from "../../../core/crypto/password.ts"
import * as Token from "../../../core/crypto/token.ts"
import type { Command } from "../../../core/decide/Command.ts"
import { AccountId, CredentialId } from "../../../core/event/ids.ts"
import { Pipeline } from "../../../core/ingest/Pipeline.ts"
import { ask, type Answer } from "./world.ts"

type Granted = Omit<Extract<Command, { readonly _tag: "GrantRole" }>, "_tag" | "account">

/** Of every account that has one here. */
export const testPassword = "a password for tests"

/** An account with grants, a password where it is to log in, and a token. */
export const addPerson = Effect.fnUntraced(function* (
  name: string,
  grants: ReadonlyArray<Granted>,
  more: { readonly password?: boolean; readonly oidc?: string } = {},
) {
  const pipeline = yield* Pipeline
  const account = AccountId.make(name)
  const verifier =
    more.password === true
      ? yield* Effect.promise(() => Password.verifierOf(testPassword))
      : undefined
  yield* pipeline.execute({
    _tag: "AddAccount",
    account,
    ...(more.oidc === undefined ? {} : { oidc: more.oidc }),
    ...(verifier === undefined ? {} : { verifier: Redacted.make(verifier) }),
  })
  for (const granted of grants) yield* pipeline.execute({ _tag: "GrantRole", account, ...granted })
  const credential = CredentialId.make(`${name}-key`)
  const made = Token.make(credential)
  yield* pipeline.execute({
    _tag: "CreateCredential",
    account,
    credential,
    note: "",
    verifier: Redacted.make(made.verifier),
  })
  return made.token
})

export const addOperator = (name: string, more: { readonly password?: boolean } = {}) =>
  addPerson(name, [{ role: "operator", payloads: true }], more)

/** Asks in somebody's name. */
export const askAs = (token: string, path: string, init: RequestInit = {}) =>
  ask(path, {
    ...init,
    headers: { authorization: `Bearer ${token}`, ...Object.fromEntries(new Headers(init.headers)) },
  })

export const postAs = (token: string, path: string, body: unknown) =>
  askAs(token, path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  })

/** Logs in with the form, as a browser does. */
export const logIn = (account: string, password: string, next = "/") =>
  ask("/login", {
    method: "POST",
    body: new URLSearchParams({ account, password, next }),
  })

/** The cookie that an answer sets, as it is sent back. */
export const cookieIn = (answer: Answer): string =>
  (answer.headers.get("set-cookie") ?? "").split(";")[0]
