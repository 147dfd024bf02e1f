/** The file of a log, for commands that are about the file: other logs have none. */
import * as Effect from "effect/Effect"
import type { LogUnavailable } from "../../../core/log/EventLog.ts"
import { attempt } from "../../../core/log/sqlite/failure.ts"
import type { OpenFile } from "../../../core/log/sqlite/openFile.ts"
import { reading as readingFile } from "../../../core/log/sqlite/reading.ts"
import { type LogAddressUnknown, parseLogAddress } from "../../layers.ts"
import { WrongUse } from "../WrongUse.ts"

export const logFile = (address: string): Effect.Effect<string, LogAddressUnknown | WrongUse> =>
  Effect.flatMap(parseLogAddress(address), (parsed) =>
    parsed._tag === "Sqlite"
      ? Effect.succeed(parsed.path)
      : Effect.fail(new WrongUse({ detail: `${address} is no log in a file: give sqlite:PATH` })),
  )

/** Uses one moment of the file, beside whoever writes it. */
export const reading = <A>(
  path: string,
  use: (file: OpenFile) => A,
): Effect.Effect<A, LogUnavailable> => readingFile(path, (file) => attempt(path, () => use(file)))
