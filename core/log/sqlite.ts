/**
 * The log in one SQLite file (Node's own), the default: one row is one committed batch (`Slab.ts`).
 *
 * One process writes, any number read meanwhile (`readonly`). A file that is not a sound log is refused and left as it
 * is. The index that queries use is built in the background, while nothing is being committed.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { EventLog, type LogUnavailable } from "./EventLog.ts"
import { logOn } from "./logOn.ts"
import { attempt } from "./sqlite/failure.ts"
import { runEvents } from "./sqlite/Index.ts"
import { openForReading, openForWriting } from "./sqlite/openFile.ts"
import * as SqliteStore from "./sqlite/SqliteStore.ts"

export interface Options {
  /** Beside a writer in another process: appends fail, and what the other commits appears after some 200 ms. */
  readonly readonly?: boolean
  /** Appends fail with `full` rather than let the file grow beyond this; no bound where absent. */
  readonly bytesMax?: number
  /** Id of a log that is made now; drawn where absent. A simulation gives one, to be the same each time. */
  readonly id?: string
  /** For a log that can be made again from nothing (a simulation's): what is acknowledged is durable only when it is closed. */
  readonly durableAtClose?: boolean
}

/** The log stood still for so long: time to index. */
const idle = Duration.millis(200)

/** Events that may be unindexed while it does not stand still: bounds what opening after a crash must read. */
const lagMax = 8 * runEvents

/** Runs indexed while closing: what is left is indexed after the next opening. */
const closingRunsMax = 8

export const layer = (path: string, options: Options = {}): Layer.Layer<EventLog, LogUnavailable> =>
  Layer.effect(
    EventLog,
    Effect.gen(function* () {
      const readonly = options.readonly ?? false
      const opened = yield* Effect.acquireRelease(open(path, options), ({ file, store }) =>
        Effect.sync(() => {
          if (!readonly) indexRest(store)
          file.close()
        }),
      )
      const log = yield* logOn(opened.store)
      if (!readonly) yield* Effect.forkScoped(index(opened.store, path))
      return log
    }),
  )

const open = (path: string, { readonly = false, ...options }: Options) =>
  attempt(path, () => {
    const file = readonly ? openForReading(path) : openForWriting(path, options)
    try {
      return { file, store: SqliteStore.make(file, path, readonly) }
    } catch (error) {
      file.close()
      throw error
    }
  })

/** Goes on for ever. A run that cannot be written (a full disk) is tried again later: the log is sound without. */
const index = (store: SqliteStore.SqliteStore, path: string): Effect.Effect<never> =>
  Effect.gen(function* () {
    let head = -1
    while (true) {
      const isIdle = store.end().head === head
      const isDue = store.lag() >= (isIdle ? runEvents : lagMax)
      head = store.end().head
      const advanced =
        isDue &&
        (yield* attempt(path, store.advanceIndex).pipe(
          Effect.catch((error) =>
            Effect.as(
              Effect.logWarning("the log's index was not brought up to date", error),
              false,
            ),
          ),
        ))
      // Between two runs whoever waits comes first.
      yield* advanced ? Effect.yieldNow : Effect.sleep(idle)
    }
  })

const indexRest = (store: SqliteStore.SqliteStore): void => {
  try {
    for (let run = 0; run < closingRunsMax && store.advanceIndex(); run++);
  } catch {
    // The index is only behind; a log that is being closed must close.
  }
}
