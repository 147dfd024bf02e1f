/** What a file or standard input (`-`) holds, for secrets: never an argument, which others can read. */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Stream from "effect/Stream"
import { Stdio } from "effect/Stdio"
import { cannotRead } from "./cannotRead.ts"

/** Far more than a key or some headers. */
const charactersMax = 65_536

export const readSecretText = (file: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const stdio = yield* Stdio
    const bytes = file === "-" ? stdio.stdin : fs.stream(file)
    return yield* bytes.pipe(
      Stream.decodeText,
      Stream.runFold(
        () => "",
        (held, part) => (held + part).slice(0, charactersMax),
      ),
      Effect.mapError(cannotRead(file === "-" ? "standard input" : file)),
    )
  })
