/**
 * One's own account, for whoever logged in: who one is, a new password, one's sessions. What others may be given is for who manages
 * accounts (`accountRoutes.ts`).
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type * as Access from "../../../core/access/Access.ts"
import { Right } from "../../../core/access/Right.ts"
import * as Password from "../../../core/crypto/password.ts"
import { AccountId } from "../../../core/event/ids.ts"
import { Pipeline } from "../../../core/ingest/Pipeline.ts"
import { grantWords } from "../../api/Access.ts"
import { CommandAnswer, executor } from "../commandRoutes.ts"
import * as Guard from "../guard.ts"
import * as Problem from "../Problem.ts"
import { mediaTypeOf, readText } from "../readBody.ts"
import * as Route from "../Route.ts"
import type { Settings } from "../Settings.ts"
import { Viewer } from "../Viewer.ts"
import { PasswordText, verifierOf } from "./accountRoutes.ts"
import type { Logins } from "./Logins.ts"
import { open } from "./loginRoutes.ts"
import { type Own, ownPage } from "./ownPage.ts"
import * as Sessions from "./Sessions.ts"
import { isSecure, type Who } from "./Who.ts"

type Request = HttpServerRequest.HttpServerRequest

const WhoAmI = Schema.Struct({
  /** An account, or `local` where no login is needed. */
  name: Schema.String,
  /** Sees the whole twin. */
  whole: Schema.Boolean,
  rights: Schema.Array(Schema.String),
  /** Its roles and what they are on, in words. */
  sees: Schema.Array(Schema.String),
})

const form = "application/x-www-form-urlencoded"
const wrongPassword = "That is not your present password."

