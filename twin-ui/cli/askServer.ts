/** Asks a running server over HTTP. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as config from "../config.ts"
import { type Ask, NoServer, refusalOf, urlOf } from "./Ask.ts"
import { WrongUse } from "./WrongUse.ts"

/** A server that has not answered by then is taken for none. */
const answerMs = 60_000

export const askServer = (base: string): Effect.Effect<Ask, WrongUse> =>
  Effect.gen(function* () {
    if (!/^https?:\/\//.test(base) || !URL.canParse(base))
      return yield* new WrongUse({
        detail: `--server ${base}: give a URL as http://127.0.0.1:4280`,
      })
    const token = yield* Effect.orDie(config.commandToken)
    const authorization = Option.match(token, {
      onNone: () => ({}),
      onSome: (secret) => ({ authorization: `Bearer ${Redacted.value(secret)}` }),
    })
    const ask: Ask = (question) =>
      Effect.gen(function* () {
        const { method = "GET", body } = question
        const { status, text } = yield* Effect.tryPromise({
          try: async (signal) => {
            const response = await fetch(urlOf(base, question), {
              method,
              signal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)]),
              headers: {
                // Reading needs no token, so none is sent.
                ...(method === "GET" ? {} : authorization),
                ...(body === undefined ? {} : { "content-type": "application/json" }),
              },
              ...(body === undefined ? {} : { body: JSON.stringify(body) }),
            })
            return { status: response.status, text: await response.text() }
          },
          catch: (cause) => new NoServer({ url: base, detail: reasonOf(cause) }),
        })
        const answer = yield* Effect.try({
          try: (): unknown => JSON.parse(text),
          catch: () => new NoServer({ url: base, detail: "what answers is no sigtwin" }),
        })
        const refused = refusalOf(status, answer)
        return refused === undefined ? answer : yield* refused
      })
    return ask
  })

/** `fetch` hides the reason one level down. */
const reasonOf = (cause: unknown): string => {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  return inner instanceof Error ? inner.message || inner.name : String(inner)
}
