/** A password from a file or standard input: never from an argument, which others can read. */
import * as Effect from "effect/Effect"
import { readSecretText } from "./readSecretText.ts"
import { WrongUse } from "./WrongUse.ts"

export const readPassword = (file: string) =>
  Effect.gen(function* () {
    // The line end is the file's, not the password's.
    const password = (yield* readSecretText(file)).replace(/\r?\n$/, "")
    if (password === "" || /[\r\n]/.test(password))
      return yield* new WrongUse({
        detail: `${file === "-" ? "standard input" : file} must hold one line, the password`,
      })
    return password
  })
