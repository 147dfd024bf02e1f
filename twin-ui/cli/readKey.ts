/** A device's radio key from a file or standard input: never from an argument, which others can read. */
import * as Effect from "effect/Effect"
import { readSecretText } from "./readSecretText.ts"
import { WrongUse } from "./WrongUse.ts"

export const readKey = (file: string) =>
  Effect.gen(function* () {
    const key = (yield* readSecretText(file)).trim()
    if (!/^[0-9a-fA-F]{32}$/.test(key))
      return yield* new WrongUse({
        detail: `${file === "-" ? "standard input" : file} holds no key: 32 hexadecimal digits and nothing else`,
      })
    return key
  })
