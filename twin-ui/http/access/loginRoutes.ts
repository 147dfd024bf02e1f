/** Logging in and out: the form, its answer, and who one is. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type * as Access from "../../../core/access/Access.ts"
import { Right } from "../../../core/access/Right.ts"
import * as Password from "../../../core/crypto/password.ts"
import { streamOf } from "../../../core/event/streamOf.ts"
import { AccountId } from "../../../core/event/ids.ts"
import type { SessionOpened } from "../../../core/event/access.ts"
import { Pipeline } from "../../../core/ingest/Pipeline.ts"
import { Vault } from "../../../core/keys/Vault.ts"
import * as Guard from "../guard.ts"
import * as Parameter from "../Parameter.ts"
import * as Problem from "../Problem.ts"
import { mediaTypeOf, readText } from "../readBody.ts"
import * as Route from "../Route.ts"
import type { Settings } from "../Settings.ts"
import { Viewer } from "../Viewer.ts"
import { loginPage, loginStyle, nextOf } from "./loginPage.ts"
import * as Sessions from "./Sessions.ts"
import { addressOf, isSecure, tooOften, type Who } from "./Who.ts"

/** Passwords checked at a time, 19 MiB each; and how many may wait. */
const checksAtOnce = 2
const checksWaitingMax = 32

export const WhoAmI = Schema.Struct({
  /** An account, or `local` where no login is needed. */
  name: Schema.String,
  /** Sees the whole twin. */
  whole: Schema.Boolean,
  rights: Schema.Array(Schema.String),
})

const form = {
  description: "`account`, `password`, and `next`: where to go then.",
  contentTypes: ["application/x-www-form-urlencoded"],
}

