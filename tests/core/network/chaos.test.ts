import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Pipeline } from "../../../core/ingest/Pipeline.ts"
import { EventLog } from "../../../core/log/EventLog.ts"
import * as Outlet from "../../../core/network/Outlet.ts"
import { answerBytesMax } from "../../../core/network/post.ts"
import { radio } from "../ingest/radio.ts"
import { badEndpoint, type Manner } from "./badEndpoint.ts"
import { answerWithinMs, deliverUntil, register, so, world } from "./deliveries.ts"
import { endpoint } from "./endpoint.ts"

const a = radio(0x4d33db)
const b = radio(0xbeef)

/** One message to an endpoint of that manner; the first outcomes. */
const first = (manner: Manner, count = 1) =>
  Effect.gen(function* () {
    const good = yield* endpoint
    const at = yield* badEndpoint(manner, good.url)
    yield* register("bad", { url: at.url }, [a])
    yield* (yield* Pipeline).submit([a.send(7)])
    const seen = yield* deliverUntil(so(count), { answerWithinMs: 400_000 })
    return { at, seen: seen.slice(0, count), good }
  }).pipe(Effect.provide(world()))

describe("an endpoint that", () => {
  const expected: ReadonlyArray<readonly [Manner, string]> = [
    ["hang", "bad 7 timeout 1"],
    ["reset", "bad 7 closed 1"],
    ["slow", "bad 7 timeout 1"],
    ["500", "bad 7 status 1"],
    ["too-short", "bad 7 closed 1"],
    ["endless-headers", "bad 7 closed 1"],
    ["redirect", "bad 7 status 1"],
  ]
  for (const [manner, outcome] of expected)
    it.live(`answers in the manner "${manner}" fails the attempt, and says how`, () =>
      Effect.gen(function* () {
        const { at, good, seen } = yield* first(manner)
        assert.deepStrictEqual(seen, [outcome])
        assert.isAtLeast(at.requests(), 1)
        // A redirect is an answer like any other.
        assert.deepStrictEqual(good.bodies, [])
      }),
    )

  it.live("says more than it announced is taken at its word, and what follows is no answer", () =>
    Effect.gen(function* () {
      const at = yield* badEndpoint("too-long")
      yield* register("bad", { url: at.url }, [a])
      yield* (yield* Pipeline).submit([a.send(7), a.send(8, at20(1))])
      const seen = yield* deliverUntil(so(2))
      assert.deepStrictEqual(seen, ["bad 7 ok 1", "bad 8 ok 1"])
      assert.strictEqual(at.requests(), 2)
    }).pipe(Effect.provide(world())),
  )

  it.live("answers with 10 MB is read up to a bound", () =>
    Effect.gen(function* () {
      const { at, seen } = yield* first("10-mb")
      assert.deepStrictEqual(seen, ["bad 7 ok 1"])
      // The bound, and what lay in the buffers of two sockets.
      assert.isBelow(at.sent(), answerBytesMax + 9_000_000)
    }),
  )
})

