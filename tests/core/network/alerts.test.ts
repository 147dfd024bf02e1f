/** Alerts over real HTTP and SMTP: once when something opens, once when it clears, and again where they failed. */
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { createHmac } from "node:crypto"
import type { Recorded } from "../../../core/event/Envelope.ts"
import { AlertTargetId } from "../../../core/event/ids.ts"
import { Pipeline } from "../../../core/ingest/Pipeline.ts"
import { EventLog } from "../../../core/log/EventLog.ts"
import { alertPeople, type Options } from "../../../core/network/alertPeople.ts"
import { Anomalies, type Anomaly } from "../../../core/network/Anomalies.ts"
import * as post from "../../../core/network/post.ts"
import { answerWithinMs, world } from "./deliveries.ts"
import { endpoint } from "./endpoint.ts"
import { certificate, mailer, mailServer } from "./mailServer.ts"

const ops = AlertTargetId.make("ops")

const surge = (nowMs: number, more: Partial<Anomaly> = {}): Anomaly => ({
  id: "traffic-surge|network|5",
  kind: "traffic-surge",
  text: "traffic surge, the network",
  expected: "30 messages in 10 minutes",
  seen: "300 messages in 10 minutes",
  sinceMs: nowMs - 600_000,
  openedMs: nowMs,
  openedAt: 0,
  cleared: undefined,
  causes: [0],
  ...more,
})

/** Alerts until so many events of that kind are in the log. */
const alertUntil = Effect.fnUntraced(function* (
  anomalies: () => ReadonlyArray<Anomaly>,
  fits: (events: ReadonlyArray<Recorded>) => boolean,
  options: Partial<Options> = {},
) {
  const log = yield* EventLog
  const poster = post.make()
  const running = yield* Effect.forkChild(
    alertPeople({ poster, answerWithinMs, ...options }).pipe(
      Effect.provideService(Anomalies, Anomalies.of({ now: Effect.sync(anomalies) })),
    ),
  )
  const seen: Array<Recorded> = []
  yield* log.follow(0).pipe(
    Stream.takeUntil((events) => {
      seen.push(...events)
      return fits(seen)
    }),
    Stream.runDrain,
  )
  yield* Fiber.interrupt(running)
  poster.close()
  return seen
})

const have = (tag: string, count: number) => (events: ReadonlyArray<Recorded>) =>
  events.filter(({ event }) => event._tag === tag).length >= count

const target = (url: string, more = {}) =>
  Effect.flatMap(Pipeline, (pipeline) =>
    pipeline.execute({ _tag: "AddAlertTarget", target: ops, url, loopbackAllowed: true, ...more }),
  )

