/**
 * Questions and commands as the API takes them, put to a log that is opened here or to a running server.
 *
 * Both go through the same routes, so `--json` prints what the API answers, whoever was asked.
 */
import * as Schema from "effect/Schema"
import type * as Effect from "effect/Effect"

export interface Question {
  readonly method?: "GET" | "POST" | "DELETE"
  readonly path: string
  /** Left out where undefined. */
  readonly query?: Readonly<Record<string, string | undefined>>
  readonly body?: Readonly<Record<string, unknown>>
}

/** The answer was a problem (RFC 9457). */
export class AskRefused extends Schema.TaggedError<AskRefused>()("AskRefused", {
  status: Schema.Int,
  detail: Schema.String,
  /** Which problem it is, as `/docs` names it. */
  type: Schema.optionalKey(Schema.String),
}) {
  override get message() {
    return this.detail
  }
}

/** No server answers there. */
export class NoServer extends Schema.TaggedError<NoServer>()("NoServer", {
  url: Schema.String,
  detail: Schema.String,
}) {
  override get message() {
    return `no server answers at ${this.url}: ${this.detail}`
  }
}

export type Ask = (question: Question) => Effect.Effect<unknown, AskRefused | NoServer>

/** The same, for answers that are no JSON: the body as it came. */
export type AskFile = (question: Question) => Effect.Effect<Uint8Array, AskRefused | NoServer>

export const urlOf = (base: string, { path, query = {} }: Question): URL => {
  const url = new URL(path, base)
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) url.searchParams.set(name, value)
  return url
}

const Problem = Schema.Struct({ detail: Schema.String, type: Schema.optionalKey(Schema.String) })
const isProblem = Schema.is(Problem)

/** What stands in a body with this status: the answer, or what was wrong. */
export const refusalOf = (status: number, body: unknown): AskRefused | undefined =>
  status < 400
    ? undefined
    : isProblem(body)
      ? new AskRefused({ status, ...body })
      : new AskRefused({ status, detail: `status ${status}` })
