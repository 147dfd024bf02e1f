/** Whether a destination is one: its address, and that nothing filled into it can lead elsewhere. */
import type { DestinationAdded } from "../event/registration.ts"
import { callbackVariables } from "./callbackVariables.ts"

/** Of one destination. */
export const headersMax = 20
const headerCharsMax = 1_024
const bodyCharsMax = 8_192
const urlCharsMax = 2_048

type Settings = Omit<DestinationAdded, "_tag">

/** Why it is none; undefined when it is well. */
export const whyNoDestination = (given: Settings): string | undefined =>
  whyNoAddress(given) ??
  whyNoHeaders(given.headers ?? {}) ??
  whyNoTemplates(given) ??
  whyNoRest(given)

export const whyNoAddress = (
  given: Pick<Settings, "channel" | "url" | "loopbackAllowed">,
): string | undefined => {
  const { channel = "url", url } = given
  if (url.length > urlCharsMax) return `a URL of more than ${urlCharsMax} characters`
  if (channel === "pull")
    return url === "pull:" ? undefined : "what is fetched has the address pull:"
  if (channel === "email")
    return /^mailto:[^\s@<>,;:"(){}]{1,64}@[A-Za-z0-9.-]{1,255}$/.test(url)
      ? undefined
      : "an e-mail destination is mailto: and one address"
  // Host and scheme are not to be filled in: what a device sends must not choose where it goes.
  if (/^[^/]*\/\/[^/?#]*\{/.test(url)) return "has a variable before its path"
  return whyNoUrl(url.replaceAll(/\{[A-Za-z0-9]+\}/g, "x"), given.loopbackAllowed)
}

/** Why nothing may be sent there; undefined when it may. */
export const whyNoUrl = (url: string, loopbackAllowed: boolean): string | undefined => {
  if (!URL.canParse(url)) return "is no URL"
  const { protocol, hostname, username, password } = new URL(url)
  if (username !== "" || password !== "")
    return "a URL with a password in it would stand in the log"
  if (isLoopback(hostname))
    return loopbackAllowed ? undefined : "an address on this machine must be allowed as such"
  // Messages leave over TLS; plain HTTP only to this machine, where that was allowed.
  return protocol === "https:" ? undefined : "must be an https URL"
}

const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host)

/** What the request itself says, and what concerns one connection alone (RFC 9110 section 7.6.1). */
const ownHeaders = new Set([
  "host",
  "content-length",
  "content-type",
  "transfer-encoding",
  "connection",
  "keep-alive",
  "upgrade",
  "te",
  "trailer",
  "proxy-authorization",
  "idempotency-key",
  "sigtwin-attempt",
  "sigtwin-repeat",
  "sigtwin-signature",
  "traceparent",
])

export const whyNoHeaders = (headers: Readonly<Record<string, string>>): string | undefined => {
  const all = Object.entries(headers)
  if (all.length > headersMax) return `more than ${headersMax} headers`
  for (const [name, value] of all) {
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/.test(name)) return `no header is called ${name}`
    if (ownHeaders.has(name.toLowerCase())) return `the header ${name} is not to be chosen`
    // oxlint-disable-next-line no-control-regex -- they end a header
    if (value.length > headerCharsMax || /[\u0000-\u001f\u007f]/.test(value))
      return `the header ${name} has a value that cannot be sent`
  }
  return undefined
}

const known: ReadonlySet<string> = new Set(callbackVariables)

const whyNoTemplates = (given: Settings): string | undefined => {
  const { body = "", headers = {}, linePattern = "", url } = given
  if (body.length > bodyCharsMax) return `a body of more than ${bodyCharsMax} characters`
  if (linePattern.length > bodyCharsMax) return "a line pattern that long"
  for (const text of [url, body, linePattern, ...Object.values(headers)])
    for (const [, name] of text.matchAll(/\{([A-Za-z][A-Za-z0-9]*)\}/g))
      if (!known.has(name))
        return `there is no variable {${name}}; there are ${callbackVariables.join(", ")}`
  return undefined
}

const whyNoRest = (given: Settings): string | undefined => {
  const { body, channel = "url", contentType, method, silentAfterS, told } = given
  if (method === "GET" && body !== undefined) return "a GET has no body"
  if (contentType !== undefined && !/^[\w.+-]+\/[\w.+-]+(; ?charset=[\w-]+)?$/.test(contentType))
    return "has no content type of the form type/subtype"
  if (told?.length === 0) return "is told nothing"
  if (silentAfterS !== undefined && (silentAfterS < 60 || silentAfterS > 31_536_000))
    return "silentAfterS is 60..31536000"
  return given.linePattern !== undefined && channel !== "batch-url"
    ? "has a line pattern and no batches"
    : undefined
}
