/**
 * One way to ask the server: what it takes, what it answers, and the handler. The router and the OpenAPI
 * document are both made from the same list of these, so neither can have what the other has not.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { Right } from "../../core/access/Right.ts"
import type { Parameters, ValuesOf } from "./Parameter.ts"
import * as Problem from "./Problem.ts"
import { readJson } from "./readBody.ts"

export type Method = "GET" | "POST" | "PUT" | "DELETE"

/**
 * Who may come in, held by `guard.ts`:
 * `page` anybody who can reach the server; `api` no page of another origin; `ingest` and `command` also with their
 * token where one is set.
 */
export type Access = "page" | "api" | "ingest" | "command"

export interface Answer {
  readonly description: string
  /** None for an empty answer. */
  readonly contentType?: string
  readonly schema?: Schema.Constraint
}

export interface Body {
  readonly description: string
  readonly contentTypes: ReadonlyArray<string>
  readonly schema?: Schema.Constraint
}

export interface About {
  readonly method: Method
  readonly path: `/${string}`
  /** Name of the operation, as a generated client would call it. */
  readonly operation: string
  readonly tag:
    | "ingest"
    | "state"
    | "analytics"
    | "events"
    | "feed"
    | "commands"
    | "cases"
    | "service"
  readonly access: Access
  /** What who asks must be allowed to do; see `gate.ts` for what holds where it is absent. */
  readonly right?: Right
  /** For whoever says who they are, with a right or without. */
  readonly whoever?: true
  /** The handler leaves out what `Viewer` may not see; otherwise only who sees the whole twin may ask. */
  readonly filtered?: boolean
  /** Why the answer cannot be filtered, to finish a sentence: told to who does not see the whole twin. */
  readonly whole?: string
  readonly summary: string
  readonly description?: string
  /** The query holds variables of the sender's own choice beside those described. */
  readonly openQuery?: boolean
  readonly body?: Body
  readonly answers: Readonly<Record<number, Answer>>
  /** Problems beside those every route of its access may give. */
  readonly problems?: ReadonlyArray<Problem.Kind>
}

export type Provided =
  | HttpServerRequest.HttpServerRequest
  | HttpServerRequest.ParsedSearchParams
  | HttpRouter.RouteContext
  | Scope.Scope

export type Handled = Effect.Effect<
  HttpServerResponse.HttpServerResponse,
  Problem.Failure,
  Provided
>

export interface Route extends About {
  readonly params: Parameters
  readonly query: Parameters
  readonly handle: Handled
}

export interface Asked<P extends Parameters, Q extends Parameters> {
  readonly params: ValuesOf<P>
  readonly query: ValuesOf<Q>
  readonly request: HttpServerRequest.HttpServerRequest
}

const none = {}

/** A route whose handler reads the body itself, or has none. */
export const make = <P extends Parameters = typeof none, Q extends Parameters = typeof none>(
  about: About & {
    readonly params?: P
    readonly query?: Q
    readonly handle: (asked: Asked<P, Q>) => Handled
  },
): Route => {
  const { params = none, query = none, handle, ...rest } = about
  return {
    ...rest,
    params,
    query,
    handle: Effect.gen(function* () {
      const request = yield* HttpServerRequest.HttpServerRequest
      const given = yield* HttpRouter.params
      const asked = yield* HttpServerRequest.ParsedSearchParams
      return yield* handle({
        // What `readAll` gives has a value of each parameter's own type under its name.
        params: (yield* readAll("path", params, given, true)) as ValuesOf<P>,
        query: (yield* readAll("query", query, asked, about.openQuery ?? false)) as ValuesOf<Q>,
        request,
      })
    }),
  }
}

/** A route with a JSON body that `schema` decodes. */
export const withJson = <A, P extends Parameters = typeof none, Q extends Parameters = typeof none>(
  about: Omit<About, "body"> & {
    readonly schema: Schema.Codec<A, unknown>
    readonly bodyDescription: string
    /** Most bytes of the body; `readBody.bodyMax` where absent. */
    readonly bodyMax?: number
    readonly params?: P
    readonly query?: Q
    readonly handle: (asked: Asked<P, Q> & { readonly body: A }) => Handled
  },
): Route => {
  const { schema, bodyDescription, bodyMax, handle, ...rest } = about
  return make<P, Q>({
    ...rest,
    body: { description: bodyDescription, contentTypes: ["application/json"], schema },
    handle: (asked) =>
      Effect.flatMap(readJson(asked.request, schema, bodyMax), (body) =>
        handle({ ...asked, body }),
      ),
  })
}

/** An answer as the schema writes it: what the document says is what is sent. */
export const answer = <A>(
  schema: Schema.Codec<A, unknown>,
  value: A,
  options?: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> },
): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.jsonUnsafe(Schema.encodeSync(schema)(value), options)

const readAll = (
  place: "path" | "query",
  parameters: Parameters,
  given: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>,
  open: boolean,
): Effect.Effect<Readonly<Record<string, unknown>>, Problem.Problem> =>
  Effect.gen(function* () {
    const values: Record<string, unknown> = {}
    if (!open)
      for (const name of Object.keys(given))
        if (!(name in parameters))
          return yield* Problem.make(
            "bad-request",
            `there is no query parameter ${JSON.stringify(name)} here`,
            {
              where: `query.${name}`,
              more: { allowed: Object.keys(parameters) },
            },
          )
    for (const [name, parameter] of Object.entries(parameters)) {
      const text = given[name]
      const value =
        text === undefined
          ? parameter.absent
          : typeof text === "string"
            ? parameter.read(text)
            : Option.none()
      if (Option.isNone(value))
        return yield* Problem.make("bad-request", `${name} must be ${parameter.form}`, {
          where: `${place}.${name}`,
        })
      values[name] = value.value
    }
    return values
  })
