/** Asks other members of a log for their parts of a state, over HTTP, and hands requests on to them. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { Member } from "../../core/log/Members.ts"
import { type AskMember, Silent } from "../../projections/run/Shares.ts"
import * as Problem from "./Problem.ts"

/** Says that a member asks. */
export const memberHeader = "x-sigtwin-member"
/** Says that a request was handed on once, and by how it is not handed on again. */
export const handedOnHeader = "x-sigtwin-handed-on"

const askMs = 15_000
const handOnMs = 60_000

export const SentParts = Schema.Struct({
  parts: Schema.Array(Schema.Struct({ slots: Schema.String, state: Schema.Json })),
})

const decode = Schema.decodeUnknownEffect(SentParts)

export const askMember: AskMember = ({ token, url }, { isLive, projection, to }) =>
  Effect.tryPromise(async (signal) => {
    const answer = await fetch(`${url}/shares/${projection}?to=${to}&live=${isLive}`, {
      headers: { [memberHeader]: token },
      signal: AbortSignal.any([signal, AbortSignal.timeout(askMs)]),
    })
    if (!answer.ok) throw new Error(`status ${answer.status}`)
    const json: unknown = await answer.json()
    return json
  }).pipe(
    Effect.flatMap(decode),
    Effect.map(({ parts }) => parts),
    Effect.mapError(() => new Silent({ url })),
  )

/** In whose name a request is handed on: the member that it came to asked for the login, and says so by its token. */
export const viewerHeader = "x-sigtwin-viewer"

/** Headers that say what for; all others are between two ends. */
const passed = ["content-type", "accept", "user-agent"]

/** The other member's answer to a request, as it is. */
export const handOn = (
  member: Member,
  request: {
    readonly method: string
    readonly url: string
    readonly viewer: string
    readonly headers: Readonly<Record<string, string | undefined>>
    readonly body: ArrayBuffer | undefined
  },
): Effect.Effect<HttpServerResponse.HttpServerResponse> =>
  Effect.tryPromise(async (signal) => {
    const headers = new Headers({
      [handedOnHeader]: "1",
      [memberHeader]: member.token,
      [viewerHeader]: request.viewer,
    })
    for (const name of passed) {
      const value = request.headers[name]
      if (value !== undefined) headers.set(name, value)
    }
    const answer = await fetch(member.url + request.url, {
      method: request.method,
      headers,
      ...(request.body !== undefined && { body: request.body }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(handOnMs)]),
    })
    const retryAfter = answer.headers.get("retry-after")
    return HttpServerResponse.uint8Array(new Uint8Array(await answer.arrayBuffer()), {
      status: answer.status,
      contentType: answer.headers.get("content-type") ?? "application/octet-stream",
      headers: retryAfter === null ? {} : { "retry-after": retryAfter },
    })
  }).pipe(
    Effect.catch(() =>
      Effect.succeed(
        Problem.toResponse(
          Problem.make("log-unavailable", `the member at ${member.url} does not answer`, {
            headers: { "retry-after": "2" },
          }),
        ),
      ),
    ),
  )
