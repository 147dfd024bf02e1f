/** Puts a command to whoever carries it out, and says what came of it. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { CommandAnswer } from "../http/commandRoutes.ts"
import type { Question } from "./Ask.ts"
import * as Asker from "./Asker.ts"

export interface Given {
  readonly log: string
  readonly server: Option.Option<string>
  readonly json: boolean
}

/** `done`: what is so now, as `device 4D33DB is registered`. */
export const sayDone = Effect.fn("cli.command")(function* (
  given: Given,
  question: Question,
  done: string,
) {
  const ask = yield* Asker.forCommands(given)
  const answer = yield* ask({ method: "POST", ...question })
  if (given.json) return yield* Console.log(JSON.stringify(answer))
  const { positions } = yield* Effect.orDie(decode(answer))
  yield* Console.log(
    positions.length === 0
      ? `${done} (it was so already)`
      : `${done} (position ${positions.join(", ")})`,
  )
}, Effect.scoped)

const decode = Schema.decodeUnknownEffect(CommandAnswer)
