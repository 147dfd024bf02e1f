/** Logging in and out: the form and its answer. What one's own account is: `ownRoutes.ts`. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type * as Access from "../../../core/access/Access.ts"
import { streamOf } from "../../../core/event/streamOf.ts"
import { AccountId } from "../../../core/event/ids.ts"
import type { SessionOpened } from "../../../core/event/access.ts"
import { Pipeline } from "../../../core/ingest/Pipeline.ts"
import * as Guard from "../guard.ts"
import * as Parameter from "../Parameter.ts"
import * as Problem from "../Problem.ts"
import { mediaTypeOf, readText } from "../readBody.ts"
import * as Route from "../Route.ts"
import type { Settings } from "../Settings.ts"
import { loginPage, loginStyle, nextOf } from "./loginPage.ts"
import * as Sessions from "./Sessions.ts"
import type { Logins } from "./Logins.ts"
import { addressOf, isSecure, type Who } from "./Who.ts"

const form = {
  description: "`account`, `password`, and `next`: where to go then.",
  contentTypes: ["application/x-www-form-urlencoded"],
}

export const make = (settings: Settings, who: Who, logins: Logins) =>
  Effect.gen(function* () {
    const pipeline = yield* Pipeline

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
          const account = yield* logins.check(name, given.get("password") ?? "", request)
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

    return [page, style, login, logout]
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
