/** A key or another secret as hex, from a file or standard input: never from an argument, which others can read. */
import * as Effect from "effect/Effect"
import { readSecretText } from "./readSecretText.ts"
import { WrongUse } from "./WrongUse.ts"

export const readKey = (file: string) => readHex(file, 32, "key")

/** `digits` hexadecimal digits; `what` they are, for who gave others. */
export const readHex = (file: string, digits: number, what: string) =>
  Effect.gen(function* () {
    const hex = (yield* readSecretText(file)).trim()
    if (hex.length !== digits || !/^[0-9a-fA-F]*$/.test(hex))
      return yield* new WrongUse({
        detail: `${file === "-" ? "standard input" : file} holds no ${what}: ${digits} hexadecimal digits and nothing else`,
      })
    return hex
  })
