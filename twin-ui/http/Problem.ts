/**
 * An answer that says what was wrong and where: RFC 9457 `application/problem+json`.
 *
 * Every failure of the server ends here, once. `type` is an anchor on the page of documents, so that a person
 * who follows it reads what the kind means. Nothing of our own insides (stack, path, key) is ever in it.
 */
import * as Data from "effect/Data"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { CommandRefused } from "../../core/decide/Command.ts"
import type { AccessRefused } from "../../core/event/access.ts"
import type { QueueFull } from "../../core/ingest/Pipeline.ts"
import type { Rejected } from "../../core/kernel/Rejected.ts"
import type { LogUnavailable } from "../../core/log/EventLog.ts"
import type { QueryError } from "../../projections/analytics/Analytics.ts"
import type { ProjectionStopped } from "../../projections/run/Twin.ts"

/** Each kind of problem: its status, title, and what a reader should know of it. */
export const kinds = {
  "bad-request": [
    400,
    "Bad request",
    "Something in the URL, a header or the body is not as documented.",
  ],
  "nothing-usable": [
    400,
    "Nothing usable",
    "Everything in the body was refused; `refused` says what and why.",
  ],
  "no-token": [
    401,
    "Token needed",
    "Send `Authorization: Bearer TOKEN` with the token that this server was started with.",
  ],
  "no-certificate": [
    401,
    "Certificate needed",
    "Stations come in by their own certificate here, issued when their TPM was enrolled.",
  ],
  "other-station": [
    403,
    "Another station's",
    "A station speaks for itself alone: the certificate is another station's.",
  ],
  "no-login": [
    401,
    "Login needed",
    "Log in at /login, or send `Authorization: Bearer TOKEN` with a credential of an account.",
  ],
  "too-often": [
    429,
    "Too often",
    "Too many tries or requests; come again after `Retry-After` seconds.",
  ],
  "foreign-origin": [
    403,
    "Foreign origin",
    "A page of another origin asked. Only this server's own page may.",
  ],
  "not-permitted": [
    403,
    "Not permitted",
    "Who asks may not do this, or not see all that the answer would show; `right` says what it takes.",
  ],
  "no-such-path": [404, "No such path", "See /openapi.json for what there is."],
  "not-there": [404, "Not there", "There is no such thing at the instant asked about."],
  "wrong-method": [405, "Wrong method", "The path exists; `Allow` names its methods."],
  conflict: [409, "Conflict", "As things stand the command cannot be carried out."],
  "too-large": [413, "Too large", "A body may have at most 1 MiB; send smaller batches."],
  "wrong-media-type": [415, "Wrong media type", "The content type is not one this path takes."],
  "enrolment-refused": [
    422,
    "Enrolment refused",
    "The TPM's keys or its answer broke a rule of enrolment; `reason` and `rule` say which.",
  ],
  "evidence-refused": [
    422,
    "Evidence refused",
    "The evidence broke a rule of appraisal; `reason` and `rule` say which. Rules 1-5: it answers no challenge. Later ones: the station is not as it should be.",
  ],
  "foreign-host": [
    421,
    "Misdirected request",
    "The Host header names another machine. Start the server with that name among its host names if it is meant.",
  ],
  "too-many-readers": [
    503,
    "Too many readers",
    "The feed has as many readers as it may; come again later.",
  ],
  "queue-full": [
    503,
    "Queue full",
    "More is waiting than may wait; nothing of this request was taken. Come again after `Retry-After` seconds.",
  ],
  "log-unavailable": [
    503,
    "Log unavailable",
    "The log cannot be read or written as it is; nothing of this request was taken.",
  ],
  "projection-stopped": [
    500,
    "Projection stopped",
    "One of the twin's projections failed at an event and gives no answers; the rest goes on.",
  ],
  "query-refused": [
    400,
    "Query refused",
    "The statement may not be asked, or is not understood; `reason` says which.",
  ],
  "query-stopped": [
    422,
    "Query stopped",
    "The statement ran into a limit of time, memory or size, or failed; `reason` says which.",
  ],
  "analytics-unavailable": [
    503,
    "Analytics unavailable",
    "The tables are not kept here, not readable, or not up to date yet; `reason` says which.",
  ],
  "our-bug": [500, "Our bug", "The server failed in a way it should not. Its own log says more."],
} as const satisfies Readonly<Record<string, readonly [number, string, string]>>

