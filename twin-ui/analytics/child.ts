/**
 * The process of the tables: follows the log that another process writes, and answers it.
 *
 * It ends with the process that started it. A statement that goes on after it was stopped, or that takes the memory of
 * this process, ends this process; the tables are as they were, and it is started again.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import { memoryMaxMiB } from "../../projections/analytics/Store.ts"
import {
  Analytics,
  AnalyticsUnavailable,
  type QueryError,
} from "../../projections/analytics/Analytics.ts"
import * as config from "../config.ts"
import { analyticsReaderLayer, parseLogAddress } from "../layers.ts"
import { type Asked, type Ending, failed, type Told, type Value } from "./exchange.ts"

/** Beyond what the database may take: code, buffers of the log, answers. */
const restMiB = 768
const memoryLookMs = 250

const kill = () => process.kill(process.pid, "SIGKILL")

/**
 * Ends this process at once. An exit would wait for the thread that the statement runs on, for as long as it runs.
 */
const end = (ending: Ending): void => {
  if (process.connected) process.send?.({ id: -1, ending } satisfies Told, kill)
  else kill()
}

/** The database counts most of what it takes, and not all. */
const watchMemory = (): void => {
  if (process.memoryUsage.rss() > (memoryMaxMiB + restMiB) * 2 ** 20) end("memory")
}

const tell = (told: Told): void => {
  if (process.connected) process.send?.(told)
}

const answer = (
  analytics: Analytics["Service"],
  asked: Asked,
): Effect.Effect<Value, QueryError> => {
  switch (asked.method) {
    case "query":
      return analytics.query(asked.query)
    case "ask":
      return analytics.ask(asked.query)
    case "parquet":
      return analytics.parquet(asked.query, asked.whose)
    case "status":
      return analytics.status
    case "reached":
      return Effect.as(analytics.reached(asked.position), null)
  }
}

const main = Effect.gen(function* () {
  const analytics = yield* Analytics
  const context = yield* Effect.context()
  process.on("message", (asked: Asked) => {
    const { id } = asked
    Effect.runForkWith(context)(
      answer(analytics, asked).pipe(
        Effect.catchDefect((defect) =>
          Effect.fail(
            new AnalyticsUnavailable({
              reason: "stopped",
              detail: Cause.pretty(Cause.die(defect)),
            }),
          ),
        ),
        Effect.match({
          onFailure: (error) => tell({ id, error: failed(error) }),
          onSuccess: (value) => tell({ id, value }),
        }),
      ),
    )
  })
  tell({ id: 0, value: null })
  return yield* Effect.never
})

// The server says when to end: a Ctrl-C goes to both.
process.on("SIGINT", () => {})
process.on("SIGTERM", () => process.disconnect?.())
setInterval(watchMemory, memoryLookMs).unref()

const address = await Effect.runPromise(Effect.flatMap(Effect.orDie(config.log), parseLogAddress))
const fiber = Effect.runFork(
  main.pipe(
    Effect.provide(analyticsReaderLayer(address, () => end("time"))),
    Effect.tapError((error) => Effect.logError(error.message)),
  ),
)
process.on("disconnect", () => fiber.interruptUnsafe())
fiber.addObserver(() => process.exit(0))
