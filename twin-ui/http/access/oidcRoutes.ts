/**
 * Logging in at an OpenID Connect provider: authorization code with PKCE, state and nonce (OpenID Connect Core 1.0; RFC 9700).
 *
 * Who comes back is known by one claim, and must be an account here already: a provider does not make accounts. What a
 * login needs to be finished is kept here under its state, bound to the browser by a cookie of its own.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as OpenId from "openid-client"
import * as Token from "../../../core/crypto/token.ts"
import { Pipeline } from "../../../core/ingest/Pipeline.ts"
import * as FifoMap from "../../../core/kernel/FifoMap.ts"
import * as Parameter from "../Parameter.ts"
import * as Problem from "../Problem.ts"
import * as Route from "../Route.ts"
import { isLoopback, type Oidc, type Settings } from "../Settings.ts"
import { open } from "./loginRoutes.ts"
import { goOnPage, nextOf } from "./loginPage.ts"
import * as Sessions from "./Sessions.ts"
import { addressOf, isSecure, type Who } from "./Who.ts"

/** Logins begun and not finished; beyond it the oldest must begin again. */
const begunMax = 1_000
const begunMs = 10 * 60_000

const stateCookie = "sigtwin-login"

interface Begun {
  readonly verifier: string
  readonly nonce: string
  readonly next: string
  readonly redirectUri: string
  readonly atMs: number
}

export const make = (settings: Settings, who: Who) =>
  Effect.gen(function* () {
    const { oidc } = settings
    if (oidc === undefined) return []
    const pipeline = yield* Pipeline
    const begun = FifoMap.make<Begun>(begunMax)
    let known: OpenId.Configuration | undefined
    const secure = isSecure(settings)

    /** Asked on first use, so that the server starts though the provider does not answer. */
    const provider = Effect.suspend(() =>
      known === undefined
        ? Effect.tryPromise({ try: () => discover(oidc), catch: noProvider }).pipe(
            Effect.tap((found) =>
              Effect.sync(() => {
                known = found
              }),
            ),
          )
        : Effect.succeed(known),
    )

    const begin = Route.make({
      method: "GET",
      path: "/login/oidc",
      operation: "loginElsewhere",
      tag: "service",
      access: "page",
      summary: "Begin a login at the OpenID Connect provider",
      query: { next: Parameter.optional(Parameter.name("Where to go then.")) },
      answers: { 303: { description: "Go to the provider." } },
      problems: ["not-there"],
      handle: ({ query, request }) =>
        Effect.gen(function* () {
          const configuration = yield* provider
          const verifier = OpenId.randomPKCECodeVerifier()
          const state = Token.newSecret()
          const nonce = OpenId.randomNonce()
          const base = oidc.publicUrl ?? `${secure ? "https" : "http"}://${request.headers["host"]}`
          const redirectUri = new URL("/login/oidc/callback", base).href
          const challenge = yield* Effect.promise(() => OpenId.calculatePKCECodeChallenge(verifier))
          FifoMap.set(begun, state, {
            verifier,
            nonce,
            next: nextOf(query.next),
            redirectUri,
            atMs: yield* Clock.currentTimeMillis,
          })
          const to = OpenId.buildAuthorizationUrl(configuration, {
            redirect_uri: redirectUri,
            scope: oidc.claim === "email" ? "openid email" : "openid",
            code_challenge: challenge,
            code_challenge_method: "S256",
            state,
            nonce,
          })
          return HttpServerResponse.empty({
            status: 303,
            headers: {
              location: to.href,
              // Lax: it must come along when the provider sends the browser back.
              "set-cookie": `${stateCookie}=${state}; Path=/login; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}; Max-Age=${begunMs / 1000}`,
            },
          })
        }),
    })

    const finish = Route.make({
      method: "GET",
      path: "/login/oidc/callback",
      operation: "finishLogin",
      tag: "service",
      access: "page",
      summary: "Finish a login at the OpenID Connect provider",
      openQuery: true,
      answers: { 200: { description: "Logged in; go on.", contentType: "text/html" } },
      problems: ["no-login", "not-there"],
      handle: ({ request }) =>
        Effect.gen(function* () {
          const configuration = yield* provider
          const given = new URL(request.url, "http://here").searchParams
          const state = given.get("state") ?? ""
          const login = FifoMap.get(begun, state)
          const now = yield* Clock.currentTimeMillis
          if (
            login === undefined ||
            now - login.atMs > begunMs ||
            Sessions.readCookie(request.headers["cookie"], stateCookie) !== state
          )
            return yield* noLogin("this login was not begun here, or too long ago; begin again")
          // Once only.
          FifoMap.remove(begun, state)
          const back = new URL(login.redirectUri)
          back.search = given.toString()
          const claims = yield* Effect.tryPromise({
            try: async () => {
              const tokens = await OpenId.authorizationCodeGrant(configuration, back, {
                pkceCodeVerifier: login.verifier,
                expectedState: state,
                expectedNonce: login.nonce,
                idTokenExpected: true,
              })
              return tokens.claims()
            },
            // The library's words may hold parts of tokens.
            catch: () => noLogin("the provider's answer does not hold"),
          })
          const name: unknown = claims?.[oidc.claim]
          const isProved = oidc.claim !== "email" || claims?.["email_verified"] === true
          const { access } = yield* who.states
          const account = [...access.accounts.values()].find(
            (each) => each.oidc !== null && each.oidc === name,
          )
          if (!isProved || account === undefined || account.disabled) {
            yield* who.audit.refused({
              from: addressOf(request),
              what: "login/oidc",
              why: "wrong-login",
            })
            return yield* noLogin("no account here is yours; ask who runs this server for one")
          }
          const cookie = yield* open(who, pipeline, settings, account, "oidc", request)
          return HttpServerResponse.html(goOnPage(login.next)).pipe(
            HttpServerResponse.setHeader("set-cookie", cookie),
          )
        }),
    })
    return [begin, finish]
  })

const discover = (oidc: Oidc): Promise<OpenId.Configuration> => {
  const issuer = new URL(oidc.issuer)
  const secret = oidc.clientSecret === undefined ? undefined : Redacted.value(oidc.clientSecret)
  // Plain HTTP only to this machine: a provider for trials.
  const options =
    issuer.protocol === "http:" && isLoopback(issuer.hostname)
      ? { execute: [OpenId.allowInsecureRequests] }
      : {}
  return OpenId.discovery(
    issuer,
    oidc.clientId,
    secret,
    secret === undefined ? OpenId.None() : undefined,
    options,
  )
}

const noProvider = (): Problem.Problem =>
  Problem.make("not-there", "the provider for logins does not answer; try again, or use a password")

const noLogin = (detail: string): Problem.Problem => Problem.make("no-login", detail)