export const make = (settings: Settings, who: Who) =>
  Effect.gen(function* () {
    const vault = yield* Vault
    const pipeline = yield* Pipeline
    const checks = yield* Semaphore.make(checksAtOnce)
    let waiting = 0
    /** Checked where there is no such account, so that it takes as long. */
    const nobody = yield* Effect.promise(() => Password.verifierOf("nobody has this password"))

    const passwordFits = Effect.fnUntraced(function* (
      account: Access.Account | undefined,
      password: string,
    ) {
      const kept =
        account === undefined || account.passwordVersion === 0
          ? undefined
          : yield* Effect.orDie(
              vault.verifier("password", account.account, account.passwordVersion),
            )
      const verifier = kept === undefined ? nobody : new TextDecoder().decode(kept)
      const fits = yield* checks.withPermits(1)(
        Effect.promise(() => Password.check(password, verifier)),
      )
      return fits && kept !== undefined && account?.disabled === false
    })

    /** The account, or undefined for a wrong name or password. */
    const logIn = Effect.fnUntraced(function* (
      name: string,
      password: string,
      request: HttpServerRequest.HttpServerRequest,
    ) {
      const from = addressOf(request)
      const { access } = yield* who.states
      const account = access.accounts.get(name)
      const refused = (why: "wrong-login" | "locked-out") =>
        who.audit.refused({
          ...(account === undefined ? {} : { account: AccountId.make(account.account) }),
          from,
          what: "login",
          why,
        })
      const wait = who.logins.waitMs(name, from, yield* Clock.currentTimeMillis)
      if (wait > 0) {
        yield* refused("locked-out")
        return yield* tooOften(wait)
      }
      if (waiting >= checksWaitingMax) return yield* tooOften(1_000)
      waiting++
      // Counted before it is known, so that tries at once do not all count as the first.
      who.logins.failed(name, from, yield* Clock.currentTimeMillis)
      const fits = yield* passwordFits(account, password).pipe(
        Effect.ensuring(
          Effect.sync(() => {
            waiting--
          }),
        ),
      )
      if (account === undefined || !fits) {
        yield* refused("wrong-login")
        return undefined
      }
      who.logins.succeeded(name, from)
      return account
    })

    const page = Route.make({
      method: "GET",
      path: "/login",
      operation: "loginPage",
      tag: "service",
      access: "page",
      summary: "Give the page where people log in",
      query: { next: Parameter.optional(Parameter.name("Where to go then.")) },
      answers: { 200: { description: "A page.", contentType: "text/html" } },
      handle: ({ query }) =>
        Effect.succeed(
          HttpServerResponse.html(
            loginPage({ next: nextOf(query.next), oidc: settings.oidc !== undefined }),
          ),
        ),
    })

    const style = Route.make({
      method: "GET",
      path: "/login/style.css",
      operation: "loginStyle",
      tag: "service",
      access: "page",
      summary: "Give the style of that page",
      answers: { 200: { description: "A style sheet.", contentType: "text/css" } },
      handle: () =>
        Effect.succeed(
          HttpServerResponse.text(loginStyle, { contentType: "text/css; charset=utf-8" }),
        ),
    })

    const login = Route.make({
      method: "POST",
      path: "/login",
      operation: "login",
      tag: "service",
      access: "page",
      summary: "Log in with a password, for a session in a cookie",
      description:
        "Programs use a credential's token instead. Wrong tries are counted by account and address, and wait ever longer.",
      body: form,
      answers: {
        303: { description: "Logged in; go on." },
        401: { description: "The page again, and what was wrong.", contentType: "text/html" },
      },
      problems: ["foreign-origin", "too-large", "wrong-media-type", "too-often"],
      handle: ({ request }) =>
        Effect.gen(function* () {
          const foreign = Guard.originProblem(request.headers)
          if (foreign !== undefined) return yield* foreign
          if (mediaTypeOf(request) !== form.contentTypes[0])
            return yield* Problem.make("wrong-media-type", `it must be ${form.contentTypes[0]}`, {
              where: "header.content-type",
            })
          const given = new URLSearchParams(yield* readText(request))
          const name = given.get("account") ?? ""
          const next = nextOf(given.get("next"))
          const password = (given.get("password") ?? "").slice(0, Password.passwordLengthMax)
          const account = yield* logIn(name, password, request)
          if (account === undefined)
            return HttpServerResponse.html(
              loginPage({
                next,
                oidc: settings.oidc !== undefined,
                account: name.slice(0, 64),
                wrong: "No account has this name and password.",
              }),
            ).pipe(HttpServerResponse.setStatus(401))
          const cookie = yield* open(who, pipeline, settings, account, "password", request)
          return HttpServerResponse.empty({
            status: 303,
            headers: { location: next, "set-cookie": cookie },
          })
        }),
    })

    const logout = Route.make({
      method: "POST",
      path: "/logout",
      operation: "logout",
      tag: "service",
      access: "page",
      summary: "Log out",
      answers: { 303: { description: "Logged out." } },
      problems: ["foreign-origin"],
      handle: ({ request }) =>
        Effect.gen(function* () {
          const foreign = Guard.originProblem(request.headers)
          if (foreign !== undefined) return yield* foreign
          const secure = isSecure(settings)
          const secret = Sessions.readCookie(request.headers["cookie"], Sessions.cookieName(secure))
          const { access } = yield* who.states
          const now = yield* Clock.currentTimeMillis
          const name = secret === undefined ? undefined : who.sessions.find(secret, access, now)
          if (secret !== undefined && name !== undefined) {
            who.sessions.close(secret)
            const event = { _tag: "SessionClosed", account: AccountId.make(name) } as const
            yield* pipeline.record([
              { stream: streamOf(event), occurredMs: now, causes: [], event },
            ])
          }
          return HttpServerResponse.empty({
            status: 303,
            headers: { location: "/login", "set-cookie": Sessions.goneCookie(secure) },
          })
        }),
    })

    const me = Route.make({
      method: "GET",
      path: "/api/me",
      operation: "whoAmI",
      tag: "service",
      access: "api",
      filtered: true,
      summary: "Say who asks, and what they may do",
      answers: {
        200: { description: "Who asks.", contentType: "application/json", schema: WhoAmI },
      },
      handle: () =>
        Effect.map(Viewer, (viewer) =>
          Route.answer(WhoAmI, {
            name: viewer.name,
            whole: viewer.whole,
            rights: Right.literals.filter((right) => viewer.may(right)),
          }),
        ),
    })

    return [page, style, login, logout, me]
  })

/** Opens a session and records it; gives its cookie. */
export const open = Effect.fnUntraced(function* (
  who: Who,
  pipeline: Pipeline["Service"],
  settings: Settings,
  account: Access.Account,
  how: SessionOpened["how"],
  request: HttpServerRequest.HttpServerRequest,
) {
  const now = yield* Clock.currentTimeMillis
  const event = {
    _tag: "SessionOpened",
    account: AccountId.make(account.account),
    how,
    from: addressOf(request),
  } as const
  yield* pipeline.record([{ stream: streamOf(event), occurredMs: now, causes: [], event }])
  return Sessions.cookieOf(who.sessions.open(account, now), isSecure(settings))
})
