/**
 * The log in one SQLite file (Node's own), the default: one row is one committed batch (`Slab.ts`).
 *
 * One process writes, any number read meanwhile (`readonly`). A file that is not a sound log is refused and left as it
 * is. What queries and proofs use (index, hash tree, checkpoints) is made in the background, while nothing is being
 * committed; so are small batches merged.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { SigningKey } from "../crypto/ed25519.ts"
import { EventLog, type LogUnavailable } from "./EventLog.ts"
import { logOn } from "./logOn.ts"
import { attempt } from "./sqlite/failure.ts"
import { finish, maintain } from "./sqlite/maintain.ts"
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
  /** So many of the newest events stay in the file; older ones go into parts beside it. All stay where absent. */
  readonly keepEvents?: number
  /** Events of each of these. */
  readonly partEvents?: number
  /** Signs checkpoints of the log's hash tree, as it grows and when it is closed; none are kept where absent. */
  readonly signer?: SigningKey | undefined
}

export const layer = (path: string, options: Options = {}): Layer.Layer<EventLog, LogUnavailable> =>
  Layer.effect(
    EventLog,
    Effect.gen(function* () {
      const readonly = options.readonly ?? false
      const opened = yield* Effect.acquireRelease(open(path, options), ({ file, store }) =>
        Effect.sync(() => {
          if (!readonly) finish(file, store, path, options)
          file.close()
        }),
      )
      const log = yield* logOn(opened.store)
      if (!readonly) yield* Effect.forkScoped(maintain(opened.file, opened.store, path, options))
      return log
    }),
  )

const open = (path: string, options: Options) =>
  attempt(path, () => {
    const file = options.readonly === true ? openForReading(path) : openForWriting(path, options)
    try {
      return { file, store: SqliteStore.make(file, path, options) }
    } catch (error) {
      file.close()
      throw error
    }
  })
