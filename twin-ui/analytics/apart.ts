/**
 * The tables in a process of their own: following them costs the server nothing, and a statement that cannot be stopped
 * ends that process alone. It is then started again.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type ChildProcess, fork } from "node:child_process"
import { getPriority, setPriority } from "node:os"
import { extname, join } from "node:path"
import {
  Analytics,
  AnalyticsUnavailable,
  type Answer,
  type QueryError,
  QueryStopped,
  type Status,
} from "../../projections/analytics/Analytics.ts"
import { type Asked, type Ending, errorOf, type Told, type Value } from "./exchange.ts"

/** Questions under way at once. */
const askedMax = 64
/** Between its end and the next start. */
const restartMs = 1_000

type Question = Asked extends infer Each ? (Each extends Asked ? Omit<Each, "id"> : never) : never

/** `log` as the command line names it. */
export const layer = (log: string): Layer.Layer<Analytics> => Layer.effect(Analytics, make(log))

const make = Effect.fnUntraced(function* (log: string) {
  const pending = new Map<number, Deferred.Deferred<Value, QueryError>>()
  let numbered = 0
  let child: ChildProcess | undefined
  let isClosing = false
  const context = yield* Effect.context()

  const endAll = (ending: Ending | undefined): void => {
    for (const each of pending.values()) Deferred.doneUnsafe(each, Effect.fail(ended(ending)))
    pending.clear()
  }

  const start = (): void => {
    if (isClosing) return
    const started = fork(file, [], {
      // An address may hold a password, which arguments would show to everybody on the machine.
      env: { ...process.env, SIGTWIN_LOG: log },
      serialization: "advanced",
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    })
    child = started
    if (started.pid !== undefined) setPriority(started.pid, Math.min(nicest, getPriority() + nicer))
    let ending: Ending | undefined
    started.on("message", (told: Told) => {
      if ("ending" in told) {
        ending = told.ending
        return
      }
      const waiting = pending.get(told.id)
      pending.delete(told.id)
      if (waiting === undefined) return
      Deferred.doneUnsafe(
        waiting,
        "error" in told ? Effect.fail(errorOf(told.error)) : Effect.succeed(told.value),
      )
    })
    started.on("error", () => started.kill())
    started.on("exit", () => {
      if (child === started) child = undefined
      endAll(ending)
      if (!isClosing)
        Effect.runForkWith(context)(Effect.andThen(Effect.sleep(restartMs), Effect.sync(start)))
    })
  }

  yield* Effect.acquireRelease(Effect.sync(start), () =>
    Effect.callback<void>((resume) => {
      isClosing = true
      const last = child
      if (last === undefined) return resume(Effect.void)
      last.once("exit", () => resume(Effect.void))
      if (last.connected) last.disconnect()
      else last.kill()
    }).pipe(
      Effect.timeoutOption(closeMs),
      Effect.andThen(Effect.sync(() => child?.kill("SIGKILL"))),
    ),
  )

  const ask = (question: Question): Effect.Effect<Value, QueryError> =>
    Effect.suspend(() => {
      if (child?.connected !== true)
        return Effect.fail(
          new AnalyticsUnavailable({ reason: "stopped", detail: "the tables are being opened" }),
        )
      if (pending.size >= askedMax)
        return Effect.fail(
          new AnalyticsUnavailable({
            reason: "busy",
            detail: `${pending.size} questions are under way already`,
          }),
        )
      const id = ++numbered
      const waiting = Deferred.makeUnsafe<Value, QueryError>()
      pending.set(id, waiting)
      child.send({ ...question, id })
      return Effect.ensuring(
        Deferred.await(waiting),
        Effect.sync(() => pending.delete(id)),
      )
    })

  return Analytics.of({
    // The process answers each method with what the method gives.
    query: (query) => ask({ method: "query", query }) as Effect.Effect<Answer, QueryError>,
    ask: (query) => ask({ method: "ask", query }) as Effect.Effect<Answer, QueryError>,
    parquet: (query, whose) =>
      ask({ method: "parquet", query, whose }) as Effect.Effect<Uint8Array, QueryError>,
    status: ask({ method: "status" }) as Effect.Effect<Status, QueryError>,
    reached: (position) =>
      Effect.catchTags(Effect.asVoid(ask({ method: "reached", position })), {
        StatementRefused: Effect.die,
        QueryStopped: Effect.die,
      }),
  })
})

/** Where the processor is short, what takes facts in comes first: the tables may be late, facts may not. */
const nicer = 10
const nicest = 19

/** Sources run as they are; what is built has the other ending. */
const file = join(import.meta.dirname, `child${extname(import.meta.filename)}`)

/** Writing what is at hand and closing the database takes less. */
const closeMs = 5_000

const ended = (ending: Ending | undefined): QueryError => {
  switch (ending) {
    case "time":
      return new QueryStopped({
        reason: "time",
        detail: "a statement could not be stopped in time, so all of them were",
      })
    case "memory":
      return new QueryStopped({
        reason: "memory",
        detail: "a statement took too much memory, so all of them were stopped",
      })
    case undefined:
      return new AnalyticsUnavailable({
        reason: "stopped",
        detail: "the process of the tables ended; it is started again",
      })
  }
}
