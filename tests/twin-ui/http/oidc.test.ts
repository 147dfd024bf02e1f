import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { createServer } from "node:http"
import { Provider } from "oidc-provider"
import { Server } from "../../../twin-ui/http/server.ts"
import { addOperator, addPerson } from "./people.ts"
import { ask, worldAfter } from "./world.ts"

/** A real provider on this machine, whose people log in by their name alone, as its development pages let them. */
const provider = Effect.acquireRelease(
  Effect.promise(async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const address = server.address()
    const issuer = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`
    const oidc = new Provider(issuer, {
      clients: [
        {
          client_id: "sigtwin",
          client_secret: "a secret for tests",
          redirect_uris: ["http://127.0.0.1/login/oidc/callback"],
          grant_types: ["authorization_code"],
          response_types: ["code"],
        },
      ],
      claims: { openid: ["sub"], email: ["email", "email_verified"] },
      // The claims stand in the ID token, as many providers put them.
      conformIdTokenClaims: false,
      features: { devInteractions: { enabled: true } },
      pkce: { required: () => true },
      findAccount: (_, id) => ({
        accountId: id,
        claims: () => ({ sub: id, email: id, email_verified: !id.startsWith("unproved") }),
      }),
    })
    const handle = oidc.callback()
    server.on("request", (request, response) => void handle(request, response))
    return { issuer, server, oidc }
  }),
  ({ server }) =>
    Effect.sync(() => {
      server.closeAllConnections()
      server.close()
    }),
)

/** A browser that keeps cookies by port and follows what it is told to. */
const browser = () => {
  const jar = new Map<string, Map<string, string>>()
  const visit = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const { host } = new URL(url)
    const cookies = jar.get(host) ?? new Map<string, string>()
    jar.set(host, cookies)
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ")
    const answer = await fetch(url, { ...init, redirect: "manual", headers: { cookie } })
    for (const set of answer.headers.getSetCookie()) {
      const [name, ...value] = set.split(";")[0].split("=")
      cookies.set(name, value.join("="))
    }
    const to = answer.headers.get("location")
    return to === null ? answer : visit(new URL(to, url).href)
  }
  return { visit }
}

/** Logs in at the provider's own pages, and comes back; gives the last page. */
const logInElsewhere = async (url: string, name: string, visit = browser().visit) => {
  const form = async (page: Response, fields: Record<string, string>): Promise<Response> => {
    const text = await page.text()
    const action = /action="([^"]+)"/.exec(text)?.[1] ?? ""
    const prompt = /name="prompt" value="([^"]+)"/.exec(text)?.[1] ?? ""
    const body = new URLSearchParams({ prompt, ...fields })
    return visit(new URL(action, page.url).href, { method: "POST", body })
  }
  const asked = await visit(`${url}/login/oidc?next=/devices`)
  const consent = await form(asked, { login: name, password: "any" })
  const last = await form(consent, {})
  return { last, text: await last.text(), visit }
}

const before = Effect.gen(function* () {
  yield* addOperator("ann", { password: true })
  yield* addPerson("bob", [{ role: "auditor", payloads: false }], { oidc: "bob@example.org" })
  yield* addPerson("eve", [{ role: "auditor", payloads: false }], { oidc: "unproved@example.org" })
})

const story = <A, E>(
  body: (url: string) => Effect.Effect<A, E, Server>,
): Effect.Effect<A, unknown> =>
  Effect.gen(function* () {
    const { issuer, oidc } = yield* provider
    return yield* Effect.gen(function* () {
      const { url } = yield* Server
      // The port is known only now; the provider compares redirects exactly.
      const client = yield* Effect.promise(() => oidc.Client.find("sigtwin"))
      Object.assign(client ?? {}, { redirectUris: [`${url}/login/oidc/callback`] })
      return yield* body(url)
    }).pipe(
      Effect.provide(
        worldAfter(before, {
          oidc: {
            issuer,
            clientId: "sigtwin",
            clientSecret: Redacted.make("a secret for tests"),
            claim: "email",
            publicUrl: undefined,
          },
        }),
      ),
    )
  }).pipe(Effect.scoped)

describe("logging in at an OpenID Connect provider", () => {
  it.live("opens a session of the account that has this identity", () =>
    story((url) =>
      Effect.gen(function* () {
        assert.include((yield* ask("/login")).text, "/login/oidc")
        const { last, text, visit } = yield* Effect.promise(() =>
          logInElsewhere(url, "bob@example.org"),
        )
        assert.strictEqual(last.status, 200, text)
        assert.include(text, "url=/devices")
        const me = yield* Effect.promise(async () => (await visit(`${url}/api/me`)).text())
        assert.include(me, '"name":"bob"')
      }),
    ),
  )

  it.live("is refused to whoever has no account here, or whose address is not verified", () =>
    story((url) =>
      Effect.gen(function* () {
        for (const name of ["mallory@example.org", "unproved@example.org"]) {
          const { last, text } = yield* Effect.promise(() => logInElsewhere(url, name))
          assert.strictEqual(last.status, 401, text)
        }
      }),
    ),
  )

  it.live("is not finished by a browser that did not begin it", () =>
    story((url) =>
      Effect.gen(function* () {
        const begun = yield* ask("/login/oidc")
        const state = new URL(begun.headers.get("location") ?? "").searchParams.get("state") ?? ""
        const answer = yield* ask(`/login/oidc/callback?code=x&state=${state}`)
        assert.strictEqual(answer.status, 401)
        assert.include(answer.text, "begin again")
        assert.include(url, "127.0.0.1")
      }),
    ),
  )
})
