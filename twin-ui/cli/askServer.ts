/** Asks a running server over HTTP. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as config from "../config.ts"
import { type Ask, type AskFile, NoServer, refusalOf, urlOf } from "./Ask.ts"
import { WrongUse } from "./WrongUse.ts"

/** A server that has not answered by then is taken for none. */
const answerMs = 60_000

export const askServer = (base: string): Effect.Effect<Ask, WrongUse> =>
  Effect.map(
    fileAsker(base),
    (ask): Ask =>
      (question) =>
        Effect.flatMap(ask(question), (bytes) => parsed(base, bytes)),
  )

/** As `askServer`, for answers that are files. */
export const fileAsker = (base: string): Effect.Effect<AskFile, WrongUse> =>
  Effect.gen(function* () {
    if (!/^https?:\/\//.test(base) || !URL.canParse(base))
      return yield* new WrongUse({
        detail: `--server ${base}: give a URL as http://127.0.0.1:4280`,
      })
    const commandToken = yield* Effect.orDie(config.commandToken)
    const own = yield* Effect.orDie(config.token)
    const token = Option.orElse(own, () => commandToken)
    const authorization = Option.match(token, {
      onNone: () => ({}),
      onSome: (secret) => ({ authorization: `Bearer ${Redacted.value(secret)}` }),
    })
    const ask: AskFile = (question) =>
      Effect.gen(function* () {
        const { method = "GET", body } = question
        const { bytes, status } = yield* Effect.tryPromise({
          try: async (signal) => {
            const response = await fetch(urlOf(base, question), {
              method,
              signal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)]),
              headers: {
                ...authorization,
                ...(body === undefined ? {} : { "content-type": "application/json" }),
              },
              ...(body === undefined ? {} : { body: JSON.stringify(body) }),
            })
            return { status: response.status, bytes: new Uint8Array(await response.arrayBuffer()) }
          },
          catch: (cause) => new NoServer({ url: base, detail: reasonOf(cause) }),
        })
        if (status < 400) return bytes
        const refused = refusalOf(status, yield* parsed(base, bytes))
        return refused === undefined ? bytes : yield* refused
      })
    return ask
  })

const parsed = (base: string, bytes: Uint8Array): Effect.Effect<unknown, NoServer> =>
  Effect.try({
    try: (): unknown => JSON.parse(new TextDecoder().decode(bytes)),
    catch: () => new NoServer({ url: base, detail: "what answers is no sigtwin" }),
  })

/** `fetch` hides the reason one level down. */
const reasonOf = (cause: unknown): string => {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  return inner instanceof Error ? inner.message || inner.name : String(inner)
}
