/**
 * From where and by what way one may ask. Gates, each a pure question of a request's headers:
 *
 * - *Host* must name this server: a page that had its own name resolve to our address (DNS rebinding)
 *   still sends its own name.
 * - *Origin* and *Sec-Fetch-Site*: no page but our own may read the API or change anything (CSRF).
 * - *Bearer tokens* of the settings: for ingest and for commands, each where one is set and there is no account yet.
 *
 * Who it is that asks, once there are accounts, is told by `access/Who.ts`.
 */
import * as Redacted from "effect/Redacted"
import type * as Headers from "effect/http/Headers"
import * as Problem from "./Problem.ts"
import type { Access } from "./Route.ts"
import { isLoopback, isUnspecified, type Settings } from "./Settings.ts"

/** The name part of a Host header, in lower case, IPv6 in brackets; undefined where it is none. */
export const hostNameOf = (host: string): string | undefined =>
  /^(\[[0-9a-f:.]+\]|[0-9a-z._-]+)(:\d{1,5})?$/.exec(host.toLowerCase())?.[1]

/**
 * Refuses a request meant for another machine. Listening on all addresses, an address in numbers is ours
 * whichever it is: rebinding needs a name.
 */
export const hostProblem = (
  settings: Settings,
  host: string | undefined,
): Problem.Problem | undefined => {
  const name = host === undefined ? undefined : hostNameOf(host)
  if (name !== undefined) {
    if (isLoopback(name) || ownNames(settings).includes(name)) return undefined
    if (isUnspecified(settings.host) && isAddress(name)) return undefined
  }
  return Problem.make(
    "foreign-host",
    host === undefined
      ? "the request has no Host header"
      : `the Host header names ${JSON.stringify(host)}, which is not this server`,
    { where: "header.host" },
  )
}

/** Refuses what a page of another origin asks. Programs send neither header and pass. */
export const originProblem = (headers: Headers.Headers): Problem.Problem | undefined => {
  const { origin, host } = headers
  const site = headers["sec-fetch-site"]
  if (origin !== undefined && (host === undefined || !isOrigin(origin, host)))
    return Problem.make("foreign-origin", `pages of ${JSON.stringify(origin)} may not ask this`, {
      where: "header.origin",
    })
  if (site !== undefined && site !== "same-origin" && site !== "none")
    return Problem.make("foreign-origin", `a ${JSON.stringify(site)} page may not ask this`, {
      where: "header.sec-fetch-site",
    })
  return undefined
}

/** What is asked of a request whoever it is of. */
export const accessProblem = (
  settings: Settings,
  access: Access,
  headers: Headers.Headers,
  /** There is an account: then tokens are looked at where accounts are. */
  isLoginAsked: boolean,
): Problem.Problem | undefined => {
  switch (access) {
    case "page":
      return undefined
    case "api":
      return originProblem(headers)
    case "ingest":
      return (
        originProblem(headers) ??
        (isLoginAsked ? undefined : tokenProblem(settings.ingestToken, headers))
      )
    case "command":
      return (
        originProblem(headers) ??
        (isLoginAsked ? undefined : tokenProblem(settings.commandToken, headers))
      )
  }
}

const tokenProblem = (
  token: Redacted.Redacted | undefined,
  headers: Headers.Headers,
): Problem.Problem | undefined => {
  if (token === undefined) return undefined
  const given = /^Bearer +(\S+)\s*$/i.exec(headers["authorization"] ?? "")?.[1]
  if (given !== undefined && isSame(given, Redacted.value(token))) return undefined
  return Problem.make(
    "no-token",
    given === undefined ? "this needs a bearer token" : "that is not the token",
    {
      where: "header.authorization",
      headers: {
        "www-authenticate": `Bearer realm="sigtwin"${given === undefined ? "" : ', error="invalid_token"'}`,
      },
    },
  )
}

/** Compares in a time that depends on the length of what was given, and not on where it differs. */
const isSame = (given: string, secret: string): boolean => {
  const a = new TextEncoder().encode(given)
  const b = new TextEncoder().encode(secret)
  let difference = a.length ^ b.length
  for (let i = 0; i < a.length; i++) difference |= a[i] ^ (b[i % b.length] ?? 0)
  return difference === 0
}

const ownNames = (settings: Settings): ReadonlyArray<string> =>
  [...settings.hostNames, settings.host].map((name) => {
    const lower = name.toLowerCase()
    return lower.includes(":") && !lower.startsWith("[") ? `[${lower}]` : lower
  })

const isAddress = (name: string): boolean =>
  /^\d{1,3}(\.\d{1,3}){3}$/.test(name) || name.startsWith("[")

/** The scheme is not compared: a proxy in front may speak https. */
const isOrigin = (origin: string, host: string): boolean => {
  const authority = /^https?:\/\/([^/?#]+)$/i.exec(origin)?.[1]
  return authority !== undefined && authority.toLowerCase() === host.toLowerCase()
}

const common = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  // A form of our own must say where it comes from: with `no-referrer` browsers send `Origin: null` (Fetch, 3.2).
  "referrer-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
}

/** Headers of a page: everything from here, nothing inline, in nobody's frame. */
const pageHeaders = {
  ...common,
  "content-security-policy":
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
}

/** Headers of every other answer: data, never to be kept and never to be run. */
const dataHeaders = {
  ...common,
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}

/** A header that the answer already has stays as it is. */
export const securityHeaders = (answer: Headers.Headers): Readonly<Record<string, string>> => {
  const type = answer["content-type"] ?? ""
  const isPage = /^text\/(html|css|javascript)/.test(type) || "cache-control" in answer
  return {
    ...(isPage ? pageHeaders : dataHeaders),
    "cache-control": answer["cache-control"] ?? "no-store",
  }
}
