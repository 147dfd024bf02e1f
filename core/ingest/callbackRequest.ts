/**
 * A callback as the backend sends it over HTTP: GET with variables in the URL, POST or PUT with JSON or
 * a form, one or a batch.
 *
 * BATCH_URL sends `batch=` with one message a line, its variables divided by `;`. The pattern of a line is
 * the sender's setting; `?pattern={device};{time};…` tells another than the documented ones.
 */
import * as Rejected from "../kernel/Rejected.ts"
import * as Callback from "./callback.ts"
import type { Input } from "./Input.ts"
import { parseJson } from "./parseJson.ts"

export interface Request {
  /** What stands behind `?`, not yet decoded; empty where nothing does. */
  readonly query: string
  /** The body's media type; JSON is also known by how it begins. */
  readonly contentType?: string | undefined
  readonly body?: string | undefined
}

export type Result = Input | Rejected.Rejected

/** Most messages in one request: more than fit in a body of 1 MiB. */
const messagesMax = 50_000

/** Reads a request: one result for each message in it, in order. */
export const readCallbacks = (
  request: Request,
  options: Callback.Options = {},
): ReadonlyArray<Result> => {
  const query = parametersOf(request.query)
  const settings = { ...options, type: query["type"] ?? options.type }
  const body = request.body?.replace(/^\uFEFF/, "").trim() ?? ""
  if (body === "") return readParameters(query, query, settings)
  if (/^[[{"]/.test(body) || /\bjson\b/i.test(request.contentType ?? ""))
    return readJson(body, settings)
  return readParameters({ ...query, ...parametersOf(body) }, query, settings)
}

/** Reads a body that was parsed already: an object, or a list of them. */
export const readBodies = (
  value: unknown,
  options: Callback.Options = {},
): ReadonlyArray<Result> => {
  if (!Array.isArray(value)) return [Callback.readCallback(value, "$", options)]
  if (value.length > messagesMax) return [tooMany("$")]
  return value.map((each, i) => Callback.readCallback(each, `$[${i}]`, options))
}

const readJson = (text: string, options: Callback.Options): ReadonlyArray<Result> => {
  const parsed = parseJson(text)
  return parsed.ok
    ? readBodies(parsed.value, options)
    : [Rejected.make("not-json", "$", parsed.why)]
}

type Parameters = Readonly<Record<string, string>>

/** The last of parameters of one name counts, but for an empty one. */
const parametersOf = (text: string): Parameters => {
  const parameters = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(text)) {
    if (value !== "" || !parameters.has(name)) parameters.set(name, value)
  }
  return Object.fromEntries(parameters)
}

const readParameters = (
  parameters: Parameters,
  query: Parameters,
  options: Callback.Options,
): ReadonlyArray<Result> => {
  const batch = own(parameters, "batch")
  if (batch === undefined) return [Callback.readCallback(parameters, "", options)]
  const lines = batch.split(/\r?\n/).filter((line) => line.trim() !== "")
  if (lines.length > messagesMax) return [tooMany("batch")]
  if (lines.length === 0) return [Rejected.make("missing", "batch", "the batch has no line")]
  const names = own(query, "pattern")?.split(";").map(variable)
  return lines.map((line, i) => readLine(line, `batch[${i}]`, names, options))
}

/** SIGFOX's documented line patterns (sigfox-backend/url-patterns): BIDIR adds two to UPLINK's. */
const uplinkNames = "device;time;duplicate;snr;station;data;avgSnr;lat;lng;rssi;seqNumber".split(
  ";",
)
const bidirNames = [...uplinkNames, "ack", "longPolling"]

const readLine = (
  line: string,
  root: string,
  pattern: ReadonlyArray<string> | undefined,
  options: Callback.Options,
): Result => {
  const values = line.split(";")
  // A pattern may end in `;`, which then gives an empty value more.
  if (values.at(-1)?.trim() === "" && !lengths(pattern).includes(values.length)) values.pop()
  const names = pattern ?? (values.length === bidirNames.length ? bidirNames : uplinkNames)
  if (values.length !== names.length)
    return Rejected.make(
      "wrong-columns",
      root,
      `${values.length} values where ${lengths(pattern).join(" or ")} are expected`,
    )
  const body = Object.fromEntries(names.map((name, i) => [name, values[i].trim()]))
  return Callback.readCallback(body, root, options)
}

const lengths = (pattern: ReadonlyArray<string> | undefined): ReadonlyArray<number> =>
  pattern === undefined ? [uplinkNames.length, bidirNames.length] : [pattern.length]

/** `{device}` names `device`. */
const variable = (text: string): string => text.trim().replace(/^\{(.*)\}$/, "$1")

const own = (parameters: Parameters, name: string): string | undefined =>
  Object.hasOwn(parameters, name) ? parameters[name] : undefined

const tooMany = (where: string): Rejected.Rejected =>
  Rejected.make("too-many", where, `more than ${messagesMax} messages in one request`)
