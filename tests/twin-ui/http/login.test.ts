import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { failuresFree } from "../../../twin-ui/http/access/Limits.ts"
import { addOperator, askAs, cookieIn, logIn, postAs, testPassword } from "./people.ts"
import { ask, list, post, settled, world, worldAfter } from "./world.ts"

let token = ""
const setUp = Effect.gen(function* () {
  token = yield* addOperator("ann", { password: true })
})
const withAnn = () => worldAfter(setUp)

const statusOf = (cookie: string) =>
  Effect.map(ask("/api/me", { headers: { cookie } }), ({ status }) => status)

describe("logging in with a password", () => {
  it.live("opens a session in a cookie that no script and no other site can use", () =>
    Effect.gen(function* () {
      const answer = yield* logIn("ann", testPassword, "/devices?x=1")
      assert.strictEqual(answer.status, 303)
      assert.strictEqual(answer.headers.get("location"), "/devices?x=1")
      const cookie = answer.headers.get("set-cookie") ?? ""
      assert.match(cookie, /^sigtwin=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=\d+$/)
      const me = yield* ask("/api/me", { headers: { cookie: cookieIn(answer) } })
      assert.include(me.text, '"name":"ann"')
    }).pipe(Effect.provide(withAnn())),
  )

  it.live("says the same of a wrong name and a wrong password", () =>
    Effect.gen(function* () {
      const wrong = yield* logIn("ann", "not the password")
      const nobody = yield* logIn("bob", "not the password")
      assert.deepStrictEqual([wrong.status, nobody.status], [401, 401])
      assert.strictEqual(wrong.text.replaceAll("ann", "bob"), nobody.text)
      assert.isNull(wrong.headers.get("set-cookie"))
      assert.notInclude(wrong.text, "not the password")
    }).pipe(Effect.provide(withAnn())),
  )

  it.live("leads nowhere but to this server", () =>
    Effect.gen(function* () {
      for (const next of ["//evil.example", "https://evil.example", "/\\evil.example", "x"])
        assert.strictEqual(
          (yield* logIn("ann", testPassword, next)).headers.get("location"),
          "/",
          next,
        )
    }).pipe(Effect.provide(withAnn())),
  )

  it.live("is not taken from a page of another origin", () =>
    Effect.gen(function* () {
      const answer = yield* ask("/login", {
        method: "POST",
        headers: { origin: "https://evil.example" },
        body: new URLSearchParams({ account: "ann", password: testPassword }),
      })
      assert.strictEqual(answer.status, 403)
    }).pipe(Effect.provide(withAnn())),
  )

  it.live("locks out after some wrong tries, the right password too, and says for how long", () =>
    Effect.gen(function* () {
      for (let n = 0; n <= failuresFree; n++) yield* logIn("ann", `wrong password ${n}`)
      const locked = yield* logIn("ann", testPassword)
      assert.strictEqual(locked.status, 429)
      assert.isAtLeast(Number(locked.headers.get("retry-after")), 1)
      yield* settled
      const trail = yield* askAs(token, "/api/events?kind=AccessRefused")
      assert.includeMembers(list(trail, "events", "text").map(String), [
        "access refused, locked-out",
        "access refused, wrong-login",
      ])
      // A credential is another way in, and goes on.
      assert.strictEqual((yield* askAs(token, "/api/me")).status, 200)
    }).pipe(Effect.provide(withAnn())),
  )

  it.live("ends with a logout, a new password, and a disabled account", () =>
    Effect.gen(function* () {
      const open = Effect.map(logIn("ann", testPassword), cookieIn)
      const first = yield* open
      assert.strictEqual(yield* statusOf(first), 200)
      yield* ask("/logout", { method: "POST", headers: { cookie: first } })
      assert.strictEqual(yield* statusOf(first), 401)
      const second = yield* open
      yield* postAs(token, "/api/accounts/ann/password", { password: "another for tests" })
      assert.strictEqual(yield* statusOf(second), 401)
      const third = yield* Effect.map(logIn("ann", "another for tests"), cookieIn)
      yield* postAs(token, "/api/accounts", { account: "bob" })
      yield* postAs(token, "/api/accounts/bob/grants", { role: "operator", payloads: false })
      assert.strictEqual(yield* statusOf(third), 200)
      yield* postAs(token, "/api/accounts/ann/disable", {})
      assert.strictEqual(yield* statusOf(third), 401)
      assert.strictEqual((yield* askAs(token, "/api/me")).status, 401)
    }).pipe(Effect.provide(withAnn())),
  )

  it.live("comes first for a person who opens the page", () =>
    Effect.gen(function* () {
      const page = yield* ask("/login?next=/devices")
      assert.strictEqual(page.status, 200)
      assert.include(page.text, 'value="/devices"')
      assert.notInclude(page.text, "<script")
      const policy = page.headers.get("content-security-policy") ?? ""
      assert.include(policy, "form-action 'self'")
      assert.notInclude(policy, "unsafe-inline")
    }).pipe(Effect.provide(withAnn())),
  )
})

describe("accounts over HTTP", () => {
  it.live("ask everybody to log in from the first one on that manages others", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* post("/api/accounts", { account: "ann" })).status, 201)
      // It manages nothing yet, so whoever sits here still does.
      const grant = { role: "operator", payloads: true }
      assert.strictEqual((yield* post("/api/accounts/ann/grants", grant)).status, 201)
      assert.strictEqual((yield* ask("/api/devices")).status, 401)
    }).pipe(Effect.provide(world())),
  )

  it.live("never give a password, a token or what they are checked against", () =>
    Effect.gen(function* () {
      const password = { account: "bob", password: "a secret password of bob" }
      yield* postAs(token, "/api/accounts", password)
      const made = yield* postAs(token, "/api/accounts/bob/credentials", { credential: "k1" })
      const secret = /sgt_k1_([\w-]{43})/.exec(made.text)?.[1] ?? "none"
      assert.strictEqual(secret.length, 43)
      for (const path of ["/api/accounts", "/api/events?limit=100", "/api/events/1", "/metrics"]) {
        const shown = (yield* askAs(token, path)).text
        for (const hidden of [secret, "secret password", "argon2id"])
          assert.notInclude(shown, hidden, path)
      }
    }).pipe(Effect.provide(withAnn())),
  )

  it.live("keep at least one that manages others", () =>
    Effect.gen(function* () {
      const disabled = yield* postAs(token, "/api/accounts/ann/disable", {})
      assert.strictEqual(disabled.status, 400, disabled.text)
      const revoked = yield* postAs(token, "/api/accounts/ann/revoke", { role: "operator" })
      assert.strictEqual(revoked.status, 400)
    }).pipe(Effect.provide(withAnn())),
  )

  it.live("refuse short passwords, and do not quote them", () =>
    Effect.gen(function* () {
      const short = { account: "bob", password: "hunter2" }
      const answer = yield* postAs(token, "/api/accounts", short)
      assert.strictEqual(answer.status, 400)
      assert.notInclude(answer.text, "hunter2")
    }).pipe(Effect.provide(withAnn())),
  )
})
