/** One moment of a log's file, beside whoever writes it. */
import * as Effect from "effect/Effect"
import type { LogUnavailable } from "../EventLog.ts"
import { attempt } from "./failure.ts"
import { type OpenFile, openForReading } from "./openFile.ts"

/** What is read is of one moment, however long `use` takes. */
export const reading = <A, E, R>(
  path: string,
  use: (file: OpenFile) => Effect.Effect<A, E, R>,
): Effect.Effect<A, E | LogUnavailable, R> =>
  Effect.acquireUseRelease(
    attempt(path, () => openForReading(path)),
    (file) =>
      Effect.andThen(
        attempt(path, () => file.db.exec("BEGIN")),
        use(file),
      ),
    (file) => Effect.sync(file.close),
  )
