/**
 * The request or e-mail that tells a destination: its templates filled in, or this project's own body where it has none.
 *
 * Every request carries `idempotency-key`, the same for all attempts at one obligation and for what is asked for again;
 * `sigtwin-attempt`; and `sigtwin-repeat: possible` where an earlier request may have arrived. With a signing key also
 * `sigtwin-signature: t=SECONDS,v1=HEX`, HMAC-SHA-256 of `SECONDS.METHOD.URL.BODY`.
 */
import type { Notice } from "../event/delivery.ts"
import type { Settings } from "./Outlet.ts"
import * as Template from "./Template.ts"

export interface HttpRequest {
  readonly method: "POST" | "PUT" | "GET"
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly loopbackAllowed: boolean
  readonly privateAllowed: boolean
}

export interface Letter {
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly headers: Readonly<Record<string, string>>
}

/** One obligation of a request. */
export interface Part {
  readonly notice: Notice | undefined
  readonly variables: Template.Variables
}

export interface Marks {
  readonly key: string
  readonly attempt: number
  readonly isDoubtful: boolean
  /** W3C trace context, where traces are kept. */
  readonly traceparent: string | undefined
}

export interface Secrets {
  readonly headers: Readonly<Record<string, string>>
  readonly sign: (text: string) => string | undefined
}

const json = "application/json"
const form = "application/x-www-form-urlencoded"

/** Lines of a batch as the backend's documents have them. */
const linePatternDefault = "{device};{time};{data};{seqNumber}"

/** What is told without a template, by notice: the backend's names. */
const bodies: Readonly<Record<Notice | "bidir", ReadonlyArray<string>>> = {
  bidir: ["device", "time", "data", "seqNumber", "ack"],
  uplink: ["device", "time", "data", "seqNumber", "station", "rssi", "snr"],
  "data-advanced": [
    "device",
    "time",
    "data",
    "seqNumber",
    "lqi",
    "linkQuality",
    "operatorName",
    "countryCode",
    "duplicates",
    "computedLocation",
  ],
  acknowledge: ["device", "time", "infoCode", "infoMessage", "downlinkAck", "downlinkOverusage"],
  status: ["device", "time", "temp", "batt", "seqNumber", "station", "rssi", "snr"],
  error: ["device", "time", "info", "severity"],
  event: [
    "device",
    "time",
    "eventType",
    "severity",
    "deviceLastSeqnumber",
    "deviceExpectedSeqnumber",
    "deviceMessageSeqnumber",
  ],
}

export const requestOf = (
  settings: Settings,
  parts: ReadonlyArray<Part>,
  marks: Marks,
  secrets: Secrets,
  nowS: number,
): HttpRequest => {
  const { contentType, headers = {}, loopbackAllowed, method = "POST" } = settings
  const variables = variablesOf(settings, parts)
  const type = contentType ?? (settings.channel === "batch-url" ? form : json)
  const body = method === "GET" ? "" : bodyOf(settings, parts[0], variables, type)
  const url = Template.render(parsed(settings.url), variables, "url")
  const signature = secrets.sign(`${nowS}.${method}.${url}.${body}`)
  const chosen = Object.entries(headers).map(([name, value]) => [
    name,
    Template.render(parsed(value), variables, "plain"),
  ])
  return {
    method,
    url,
    body,
    loopbackAllowed,
    privateAllowed: settings.privateAllowed ?? false,
    headers: {
      ...Object.fromEntries(chosen),
      ...secrets.headers,
      ...(method === "GET" ? {} : { "content-type": type }),
      ...marksOf(marks),
      ...(signature === undefined ? {} : { "sigtwin-signature": `t=${nowS},v1=${signature}` }),
    },
  }
}

export const letterOf = (settings: Settings, part: Part, marks: Marks): Letter => {
  const { notice = "message" } = part
  const variables = { ...part.variables, notice }
  const text =
    settings.body === undefined
      ? bodies[part.notice ?? "bidir"]
          .filter((name) => part.variables[name] !== undefined)
          .map((name) => Template.render(parsed(`${name}: {${name}}`), variables, "plain"))
          .join("\n")
      : settings.body
          .split("\n")
          .map((line) => Template.render(parsed(line), variables, "plain"))
          .join("\n")
  return {
    to: settings.url.slice("mailto:".length),
    subject: Template.render(parsed("{device}: {notice} {seqNumber}"), variables, "plain").trim(),
    text: `${text}\n`,
    headers: { ...settings.headers, ...marksOf(marks) },
  }
}

const marksOf = ({ attempt, isDoubtful, key, traceparent }: Marks) => ({
  "idempotency-key": key,
  "sigtwin-attempt": String(attempt),
  ...(isDoubtful ? { "sigtwin-repeat": "possible" } : {}),
  ...(traceparent === undefined ? {} : { traceparent }),
})

/** Of the request: the first part's own, and the lines of a batch. */
const variablesOf = (settings: Settings, parts: ReadonlyArray<Part>): Template.Variables => {
  const own = { ...parts[0].variables, notice: parts[0].notice ?? "message" }
  if (settings.channel !== "batch-url") return own
  const line = parsed(settings.linePattern ?? linePatternDefault)
  const batch = parts
    .map(({ notice = "message", variables }) =>
      Template.render(line, { ...variables, notice }, "plain"),
    )
    .join("\n")
  return { batch }
}

const bodyOf = (
  settings: Settings,
  { notice, variables: own }: Part,
  variables: Template.Variables,
  type: string,
): string => {
  if (settings.body !== undefined)
    return Template.render(parsed(settings.body), variables, formOf(type))
  if (settings.channel === "batch-url")
    return Template.render(parsed("batch={batch}"), variables, "url")
  const names = bodies[notice ?? "bidir"].filter((name) => own[name] !== undefined)
  if (type === form)
    return names
      .map((name) => Template.render(parsed(`${name}={${name}}`), variables, "url"))
      .join("&")
  return JSON.stringify(Object.fromEntries(names.map((name) => [name, own[name]])))
}

const formOf = (type: string): Template.Form => {
  if (/\bjson\b/i.test(type)) return "json"
  return type.startsWith(form) ? "url" : "plain"
}

/** Templates are few and the same for each message; the ones parsed last are kept. */
const templatesMax = 4_096
const templates = new Map<string, Template.Template>()

const parsed = (text: string): Template.Template => {
  const known = templates.get(text)
  if (known !== undefined) return known
  if (templates.size >= templatesMax) templates.clear()
  const template = Template.parse(text)
  templates.set(text, template)
  return template
}
