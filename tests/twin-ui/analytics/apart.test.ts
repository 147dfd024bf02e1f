/** The process of the tables, as the server has it: started, killed in mid-work, and asked for more than it may take. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Schedule from "effect/Schedule"
import { execFileSync } from "node:child_process"
import { join } from "node:path"
import type { Recorded } from "../../../core/event/Envelope.ts"
import { EventLog } from "../../../core/log/EventLog.ts"
import * as Sqlite from "../../../core/log/sqlite.ts"
import { Analytics, type Limits, limitsDefault } from "../../../projections/analytics/Analytics.ts"
import * as apart from "../../../twin-ui/analytics/apart.ts"
import { folder } from "../../projections/analytics/kept.ts"
import {
  accepted,
  heard,
  type Line,
  registered,
  storyOf,
} from "../../projections/analytics/story.ts"

/** A log in a file, as its one writer, and the process that follows it. */
const withTables = <A, E>(test: Effect.Effect<A, E, EventLog | Analytics>) =>
  Effect.gen(function* () {
    const path = join(yield* folder, "own.db")
    return yield* test.pipe(
      Effect.provide(Layer.provideMerge(apart.layer(`sqlite:${path}`), Sqlite.layer(path))),
    )
  }).pipe(Effect.provide(Logger.layer([])), Effect.scoped)

/** So many messages of one device, each heard twice. */
const messages = (count: number): ReadonlyArray<Recorded> =>
  storyOf([
    registered(0, "A1", "hydro"),
    ...Array.from({ length: count }, (_, i): ReadonlyArray<Line> => [
      heard(i, "A1", i % 4096, "S1", { packet: `p${i}` }),
      heard(i, "A1", i % 4096, "S2", { packet: `p${i}` }),
      accepted(i, "A1", i % 4096, 1 + 3 * i),
    ]).flat(),
  ])

/** Asks again while the process is being started. */
const patiently = <A, E extends { readonly _tag: string }, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.retry(effect, {
    while: (error) => error._tag === "AnalyticsUnavailable",
    times: 600,
    schedule: Schedule.spaced("100 millis"),
  })

const query = (sql: string, limits: Partial<Limits> = {}) =>
  Effect.flatMap(Analytics, (analytics) =>
    analytics.query({ sql, scope: "whole", limits: { ...limitsDefault, ...limits } }),
  )

const reached = Effect.gen(function* () {
  const analytics = yield* Analytics
  const head = yield* (yield* EventLog).head
  yield* patiently(analytics.reached(head))
})

const counts =
  "SELECT count(*), count(DISTINCT (position, station)), count(DISTINCT message) FROM receptions"

/** Processes of tables that this one started. */
const started = (): ReadonlyArray<number> =>
  execFileSync("ps", ["--ppid", String(process.pid), "-o", "pid=,args="], { encoding: "utf8" })
    .split("\n")
    .filter((line) => line.includes(join("analytics", "child")))
    .map((line) => Number.parseInt(line, 10))

const hasPs = process.platform === "linux"
if (!hasPs)
  console.log("skipped: killing the process of the tables, since only Linux's ps is known")

describe("the process of the tables", { timeout: 120_000 }, () => {
  it.live("starts with the server, follows its log and answers", () =>
    withTables(
      Effect.gen(function* () {
        const log = yield* EventLog
        yield* log.restore(messages(10))
        yield* reached
        assert.deepStrictEqual((yield* patiently(query(counts))).rows, [[20, 20, 10]])
        const status = yield* patiently(Effect.flatMap(Analytics, (analytics) => analytics.status))
        assert.deepInclude(status, { position: 31, head: 31 })
      }),
    ),
  )

  it.live.skipIf(!hasPs)(
    "is started again when it is killed in mid-work, and has each row once",
    () =>
      withTables(
        Effect.gen(function* () {
          const log = yield* EventLog
          const all = messages(18_000)
          const killed = new Set<number>()
          for (const [from, to] of [
            [0, 18_001],
            [18_001, 36_001],
            [36_001, all.length],
          ] as const) {
            yield* log.restore(all.slice(from, to))
            const analytics = yield* Analytics
            // It has begun with these, and is not through with all of them.
            yield* patiently(analytics.reached(from))
            for (const pid of started()) {
              process.kill(pid, "SIGKILL")
              killed.add(pid)
            }
          }
          yield* reached
          assert.isAtLeast(killed.size, 2)
          const { behind, rows } = yield* patiently(query(counts))
          assert.deepStrictEqual(rows, [[36_000, 36_000, 18_000]])
          assert.strictEqual(behind, 0)
          assert.strictEqual(started().length, 1)
        }),
      ),
  )

  it.live(
    "stops a statement at its limit of time or memory, says which, and answers the next",
    () =>
      withTables(
        Effect.gen(function* () {
          const log = yield* EventLog
          yield* log.restore(messages(10))
          yield* reached
          const endless =
            "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t"
          const late = yield* Effect.flip(query(endless, { timeMs: 300 }))
          assert.deepInclude(late, { _tag: "QueryStopped", reason: "time" })
          assert.include(late.message, "0.3 s")
          const large = yield* Effect.flip(
            query("SELECT list(a.range) FROM range(400000000) a", { timeMs: 60_000 }),
          )
          assert.deepInclude(large, { _tag: "QueryStopped", reason: "memory" })
          assert.deepStrictEqual((yield* patiently(query(counts))).rows, [[20, 20, 10]])
        }),
      ),
  )

  it.live("ends a statement that cannot be stopped, and is there again for the next", () =>
    withTables(
      Effect.gen(function* () {
        const log = yield* EventLog
        yield* log.restore(messages(10))
        yield* reached
        // A name that doubles thirty times keeps the binder busy for hours, where no interrupt is seen.
        const doubled = Array.from({ length: 30 }, (_, i) => `, a${i}||a${i} AS a${i + 1}`).join("")
        const stuck = yield* Effect.flip(
          query(`SELECT length(a30) FROM (SELECT 'xxxxxxxx' AS a0${doubled})`, { timeMs: 300 }),
        )
        assert.deepInclude(stuck, { _tag: "QueryStopped" })
        assert.deepStrictEqual((yield* patiently(query(counts))).rows, [[20, 20, 10]])
      }),
    ),
  )
})
