/** Secrets as a JSON object, from a file or standard input. */
import * as Effect from "effect/Effect"
import { parseJson } from "../../core/ingest/parseJson.ts"
import { readSecretText } from "./readSecretText.ts"
import { WrongUse } from "./WrongUse.ts"

export const readSecrets = (file: string) =>
  Effect.gen(function* () {
    const parsed = parseJson(yield* readSecretText(file))
    // What is wrong in it is not repeated: it would show a part of the secret.
    if (!parsed.ok || typeof parsed.value !== "object" || parsed.value === null)
      return yield* new WrongUse({
        detail: `${file === "-" ? "standard input" : file} holds no JSON object`,
      })
    return parsed.value
  })