export type Kind = keyof typeof kinds

export class Problem extends Data.TaggedError("Problem")<{
  readonly kind: Kind
  readonly detail: string
  /** What it is about: `query.at`, `body.key`, `header.host`, a line. */
  readonly where?: string
  /** Members beside the standard ones. */
  readonly more?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
  /** Why it stands in the audit trail, where it does; never in the answer. */
  readonly audit?: AccessRefused["why"]
}> {
  override get message() {
    return this.detail
  }
}

export const make = (
  kind: Kind,
  detail: string,
  rest: {
    readonly where?: string
    readonly more?: Readonly<Record<string, unknown>>
    readonly headers?: Readonly<Record<string, string>>
  } = {},
): Problem => new Problem({ kind, detail, ...rest })

export const statusOf = (kind: Kind): number => kinds[kind][0]

export const typeOf = (kind: Kind): string => `/docs#problem-${kind}`

export const toResponse = (problem: Problem): HttpServerResponse.HttpServerResponse => {
  const [status, title] = kinds[problem.kind]
  return HttpServerResponse.jsonUnsafe(
    {
      type: typeOf(problem.kind),
      title,
      status,
      detail: problem.detail,
      ...(problem.where === undefined ? {} : { where: problem.where }),
      ...problem.more,
    },
    { status, contentType: "application/problem+json", headers: { ...problem.headers } },
  )
}

/** A refused part of a body, as it stands in an answer. */
export const refusalOf = ({ reason, where, detail }: Rejected) => ({ reason, where, detail })

/** The expected failures of what stands behind the server. */
export type Failure =
  | Problem
  | CommandRefused
  | QueueFull
  | LogUnavailable
  | ProjectionStopped
  | QueryError

export const ofFailure = (failure: Failure): Problem => {
  switch (failure._tag) {
    case "Problem":
      return failure
    case "CommandRefused":
      return ofRefusal(failure)
    case "QueueFull":
      return make("queue-full", failure.message, {
        headers: { "retry-after": String(failure.retryAfterS) },
        more: { waiting: failure.waiting },
      })
    case "ProjectionStopped":
      return make("projection-stopped", failure.message)
    case "StatementRefused":
      return make("query-refused", failure.message, {
        where: "$.sql",
        more: { reason: failure.reason },
      })
    case "QueryStopped":
      return make("query-stopped", failure.message, { more: { reason: failure.reason } })
    case "AnalyticsUnavailable":
      return make("analytics-unavailable", failure.message, {
        headers: { "retry-after": String(analyticsRetryS) },
        more: { reason: failure.reason },
      })
    case "LogUnavailable":
      return failure.reason === "too-large"
        ? make("too-large", failure.detail)
        : make("log-unavailable", `the log is ${failure.reason}: ${failure.detail}`, {
            headers: { "retry-after": String(logRetryS) },
          })
  }
}

/** How long a sender should wait for a log that cannot be used now, in seconds. */
const logRetryS = 5

/** How long to wait for tables that are behind or busy, in seconds. */
const analyticsRetryS = 2

const ofRefusal = (refused: CommandRefused): Problem => {
  const more = { subject: refused.subject, reason: refused.reason }
  switch (refused.reason) {
    case "unknown":
      return make("not-there", refused.message, { more })
    case "invalid":
      return make("bad-request", refused.message, { where: "body", more })
    case "exists":
    case "retired":
      return make("conflict", refused.message, { more })
  }
}