export const make = (settings: Settings, who: Who, logins: Logins) =>
  Effect.gen(function* () {
    const pipeline = yield* Pipeline
    const execute = yield* executor

    const ownOf = Effect.fnUntraced(function* (name: string, said?: Own["said"]) {
      const { access } = yield* who.states
      const account = access.accounts.get(name)
      return ownPage({
        name,
        sees: (account?.grants ?? []).map(grantWords),
        hasPassword: (account?.passwordVersion ?? 0) > 0,
        sessions: who.sessions.ofAccount(name, access, yield* Clock.currentTimeMillis),
        ...(said === undefined ? {} : { said }),
      })
    })

    /** Gives what came of it, or undefined where the present password is another. */
    const change = Effect.fnUntraced(function* (
      name: string,
      current: string,
      password: string,
      request: Request,
    ) {
      if ((yield* logins.check(name, current, request)) === undefined) return undefined
      const verifier = yield* verifierOf(Redacted.make(password))
      return yield* execute({ _tag: "SetPassword", account: AccountId.make(name), verifier })
    })

    const page = Route.make({
      method: "GET",
      path: "/account",
      operation: "ownAccountPage",
      tag: "service",
      access: "page",
      summary: "Give the page of one's own account",
      answers: {
        200: { description: "A page.", contentType: "text/html" },
        303: { description: "To the login." },
      },
      handle: ({ request }) =>
        asPerson(who, request, ({ name }) => Effect.map(ownOf(name), HttpServerResponse.html)),
    })

    const passwordForm = Route.make({
      method: "POST",
      path: "/account/password",
      operation: "setOwnPasswordByForm",
      tag: "service",
      access: "page",
      summary: "Set one's own password with the form of that page",
      description: "All sessions end but this one, which goes on in a new cookie.",
      body: {
        description: "`current`, `password`, and `again`: the same.",
        contentTypes: [form],
      },
      answers: {
        200: { description: "It is set.", contentType: "text/html" },
        303: { description: "To the login." },
        400: { description: "The page again, and what was wrong.", contentType: "text/html" },
      },
      problems: ["foreign-origin", "too-large", "wrong-media-type", "too-often"],
      handle: ({ request }) =>
        asPerson(who, request, ({ name }) =>
          Effect.gen(function* () {
            if (mediaTypeOf(request) !== form)
              return yield* Problem.make("wrong-media-type", `it must be ${form}`, {
                where: "header.content-type",
              })
            const given = new URLSearchParams(yield* readText(request))
            const password = given.get("password") ?? ""
            const again = (text: string) =>
              Effect.map(ownOf(name, { tone: "alert", text }), (html) =>
                HttpServerResponse.setStatus(HttpServerResponse.html(html), 400),
              )
            const length = password.length
            if (length < Password.passwordLengthMin || length > Password.passwordLengthMax)
              return yield* again(
                `A password has at least ${Password.passwordLengthMin} characters.`,
              )
            if (password !== given.get("again"))
              return yield* again("The two new passwords are not the same.")
            const done = yield* change(name, given.get("current") ?? "", password, request)
            const account = yield* accountOf(who, name)
            if (done === undefined || account === undefined) return yield* again(wrongPassword)
            const cookie = yield* open(who, pipeline, settings, account, "password", request)
            const text = "The new password is set. All other sessions have ended."
            const html = yield* ownOf(name, { tone: "status", text })
            return HttpServerResponse.setHeader(HttpServerResponse.html(html), "set-cookie", cookie)
          }),
        ),
    })

    const endOthers = Route.make({
      method: "POST",
      path: "/account/sessions/end",
      operation: "endOtherSessions",
      tag: "service",
      access: "page",
      summary: "End one's sessions elsewhere",
      answers: {
        200: { description: "They have ended.", contentType: "text/html" },
        303: { description: "To the login." },
      },
      problems: ["foreign-origin"],
      handle: ({ request }) =>
        asPerson(who, request, ({ name }) => {
          const count = who.sessions.closeOthers(name, secretIn(settings, request))
          const text = `${count} ${count === 1 ? "session" : "sessions"} elsewhere ended.`
          return Effect.map(ownOf(name, { tone: "status", text }), HttpServerResponse.html)
        }),
    })

    const me = Route.make({
      method: "GET",
      path: "/api/me",
      operation: "whoAmI",
      tag: "service",
      access: "api",
      whoever: true,
      filtered: true,
      summary: "Say who asks, and what they may do",
      answers: {
        200: { description: "Who asks.", contentType: "application/json", schema: WhoAmI },
      },
      handle: () =>
        Effect.gen(function* () {
          const viewer = yield* Viewer
          const account = yield* accountOf(who, viewer.name)
          return Route.answer(WhoAmI, {
            name: viewer.name,
            whole: viewer.whole,
            rights: Right.literals.filter((right) => viewer.may(right)),
            sees: (account?.grants ?? []).map(grantWords),
          })
        }),
    })

    const setPassword = Route.withJson({
      method: "POST",
      path: "/api/me/password",
      operation: "setOwnPassword",
      tag: "commands",
      access: "command",
      whoever: true,
      summary: "Set one's own password; one's sessions end",
      schema: Schema.Struct({
        current: Schema.RedactedFromValue(Schema.String),
        password: PasswordText,
      }),
      bodyDescription: "The present password, and the new one.",
      answers: {
        201: { description: "It is set.", contentType: "application/json", schema: CommandAnswer },
      },
      problems: ["bad-request", "too-often", "log-unavailable", "too-large", "wrong-media-type"],
      handle: ({ body, request }) =>
        Effect.gen(function* () {
          const { name } = yield* Viewer
          const positions = yield* change(
            name,
            Redacted.value(body.current),
            Redacted.value(body.password),
            request,
          )
          if (positions === undefined)
            return yield* Problem.make("bad-request", "that is not the present password", {
              where: "body.current",
            })
          const subject = `/api/accounts/${name}`
          return Route.answer(CommandAnswer, { positions, subject }, { status: 201 })
        }),
    })

    return [page, passwordForm, endOthers, me, setPassword]
  })

const accountOf = (who: Who, name: string) =>
  Effect.map(who.states, ({ access }): Access.Account | undefined => access.accounts.get(name))

const secretIn = (settings: Settings, request: Request): string | undefined =>
  Sessions.readCookie(request.headers["cookie"], Sessions.cookieName(isSecure(settings)))

/** Who asks, of a page: the answer to who does not say is the way to the login. */
const asPerson = <E, R>(
  who: Who,
  request: Request,
  use: (viewer: Viewer) => Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>,
) =>
  Effect.gen(function* () {
    const foreign = request.method === "GET" ? undefined : Guard.originProblem(request.headers)
    if (foreign !== undefined) return yield* foreign
    const viewer = yield* who.identify(request, "page")
    if (viewer === undefined)
      return HttpServerResponse.empty({
        status: 303,
        headers: { location: "/login?next=/account" },
      })
    return yield* Effect.provideService(use(viewer), Viewer, viewer)
  })
