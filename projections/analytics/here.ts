/** The tables kept in this process: opened, followed, asked. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Semaphore from "effect/Semaphore"
import { EventLog } from "../../core/log/EventLog.ts"
import type { Snapshots } from "../run/Snapshots.ts"
import {
  type Answer,
  Analytics,
  AnalyticsUnavailable,
  type Query,
  type QueryError,
  QueryStopped,
  StatementRefused,
} from "./Analytics.ts"
import * as follow from "./follow.ts"
import * as Parts from "./parts.ts"
import { runParquet, runQuery, type Timer } from "./runQuery.ts"
import * as Store from "./Store.ts"
import { tables } from "./tables/all.ts"

/** Statements at a time; the next ones wait. */
export const queriesAtOnceMax = 4
/** Statements that may wait. */
export const queriesWaitingMax = 32
/** How long a question about now waits for what was just recorded, ms. */
export const catchUpMs = 2_000

/** After a statement was told to stop. */
const stuckAfterMs = 3_000

/** `folder` undefined keeps the tables in memory. `stuck` is told of a statement that goes on after it was stopped. */
export const layer = (
  folder: string | undefined,
  stuck: () => void = () => {},
): Layer.Layer<Analytics, AnalyticsUnavailable, EventLog | Snapshots> =>
  Layer.effect(Analytics, make(folder, stuck))

const make = Effect.fn("analytics.here")(function* (folder: string | undefined, stuck: () => void) {
  const log = yield* EventLog
  const store = yield* Store.open(folder, log.info.id)
  const follower = yield* follow.make(store, Parts.sealing(store))
  const timer = yield* timerOf(stuck)
  const places = yield* Semaphore.make(queriesAtOnceMax)
  let waiting = 0
  let passing = 0

  const inTurn = <A>(effect: Effect.Effect<A, QueryError>): Effect.Effect<A, QueryError> =>
    Effect.suspend(() => {
      if (waiting >= queriesWaitingMax)
        return Effect.fail(
          new AnalyticsUnavailable({
            reason: "busy",
            detail: `${waiting} questions are waiting already`,
          }),
        )
      waiting++
      return effect.pipe(
        places.withPermits(1),
        Effect.ensuring(
          Effect.sync(() => {
            waiting--
          }),
        ),
      )
    })

  /** About now: with what is in the log now, if that is not long in coming. About then: with all of then. */
  const upToDate = (query: Query) =>
    Effect.gen(function* () {
      const head = yield* log.head
      const wanted = Math.min(head, query.upTo ?? head)
      yield* follower.reached(wanted).pipe(Effect.timeoutOption(catchUpMs))
      const position = follow.atLeast(store)
      if (query.upTo !== undefined && position < wanted)
        return yield* new AnalyticsUnavailable({
          reason: "behind",
          detail: `the tables are at ${position} of ${head} events: ask again when they have come to ${wanted}`,
        })
      return head
    })

  const answer = (query: Query, isOurs: boolean): Effect.Effect<Answer, QueryError> =>
    inTurn(
      Effect.gen(function* () {
        const head = yield* upToDate(query)
        const ran = yield* Effect.tryPromise({
          try: () => runQuery(store.instance, query, isOurs, timer),
          catch: known,
        })
        const end = query.upTo === undefined ? head : Math.min(head, query.upTo)
        return { ...ran, behind: Math.max(0, end - ran.position) }
      }),
    )

  return Analytics.of({
    query: (query) => answer(query, false),
    ask: (query) => answer(query, true),
    parquet: (query, whose) =>
      inTurn(
        Effect.andThen(
          upToDate(query),
          Effect.tryPromise({
            try: () => runParquet(store, query, whose === "ours", `answer-${passing++}`, timer),
            catch: known,
          }),
        ),
      ),
    status: Effect.gen(function* () {
      const head = yield* log.head
      return yield* Effect.tryPromise({ try: () => statusOf(store, head), catch: known })
    }),
    reached: follower.reached,
  })
})

const statusOf = async (store: Store.Store, head: number) => {
  const counts = await store.run(
    tables.map(({ name }) => `SELECT '${name}', count(*) FROM kept.${name}`).join(" UNION ALL "),
  )
  const [[days, files, bytes]] = await store.run(
    "SELECT count(DISTINCT day), count(file), coalesce(sum(bytes), 0)::BIGINT FROM kept.parts",
  )
  return {
    place: store.folder ?? "memory",
    version: `${Store.groups.facts.version} ${Store.groups.findings.version}`,
    position: follow.atLeast(store),
    head,
    tables: counts.map(([name, rows]) => ({ name: String(name), rows: Number(rows) })),
    days: Number(days),
    files: Number(files),
    bytes: Number(bytes),
  }
}

/** What `runQuery` rejects with is known; anything else is a failed statement of ours. */
const known = (cause: unknown): QueryError =>
  cause instanceof StatementRefused ||
  cause instanceof QueryStopped ||
  cause instanceof AnalyticsUnavailable
    ? cause
    : new QueryStopped({
        reason: "failed",
        detail: cause instanceof Error ? cause.message : String(cause),
      })

const timerOf = Effect.fnUntraced(function* (stuck: () => void) {
  const clock = yield* Clock.Clock
  const context = yield* Effect.context()
  const timer: Timer = {
    nowMs: () => clock.currentTimeMillisUnsafe(),
    after: (ms, then) => {
      const fiber = Effect.runForkWith(context)(
        Effect.sleep(ms).pipe(
          Effect.andThen(Effect.sync(then)),
          Effect.andThen(Effect.sleep(stuckAfterMs)),
          Effect.andThen(Effect.sync(stuck)),
        ),
      )
      return () => fiber.interruptUnsafe()
    },
  }
  return timer
})
