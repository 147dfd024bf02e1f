import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Stream from "effect/Stream"
import { EventLog } from "../../../core/log/EventLog.ts"
import { toCloudEvent } from "../../../core/log/cloudEvent.ts"
import { askAs, addOperator, logIn, postAs, testPassword } from "./people.ts"
import { ask, settled, worldAfter } from "./world.ts"

const planted = {
  radioKey: "5ec4e7000000000000000000000a11ce",
  password: "planted-password-of-bob",
  wrongPassword: "planted-wrong-password",
} as const

const logged: Array<string> = []
const listening = Logger.layer([
  Logger.make(({ message }) => {
    logged.push(JSON.stringify(message) ?? String(message))
  }),
])

it.live("secrets stand in no log line, no answer, no metric, no event and no export", () =>
  Effect.gen(function* () {
    let operator = ""
    const before = Effect.gen(function* () {
      operator = yield* addOperator("ann", { password: true })
    })
    yield* Effect.gen(function* () {
      const device = { device: "4D33DB", key: planted.radioKey }
      assert.strictEqual((yield* postAs(operator, "/api/devices", device)).status, 201)
      const bob = { account: "bob", password: planted.password }
      assert.strictEqual((yield* postAs(operator, "/api/accounts", bob)).status, 201)
      const made = yield* postAs(operator, "/api/accounts/bob/credentials", { credential: "k1" })
      const token = /sgt_k1_([\w-]{43})/.exec(made.text)?.[1] ?? ""
      assert.strictEqual(token.length, 43)
      yield* logIn("bob", planted.wrongPassword)
      const session = (yield* logIn("ann", testPassword)).headers.get("set-cookie") ?? ""
      const cookie = /sigtwin=([\w-]{43})/.exec(session)?.[1] ?? ""
      assert.strictEqual(cookie.length, 43)
      yield* askAs("sgt_k1_planted-but-wrong-token-000000000000000000", "/api/devices")
      yield* postAs(operator, "/api/devices", { device: "4D33DC", key: `${planted.radioKey}zz` })
      yield* settled

      const log = yield* EventLog
      const events = (yield* Stream.runCollect(log.read(0))).flat()
      const exported = events.map((recorded) => JSON.stringify(toCloudEvent(log.info, recorded)))
      const answers: Array<string> = []
      for (const path of [
        "/metrics",
        "/healthz",
        "/openapi.json",
        "/api/accounts",
        "/api/devices",
        "/api/devices/4D33DB",
        "/api/events?limit=1000",
        "/api/chain",
        "/login",
      ])
        answers.push((yield* askAs(operator, path)).text)
      for (const { position } of events)
        answers.push((yield* askAs(operator, `/api/events/${position}`)).text)
      answers.push((yield* ask("/api/devices")).text)
      assert.isAbove(events.length, 5)

      const places = {
        logged: logged.join("\n"),
        exported: exported.join("\n"),
        answers: answers.join("\n"),
      }
      const hidden = [
        planted.radioKey,
        planted.password,
        planted.wrongPassword,
        testPassword,
        token,
        cookie,
        operator.slice("sgt_ann-key_".length),
        "argon2id$",
        "planted-but-wrong",
      ]
      for (const [place, text] of Object.entries(places))
        for (const secret of hidden) {
          assert.isAbove(secret.length, 8)
          assert.notInclude(text.toLowerCase(), secret.toLowerCase(), place)
        }
      assert.include(places.logged, "without TLS")
      // What is no secret is found: the search can find.
      assert.include(places.exported, "4D33DB")
      assert.include(places.answers, "4D33DB")
    }).pipe(Effect.provide(worldAfter(before, { host: "0.0.0.0" }, listening)))
  }),
)
