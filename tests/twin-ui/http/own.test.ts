import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { CustomerId } from "../../../core/event/ids.ts"
import { addOperator, addPerson, askAs, cookieIn, logIn, postAs, testPassword } from "./people.ts"
import { ask, worldAfter } from "./world.ts"

const newPassword = "another password for tests"
let token = ""
const withPeople = worldAfter(
  Effect.gen(function* () {
    yield* addOperator("ann", { password: true })
    token = yield* addPerson(
      "bob",
      [{ role: "CUSTOMER_R", customer: CustomerId.make("hydro"), payloads: false }],
      { password: true },
    )
  }),
)

const cookieOf = (name: string, password = testPassword) =>
  Effect.map(logIn(name, password), cookieIn)

const pageOf = (cookie: string) => ask("/account", { headers: { cookie } })

const submit = (path: string, cookie: string, fields: Record<string, string> = {}) =>
  ask(path, { method: "POST", headers: { cookie }, body: new URLSearchParams(fields) })

const isIn = (cookie: string) => Effect.map(pageOf(cookie), ({ status }) => status === 200)

describe("the page of one's own account", () => {
  it.live("says who one is and what one sees, and has a way out", () =>
    Effect.gen(function* () {
      const cookie = yield* cookieOf("bob")
      const { status, text } = yield* pageOf(cookie)
      assert.strictEqual(status, 200)
      assert.include(text, "CUSTOMER_R on customer hydro")
      assert.include(text, 'action="/logout"')
      yield* submit("/logout", cookie)
      assert.isFalse(yield* isIn(cookie))
    }).pipe(Effect.provide(withPeople)),
  )

  it.live("leads who is not logged in to the login, and back", () =>
    Effect.gen(function* () {
      const answer = yield* ask("/account")
      assert.strictEqual(answer.status, 303)
      assert.strictEqual(answer.headers.get("location"), "/login?next=/account")
      const other = yield* submit("/account/sessions/end", "")
      assert.strictEqual(other.status, 303)
    }).pipe(Effect.provide(withPeople)),
  )

  it.live("is not changed from a page of another origin", () =>
    Effect.gen(function* () {
      const cookie = yield* cookieOf("bob")
      const fields = { current: testPassword, password: newPassword, again: newPassword }
      const answer = yield* ask("/account/password", {
        method: "POST",
        headers: { cookie, origin: "https://evil.example" },
        body: new URLSearchParams(fields),
      })
      assert.strictEqual(answer.status, 403)
      assert.strictEqual((yield* logIn("bob", testPassword)).status, 303)
    }).pipe(Effect.provide(withPeople)),
  )
})

describe("a new password of one's own", () => {
  it.live("takes the present one, ends all other sessions, and keeps this one", () =>
    Effect.gen(function* () {
      const [here, elsewhere] = [yield* cookieOf("bob"), yield* cookieOf("bob")]
      const wrong = { current: "not the password", password: newPassword, again: newPassword }
      assert.strictEqual((yield* submit("/account/password", here, wrong)).status, 400)
      const unlike = { current: testPassword, password: newPassword, again: "something else" }
      assert.strictEqual((yield* submit("/account/password", here, unlike)).status, 400)
      const short = { current: testPassword, password: "short", again: "short" }
      assert.strictEqual((yield* submit("/account/password", here, short)).status, 400)
      assert.isTrue(yield* isIn(elsewhere))
      const right = { current: testPassword, password: newPassword, again: newPassword }
      const done = yield* submit("/account/password", here, right)
      assert.strictEqual(done.status, 200)
      assert.isTrue(yield* isIn(cookieIn(done)))
      assert.isFalse(yield* isIn(here))
      assert.isFalse(yield* isIn(elsewhere))
      assert.strictEqual((yield* logIn("bob", testPassword)).status, 401)
      assert.strictEqual((yield* logIn("bob", newPassword)).status, 303)
      for (const { text } of [done, yield* pageOf(cookieIn(done))])
        assert.notInclude(text, newPassword)
    }).pipe(Effect.provide(withPeople)),
  )

  it.live("is slowed down like a login where the present one is guessed", () =>
    Effect.gen(function* () {
      const cookie = yield* cookieOf("bob")
      const guess = { current: "a guess at it", password: newPassword, again: newPassword }
      const statuses: Array<number> = []
      for (let n = 0; n < 12; n++)
        statuses.push((yield* submit("/account/password", cookie, guess)).status)
      assert.include(statuses, 429)
    }).pipe(Effect.provide(withPeople)),
  )

  it.live("is set by a program in its holder's name, and of nobody else", () =>
    Effect.gen(function* () {
      const body = { current: testPassword, password: newPassword }
      const wrong = { ...body, current: "not the password" }
      assert.strictEqual((yield* postAs(token, "/api/me/password", wrong)).status, 400)
      assert.strictEqual((yield* postAs(token, "/api/me/password", body)).status, 201)
      assert.strictEqual((yield* logIn("bob", newPassword)).status, 303)
      assert.strictEqual((yield* logIn("ann", testPassword)).status, 303)
      const other = yield* postAs(token, "/api/accounts/ann/password", { password: newPassword })
      assert.strictEqual(other.status, 403)
    }).pipe(Effect.provide(withPeople)),
  )
})

describe("one's sessions", () => {
  it.live("elsewhere are ended, and nobody else's", () =>
    Effect.gen(function* () {
      const [here, elsewhere] = [yield* cookieOf("bob"), yield* cookieOf("bob")]
      const anns = yield* cookieOf("ann")
      assert.include((yield* pageOf(here)).text, "elsewhere")
      const done = yield* submit("/account/sessions/end", here)
      assert.include(done.text, "1 session elsewhere ended")
      assert.isTrue(yield* isIn(here))
      assert.isFalse(yield* isIn(elsewhere))
      assert.isTrue(yield* isIn(anns))
      assert.strictEqual((yield* askAs(token, "/api/devices")).status, 200)
    }).pipe(Effect.provide(withPeople)),
  )
})
