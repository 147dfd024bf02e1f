/**
 * One HTTPS request of a delivery, with its bounds: time, size of the answer, and where it may go.
 *
 * Certificates are checked by Node's rules (a self-signed one is refused, SIGFOX.md part 6);
 * redirects are answers like any other and not followed.
 */
import * as Effect from "effect/Effect"
import { lookup as systemLookup } from "node:dns"
import * as http from "node:http"
import * as https from "node:https"
import { isIP, type LookupFunction } from "node:net"
import { isAllowed } from "./addressGuard.ts"
import type { HttpRequest } from "./request.ts"

/** Of an answer's body, read and thrown away: enough for any downlink answer. */
export const answerBytesMax = 65_536

/** Idle connections kept to one destination. */
const socketsFreeMax = 16

export type Answer =
  | {
      readonly _tag: "Answered"
      readonly status: number
      readonly body: string
      /** Where the answer says when to come again (RFC 9110 section 10.2.3, in seconds). */
      readonly retryAfterS?: number
    }
  /** `not-allowed`, `refused`, `tls`, `dns`, `closed` …: for metrics and people. */
  | { readonly _tag: "NotAnswered"; readonly error: string }

export interface Poster {
  readonly post: (posted: HttpRequest) => Effect.Effect<Answer>
  readonly close: () => void
}

/** `ca`: certificates to trust besides Node's own, PEM. */
export const make = (
  options: { readonly ca?: string; readonly answerBytesMax?: number } = {},
): Poster => {
  const bytesMax = options.answerBytesMax ?? answerBytesMax
  const keepAlive = { keepAlive: true, maxFreeSockets: socketsFreeMax }
  const plain = new http.Agent(keepAlive)
  const secure = new https.Agent({
    ...keepAlive,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
  })
  return {
    post: (posted) =>
      Effect.callback<Answer>((resume) => {
        const url = new URL(posted.url)
        const isSecure = url.protocol === "https:"
        const host = url.hostname.replace(/^\[|\]$/g, "")
        const no = (error: string): void => resume(Effect.succeed({ _tag: "NotAnswered", error }))
        // An address instead of a name is not looked up, so it is checked here.
        if (isIP(host) !== 0 && !isAllowed(host, posted.loopbackAllowed, posted.privateAllowed)) {
          no("not-allowed")
          return
        }
        if (!isSecure && !posted.loopbackAllowed) {
          no("not-allowed")
          return
        }
        const request = (isSecure ? https : http).request(url, {
          method: posted.method,
          agent: isSecure ? secure : plain,
          lookup: guardedLookup(posted),
          headers: {
            "user-agent": "sigtwin",
            ...posted.headers,
            ...(posted.method === "GET"
              ? {}
              : { "content-length": Buffer.byteLength(posted.body) }),
          },
        })
        request.on("response", (response) => {
          const status = response.statusCode ?? 0
          const chunks: Array<Buffer> = []
          let size = 0
          const done = (): void =>
            resume(
              Effect.succeed({
                _tag: "Answered",
                status,
                body: Buffer.concat(chunks).toString("utf8"),
                ...retryAfterOf(response.headers["retry-after"]),
              }),
            )
          response.on("data", (chunk: Buffer) => {
            size += chunk.length
            if (size <= bytesMax) chunks.push(chunk)
            else {
              response.destroy()
              done()
            }
          })
          response.on("end", done)
          response.on("error", () => no("closed"))
        })
        request.on("error", (cause) => no(nameOf(cause)))
        request.end(posted.method === "GET" ? undefined : posted.body)
        return Effect.sync(() => request.destroy())
      }),
    close: () => {
      plain.destroy()
      secure.destroy()
    },
  }
}

/** A day at most: whoever says more is asked again after that. */
const retryAfterMaxS = 86_400

const retryAfterOf = (text: string | undefined): { readonly retryAfterS?: number } =>
  text === undefined || !/^\d{1,9}$/.test(text)
    ? {}
    : { retryAfterS: Math.min(Number(text), retryAfterMaxS) }

/** Looks a name up and lets through only addresses that may be reached. */
const guardedLookup =
  ({ loopbackAllowed, privateAllowed }: HttpRequest): LookupFunction =>
  (host, options, done) => {
    systemLookup(host, { ...options, all: true }, (cause, addresses) => {
      const first = addresses?.find(({ address }) =>
        isAllowed(address, loopbackAllowed, privateAllowed),
      )
      if (cause !== null) done(cause, [])
      else if (first === undefined)
        done(
          Object.assign(new Error(`${host} is no permitted address`), { code: "NOT_ALLOWED" }),
          [],
        )
      else if (options.all === true) done(null, [first])
      else done(null, first.address, first.family)
    })
  }

const names: Readonly<Record<string, string>> = {
  NOT_ALLOWED: "not-allowed",
  ECONNREFUSED: "refused",
  ECONNRESET: "closed",
  EPIPE: "closed",
  ENOTFOUND: "dns",
  EAI_AGAIN: "dns",
  ETIMEDOUT: "timeout",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
}

const nameOf = (cause: Error): string => {
  const code = "code" in cause && typeof cause.code === "string" ? cause.code : ""
  const known = names[code]
  if (known !== undefined) return known
  return /CERT|TLS|SSL|SELF_SIGNED/.test(code) ? "tls" : "closed"
}
