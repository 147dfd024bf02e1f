/**
 * One HTTPS request of a delivery, with its bounds: time, size of the answer, and where it may go.
 *
 * Certificates are checked by Node's rules (a self-signed one is refused, SIGFOX.md part 6);
 * redirects are answers like any other and not followed.
 */
import Undici, { type Dispatcher } from "@effect/platform-node/Undici"
import * as Effect from "effect/Effect"
import { lookup as systemLookup } from "node:dns"
import { isIP, type LookupFunction } from "node:net"
import { createSecureContext } from "node:tls"
import { isAllowed } from "./addressGuard.ts"
import type { HttpRequest } from "./request.ts"

/** Of an answer's body, read and thrown away: enough for any downlink answer. */
export const answerBytesMax = 65_536

/** How long a connection that nobody needs is kept, unless its server says less. */
const idleMs = 10_000

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
  // Made once: a context of its own for each connection took a tenth of all time.
  const secureContext = createSecureContext(options.ca === undefined ? {} : { ca: options.ca })
  const agents = new Map<string, Dispatcher>()
  /** Connections are shared only by those that may go to the same places: one that is open was looked up under its own rules. */
  const agentOf = (posted: HttpRequest): Dispatcher => {
    const key = `${posted.loopbackAllowed} ${posted.privateAllowed}`
    const known = agents.get(key)
    if (known !== undefined) return known
    const agent = new Undici.Agent({
      allowH2: false,
      keepAliveTimeout: idleMs,
      // Who waits says how long, by a clock of its own.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { secureContext, lookup: guardedLookup(posted) },
    })
    agents.set(key, agent)
    return agent
  }
  return {
    post: (posted) =>
      Effect.callback<Answer>((resume) => {
        const url = new URL(posted.url)
        const refusal = refusalOf(url, posted)
        if (refusal !== undefined) {
          resume(Effect.succeed({ _tag: "NotAnswered", error: refusal }))
          return undefined
        }
        const reader = answerReader(bytesMax, (answer) => resume(Effect.succeed(answer)))
        agentOf(posted).dispatch(
          {
            origin: url.origin,
            path: url.pathname + url.search,
            method: posted.method,
            headers: { "user-agent": "sigtwin", ...posted.headers },
            body: posted.method === "GET" ? null : posted.body,
          },
          reader,
        )
        return Effect.sync(reader.abort)
      }),
    close: () => {
      // What is under way then ends as an error, of which nobody wants to know any more.
      for (const agent of agents.values()) void agent.destroy()
    },
  }
}

/** An address instead of a name is not looked up, so it is checked here. */
const refusalOf = (
  { hostname, protocol }: URL,
  { loopbackAllowed, privateAllowed }: HttpRequest,
): string | undefined => {
  const host = hostname.replace(/^\[|\]$/g, "")
  if (isIP(host) !== 0 && !isAllowed(host, loopbackAllowed, privateAllowed)) return "not-allowed"
  return protocol !== "https:" && !loopbackAllowed ? "not-allowed" : undefined
}

/** Reads an answer up to its bound, and says once what it was. */
const answerReader = (bytesMax: number, done: (answer: Answer) => void) => {
  let status = 0
  let retryAfter: string | undefined
  const chunks: Array<Buffer> = []
  let size = 0
  let isAborted = false
  let running: Dispatcher.DispatchController | undefined
  const answered = (): void =>
    done({
      _tag: "Answered",
      status,
      body: Buffer.concat(chunks).toString("utf8"),
      ...retryAfterOf(retryAfter),
    })
  const stop = (): void => running?.abort(new Error("no more is read"))
  return {
    onRequestStart: (controller: Dispatcher.DispatchController): void => {
      running = controller
      if (isAborted) stop()
    },
    onResponseStart: (
      _: Dispatcher.DispatchController,
      given: number,
      headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>,
    ): void => {
      status = given
      const value = headers["retry-after"]
      retryAfter = typeof value === "string" ? value : undefined
    },
    onResponseData: (_: Dispatcher.DispatchController, chunk: Buffer): void => {
      size += chunk.length
      if (size <= bytesMax) {
        chunks.push(chunk)
        return
      }
      answered()
      stop()
    },
    onResponseEnd: answered,
    onResponseError: (_: Dispatcher.DispatchController, cause: Error): void =>
      done({ _tag: "NotAnswered", error: nameOf(cause) }),
    abort: (): void => {
      isAborted = true
      stop()
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
  ({
    loopbackAllowed,
    privateAllowed,
  }: Pick<HttpRequest, "loopbackAllowed" | "privateAllowed">): LookupFunction =>
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
  UND_ERR_CONNECT_TIMEOUT: "timeout",
}

const nameOf = (cause: Error): string => {
  const code = "code" in cause && typeof cause.code === "string" ? cause.code : ""
  const known = names[code]
  if (known !== undefined) return known
  return /CERT|TLS|SSL|SELF_SIGNED/.test(code) ? "tls" : "closed"
}