describe("customers whose endpoints hang", () => {
  it.live("keep nobody else waiting", () =>
    Effect.gen(function* () {
      const good = yield* endpoint
      const pipeline = yield* Pipeline
      yield* register("good", { url: good.url }, [a])
      const hanging = Array.from({ length: 60 }, (_, n) => ({
        name: `bad${n}`,
        devices: Array.from({ length: 8 }, (__, m) => radio(0x1000 + n * 8 + m)),
      }))
      const at = yield* badEndpoint("hang")
      for (const { devices, name } of hanging) yield* register(name, { url: at.url }, devices)
      yield* pipeline.submit(
        hanging.flatMap(({ devices }) => devices.map((device) => device.send(1))),
      )
      const afterwards = Effect.gen(function* () {
        // As many hang as may be under way to each.
        yield* Effect.promise(() => until(() => at.requests() === hanging.length * 4))
        yield* pipeline.submit(Array.from({ length: 20 }, (_, n) => a.send(n + 1, at20(n))))
      })
      const [seen] = yield* Effect.all(
        [
          deliverUntil((found) => found.filter((each) => each.startsWith("good")).length === 20, {
            answerWithinMs: 60 * answerWithinMs,
          }),
          afterwards,
        ],
        { concurrency: "unbounded" },
      )
      const all = seen.filter((each) => each.startsWith("good"))
      assert.deepStrictEqual(
        all,
        Array.from({ length: 20 }, (_, n) => `good ${n + 1} ok 1`),
      )
    }).pipe(Effect.provide(world())),
  )

  it.live("are held back after some failures, and sent all once one answer comes", () =>
    Effect.gen(function* () {
      const at = yield* endpoint
      at.answers.push(...Array.from({ length: Outlet.failuresMax + 1 }, () => 503))
      const devices = Array.from({ length: 12 }, (_, n) => radio(0x2000 + n))
      yield* register("slow", { url: at.url }, devices)
      yield* (yield* Pipeline).submit(devices.map((device) => device.send(1)))
      const seen = yield* deliverUntil(
        (found) => found.filter((each) => each.includes(" ok ")).length === 12,
      )
      const opened = seen.indexOf("slow held back")
      const closed = seen.indexOf("slow answers")
      assert.isAtLeast(opened, Outlet.failuresMax)
      assert.isAbove(closed, opened)
      // Between the two single attempts alone were made: the first of them failed.
      assert.isBelow(closed - opened, 6)
      assert.strictEqual(seen.filter((each) => each === "slow held back").length, 1)
      assert.strictEqual(at.bodies.length, 12 + Outlet.failuresMax + 1)
    }).pipe(Effect.provide(world())),
  )

  it.live("lose what waited as long as all attempts would have taken, and it is listed", () =>
    Effect.gen(function* () {
      const at = yield* badEndpoint("reset")
      const devices = Array.from({ length: 12 }, (_, n) => radio(0x3000 + n))
      yield* register("dead", { url: at.url }, devices)
      yield* (yield* Pipeline).submit(devices.map((device) => device.send(1)))
      const seen = yield* deliverUntil(
        (found) => found.filter((each) => each.includes("given up")).length === 12,
      )
      assert.include(seen, "dead held back")
      assert.isAtLeast(seen.filter((each) => each === "dead 1 given up, circuit-open").length, 1)
      // Far fewer requests than four for each.
      assert.isBelow(at.requests(), 30)
    }).pipe(Effect.provide(world())),
  )
})

describe("a stop in the middle", () => {
  it.live("repeats only what had begun and no answer was seen of, and marks it", () =>
    Effect.gen(function* () {
      const at = yield* endpoint
      at.answers.push(0)
      const log = yield* EventLog
      const pipeline = yield* Pipeline
      yield* register("hydro", { url: at.url }, [a, b])
      yield* pipeline.submit([a.send(7)])
      // Stopped when the request is there and not answered.
      yield* deliverUntil(() => false, { answerWithinMs: 60 * answerWithinMs }).pipe(
        Effect.race(Effect.promise(() => until(() => at.bodies.length === 1))),
      )
      yield* pipeline.submit([b.send(1)])
      const seen = yield* deliverUntil(so(2))
      assert.sameMembers([...seen], ["hydro 7 ok 1 repeat", "hydro 1 ok 1"])
      assert.strictEqual(at.bodies.length, 3)
      const [, second, third] = at.headers
      const repeated = at.headers.filter((each) => each["sigtwin-repeat"] === "possible")
      assert.strictEqual(repeated.length, 1)
      assert.strictEqual(repeated[0]["idempotency-key"], at.headers[0]["idempotency-key"])
      assert.notStrictEqual(second["idempotency-key"], third["idempotency-key"])
      assert.isAbove(yield* log.head, 0)
    }).pipe(Effect.provide(world())),
  )
})

const at20 = (n: number) => ({ atMs: 1_700_000_000_000 + n * 60_000 })

const until = async (holds: () => boolean): Promise<void> => {
  // oxlint-disable-next-line no-await-in-loop -- one look after the other
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5))
}
