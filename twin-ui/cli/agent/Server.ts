/** Asks the twin as a station: plain HTTP, or HTTPS with a CA of its own and the station's certificate. */
import { request as httpRequest } from "node:http"
import { request as httpsRequest } from "node:https"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as config from "../../config.ts"
import { NoServer } from "../Ask.ts"

/** A server that has not answered by then is taken for none. */
const answerMs = 60_000

export interface Answer {
  readonly status: number
  /** JSON; undefined for an empty answer. */
  readonly body: unknown
}

export interface Channel {
  /** Whom to believe, PEM; the system's own authorities where absent. */
  readonly ca?: string
  readonly certificate?: string
  readonly key?: string
}

export const ask = Effect.fnUntraced(function* (
  base: string,
  channel: Channel,
  question: { readonly method: "GET" | "POST"; readonly path: string; readonly body?: unknown },
) {
  const token = yield* Effect.orDie(config.ingestToken)
  const text = question.body === undefined ? undefined : JSON.stringify(question.body)
  const url = new URL(question.path, base)
  const { ca, certificate, key } = channel
  return yield* Effect.callback<Answer, NoServer>((resume) => {
    const fail = (detail: string): void => resume(Effect.fail(new NoServer({ url: base, detail })))
    const make = url.protocol === "https:" ? httpsRequest : httpRequest
    const asked = make(
      url,
      {
        method: question.method,
        timeout: answerMs,
        headers: {
          ...(text === undefined
            ? {}
            : { "content-type": "application/json", "content-length": Buffer.byteLength(text) }),
          ...Option.match(token, {
            onNone: () => ({}),
            onSome: (secret) => ({ authorization: `Bearer ${Redacted.value(secret)}` }),
          }),
        },
        ...(ca === undefined ? {} : { ca }),
        ...(certificate === undefined || key === undefined ? {} : { cert: certificate, key }),
      },
      (answer) => {
        let said = ""
        answer.setEncoding("utf8")
        answer.on("data", (part: string) => {
          said += part
        })
        answer.on("end", () => {
          try {
            const body: unknown = said === "" ? undefined : JSON.parse(said)
            resume(Effect.succeed({ status: answer.statusCode ?? 0, body }))
          } catch {
            fail("what answers is no sigtwin")
          }
        })
      },
    )
    asked.on("error", (error) => fail(error.message))
    asked.on("timeout", () => asked.destroy(new Error(`no answer within ${answerMs} ms`)))
    asked.end(text)
    return Effect.sync(() => asked.destroy())
  })
})
