/** A device's radio key from a file or standard input: never from an argument, which others can read. */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Stream from "effect/Stream"
import { Stdio } from "effect/Stdio"
import { cannotRead } from "./cannotRead.ts"
import { WrongUse } from "./WrongUse.ts"

/** Far more than a key and its line end. */
const charactersMax = 4_096

export const readKey = (file: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const stdio = yield* Stdio
    const bytes = file === "-" ? stdio.stdin : fs.stream(file)
    const text = yield* bytes.pipe(
      Stream.decodeText,
      Stream.runFold(
        () => "",
        (held, part) => (held + part).slice(0, charactersMax),
      ),
      Effect.mapError(cannotRead(file === "-" ? "standard input" : file)),
    )
    const key = text.trim()
    if (!/^[0-9a-fA-F]{32}$/.test(key))
      return yield* new WrongUse({
        detail: `${file === "-" ? "standard input" : file} holds no key: 32 hexadecimal digits and nothing else`,
      })
    return key
  })