describe("an alert", () => {
  it.live("goes out once when it opens and once when it clears, also after a restart", () =>
    Effect.gen(function* () {
      const at = yield* endpoint
      yield* target(at.url)
      const nowMs = yield* Clock.currentTimeMillis
      const open = surge(nowMs)
      yield* alertUntil(() => [open], have("AlertSent", 1))
      const cleared = { ...open, cleared: { at: 0, ms: nowMs, why: "over" } }
      // From here on it is another process on the same log.
      yield* alertUntil(() => [cleared], have("AlertSent", 2))
      const events = yield* alertUntil(() => [cleared], have("AlertSent", 2))
      assert.deepStrictEqual(
        at.bodies.map((body) => Reflect.get(Object(body), "phase")),
        ["opened", "cleared"],
      )
      assert.deepInclude(at.bodies[0], {
        kind: "traffic-surge",
        expected: "30 messages in 10 minutes",
        seen: "300 messages in 10 minutes",
      })
      assert.isTrue(have("AlertRaised", 2)(events) && !have("AlertRaised", 3)(events))
    }).pipe(Effect.provide(world())),
  )

  it.live("is tried again after a failure, under the same key, and given up after the last", () =>
    Effect.gen(function* () {
      const at = yield* endpoint
      at.answers.push(500, 503, 500, 500)
      yield* target(at.url)
      const open = surge(yield* Clock.currentTimeMillis)
      const events = yield* alertUntil(() => [open], have("AlertFailed", 4))
      assert.strictEqual(new Set(at.headers.map((one) => one["idempotency-key"])).size, 1)
      assert.deepStrictEqual(
        at.headers.map((one) => one["sigtwin-attempt"]),
        ["1", "2", "3", "4"],
      )
      const last = events.findLast(({ event }) => event._tag === "AlertFailed")?.event
      assert.notProperty(last, "nextAttemptAtMs")
    }).pipe(Effect.provide(world())),
  )

  it.live("is signed, and carries secret headers that the log does not hold", () =>
    Effect.gen(function* () {
      const at = yield* endpoint
      const signingKey = "a key for tests only"
      const secrets = Redacted.make({ headers: { authorization: "Bearer hidden" }, signingKey })
      yield* target(at.url, { secrets })
      const open = surge(yield* Clock.currentTimeMillis)
      const events = yield* alertUntil(() => [open], have("AlertSent", 1))
      const [headers] = at.headers
      assert.strictEqual(headers.authorization, "Bearer hidden")
      const [, t, v1] =
        /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers["sigtwin-signature"])) ?? []
      const text = `${t}.POST.${at.url}.${JSON.stringify(at.bodies[0])}`
      assert.strictEqual(v1, createHmac("sha256", signingKey).update(text).digest("hex"))
      assert.notInclude(JSON.stringify(events), "hidden")
    }).pipe(Effect.provide(world())),
  )

  it.live("is not raised of what is old, of a part of the whole, or of a kind nobody wants", () =>
    Effect.gen(function* () {
      const at = yield* endpoint
      yield* target(at.url, { kinds: ["traffic-surge", "mac-storm"] })
      const nowMs = yield* Clock.currentTimeMillis
      const all = [
        surge(nowMs),
        surge(nowMs, { id: "of a part", station: "BS-1" as never }),
        surge(nowMs, { id: "old", kind: "mac-storm", openedMs: nowMs - 90_000_000 }),
        surge(nowMs, { id: "unwanted", kind: "traffic-drop" }),
      ]
      yield* alertUntil(() => all, have("AlertSent", 1))
      const pipeline = yield* Pipeline
      yield* pipeline.execute({ _tag: "TestAlerts", atMs: nowMs })
      yield* alertUntil(() => all, have("AlertSent", 2))
      assert.deepStrictEqual(
        at.bodies.map((body) => Reflect.get(Object(body), "phase")),
        ["opened", "test"],
      )
    }).pipe(Effect.provide(world())),
  )

  it.live("goes out as an e-mail over TLS, when it opens and when it is over", () =>
    Effect.gen(function* () {
      const server = yield* mailServer
      yield* target("mailto:ops@core.example", { loopbackAllowed: false })
      const nowMs = yield* Clock.currentTimeMillis
      const open = surge(nowMs)
      const options = { mailer: yield* mailer(server.port, certificate) }
      yield* alertUntil(() => [open], have("AlertSent", 1), options)
      const cleared = { ...open, cleared: { at: 0, ms: nowMs, why: "it is as usual again" } }
      yield* alertUntil(() => [cleared], have("AlertSent", 2), options)
      const [first, second] = server.letters
      assert.strictEqual(server.letters.length, 2)
      assert.match(first, /^To: ops@core\.example/m)
      assert.match(first, /^Subject: sigtwin: traffic surge, the network/m)
      assert.match(first, /^expected: 30 messages in 10 minutes/m)
      assert.match(first, /^seen: 300 messages in 10 minutes/m)
      assert.match(second, /^Subject: sigtwin: over: traffic surge, the network/m)
      assert.match(second, /it is as usual again/)
      const keys = server.letters.map((letter) => /^Idempotency-Key: (\S+)/im.exec(letter)?.[1])
      assert.strictEqual(new Set(keys).size, 2)
    }).pipe(Effect.provide(world())),
  )

  it.live("by e-mail is tried again, and told apart from one that the mail server took", () =>
    Effect.gen(function* () {
      const server = yield* mailServer
      yield* target("mailto:nobody@core.example", { loopbackAllowed: false })
      const open = surge(yield* Clock.currentTimeMillis)
      const options = { mailer: yield* mailer(server.port, certificate) }
      const events = yield* alertUntil(() => [open], have("AlertFailed", 2), options)
      const failed = events.flatMap(({ event }) => (event._tag === "AlertFailed" ? [event] : []))
      assert.deepStrictEqual(
        failed.map(({ attempt, status }) => [attempt, status]),
        [
          [1, 550],
          [2, 550],
        ],
      )
      assert.deepStrictEqual(server.letters, [])
    }).pipe(Effect.provide(world())),
  )
})
