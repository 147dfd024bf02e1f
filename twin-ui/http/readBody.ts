/**
 * Bodies: bounded, of a known type, and decoded with the path of what is wrong in them.
 */
import * as ByteSize from "effect/ByteSize"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import * as HttpIncomingMessage from "effect/http/HttpIncomingMessage"
import type * as HttpServerError from "effect/http/HttpServerError"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Problem from "./Problem.ts"

/** Most bytes of a body: 1 MiB. */
export const bodyMax = 1024 * 1024

/** Most faults of one body that an answer lists. */
export const faultsMax = 100

/** The body's media type in lower case without parameters; undefined when none is given. */
export const mediaTypeOf = (request: HttpServerRequest.HttpServerRequest): string | undefined => {
  const header = request.headers["content-type"]
  return header === undefined ? undefined : header.split(";")[0].trim().toLowerCase()
}

export const requireMediaType = (
  request: HttpServerRequest.HttpServerRequest,
  allowed: ReadonlyArray<string>,
): Effect.Effect<string, Problem.Problem> => {
  const given = mediaTypeOf(request)
  return given !== undefined && allowed.includes(given)
    ? Effect.succeed(given)
    : Effect.fail(
        Problem.make(
          "wrong-media-type",
          `the content type is ${given ?? "not given"}; it must be ${allowed.join(" or ")}`,
          { where: "header.content-type" },
        ),
      )
}

/** Refuses a body that says it is too large before any of it is read. */
export const refuseTooLarge = (
  request: HttpServerRequest.HttpServerRequest,
  max = bodyMax,
): Effect.Effect<void, Problem.Problem> =>
  Number(request.headers["content-length"] ?? 0) > max ? Effect.fail(tooLarge(max)) : Effect.void

const tooLarge = (max: number): Problem.Problem =>
  Problem.make("too-large", `the body has more than ${max} bytes`, { where: "body" })

/** The whole body as text, of at most `max` bytes. */
export const readText = (
  request: HttpServerRequest.HttpServerRequest,
  max = bodyMax,
): Effect.Effect<string, Problem.Problem> =>
  refuseTooLarge(request, max).pipe(
    Effect.andThen(request.text),
    Effect.provideService(HttpIncomingMessage.MaxBodySize, ByteSize.bytes(max)),
    Effect.catchTag("HttpServerError", (error) => Effect.fail(unreadable(error, max))),
  )

/** A body that could not be read to its end. */
export const unreadable = (
  error: HttpServerError.HttpServerError,
  max = bodyMax,
): Problem.Problem =>
  error.reason._tag === "RequestParseError" && error.reason.reason === "BodyTooLarge"
    ? tooLarge(max)
    : Problem.make("bad-request", "the body could not be read to its end", { where: "body" })

export const readJson = <A>(
  request: HttpServerRequest.HttpServerRequest,
  schema: Schema.Codec<A, unknown>,
  max = bodyMax,
): Effect.Effect<A, Problem.Problem> =>
  Effect.gen(function* () {
    yield* requireMediaType(request, ["application/json"])
    const text = yield* readText(request, max)
    const json = yield* Effect.try({
      try: (): unknown => JSON.parse(text),
      catch: (error) =>
        Problem.make("bad-request", `the body is not JSON${placeOf(error)}`, { where: "$" }),
    })
    return yield* decode(schema, json)
  })

/** Decodes with every fault named by its JSON path. Unknown members are faults: a misspelt one would be lost. */
export const decode = <A>(
  schema: Schema.Codec<A, unknown>,
  json: unknown,
): Effect.Effect<A, Problem.Problem> => {
  const decoded = Schema.decodeUnknownResult(schema)(json, {
    errors: "all",
    onExcessProperty: "error",
  })
  if (Result.isSuccess(decoded)) return Effect.succeed(decoded.success)
  const { issues } = SchemaIssue.makeFormatterStandardSchemaV1()(decoded.failure.issue)
  const faults = issues.slice(0, faultsMax).map(({ path, message }) => ({
    where: jsonPath(path ?? []),
    detail: message,
  }))
  return Effect.fail(
    Problem.make(
      "bad-request",
      faults.map(({ where, detail }) => `${where}: ${detail}`).join("; "),
      {
        where: faults[0]?.where ?? "$",
        more: { faults },
      },
    ),
  )
}

const jsonPath = (path: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }>): string =>
  path.reduce<string>((text, step) => {
    const key = typeof step === "object" ? step.key : step
    return typeof key === "number" ? `${text}[${key}]` : `${text}.${String(key)}`
  }, "$")

/** Of the parser's message only the place: the rest may quote a key from the body. */
const placeOf = (error: unknown): string => {
  const place = error instanceof Error ? /at position \d+/.exec(error.message) : null
  return place === null ? "" : ` (${place[0]})`
}
