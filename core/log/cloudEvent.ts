/**
 * Recorded events as CloudEvents 1.0 in JSON, one a line: what `export` writes and `import` takes back.
 *
 * - `source` and `id` name an event of one log: `urn:sigtwin:LOG` and its position.
 * - `time` is when it occurred, `recordedtime` when it was recorded, to the millisecond. An instant that RFC 3339 cannot
 *   say (part of a millisecond, beyond the years 0..9999) stands exactly in `occurredms` or `recordedms` beside it.
 * - `position`, `revision` and `causes` (positions, parted by commas) are text: the specification's integers end at 2^31.
 * - `data` is the event by its schema, without `_tag`, which is in `type`. Kinds this build does not know are kept.
 *
 * What is read must be exactly an event: a field too many is refused, because the log could not keep it.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import { noCauses, type Position, type Recorded } from "../event/Envelope.ts"
import { kindOf } from "../event/Event.ts"
import * as Rejected from "../kernel/Rejected.ts"
import * as EventJson from "./EventJson.ts"

const sourcePrefix = "urn:sigtwin:"
const typePrefix = "sigtwin."

const Digits = Schema.String.check(Schema.isPattern(/^\d{1,16}$/))
const Milliseconds = Schema.String.check(
  Schema.isPattern(/^-?\d+(\.\d+)?(e[+-]?\d+)?$/),
  Schema.makeFilter((text) => Number.isFinite(Number(text))),
)
const Instant = Schema.String.check(
  Schema.isPattern(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/),
  Schema.makeFilter((text) => Number.isFinite(Date.parse(text))),
)

export const CloudEvent = Schema.Struct({
  specversion: Schema.Literal("1.0"),
  id: Digits,
  source: Schema.String.check(Schema.isPattern(/^urn:sigtwin:./)),
  type: Schema.String.check(Schema.isPattern(/^sigtwin\./)),
  subject: Schema.String,
  time: Instant,
  datacontenttype: Schema.Literal("application/json"),
  position: Digits,
  revision: Digits,
  recordedtime: Instant,
  causes: Schema.optionalKey(Schema.String.check(Schema.isPattern(/^\d{1,16}(,\d{1,16})*$/))),
  occurredms: Schema.optionalKey(Milliseconds),
  recordedms: Schema.optionalKey(Milliseconds),
  data: Schema.Record(Schema.String, Schema.Unknown),
})
export type CloudEvent = typeof CloudEvent.Type

export const toCloudEvent = (log: { readonly id: string }, recorded: Recorded): CloudEvent => ({
  specversion: "1.0",
  id: String(recorded.position),
  source: sourcePrefix + log.id,
  type: typePrefix + kindOf(recorded.event),
  subject: recorded.stream,
  time: isoOf(recorded.occurredMs),
  datacontenttype: "application/json",
  position: String(recorded.position),
  revision: String(recorded.revision),
  recordedtime: isoOf(recorded.recordedMs),
  ...(recorded.causes.length > 0 && { causes: recorded.causes.join(",") }),
  ...(!isExact(recorded.occurredMs) && { occurredms: String(recorded.occurredMs) }),
  ...(!isExact(recorded.recordedMs) && { recordedms: String(recorded.recordedMs) }),
  data: EventJson.fieldsOf(recorded.event),
})

/** One line of NDJSON, without its end. */
export const toLine = (log: { readonly id: string }, recorded: Recorded): string =>
  JSON.stringify(toCloudEvent(log, recorded))

export const fromLine = (line: string): Recorded | Rejected.Rejected => {
  const json = parseJson(line)
  return Rejected.is(json) ? json : fromCloudEvent(json)
}

const decode = Schema.decodeUnknownResult(CloudEvent)

export const fromCloudEvent = (json: unknown): Recorded | Rejected.Rejected => {
  const decoded = decode(json)
  if (Result.isFailure(decoded)) return refusal("envelope", [], decoded.failure.issue)
  const envelope = decoded.success
  if (envelope.id !== envelope.position)
    return Rejected.make("envelope", "$.position", "is not the id")
  const position = Number(envelope.position)
  const causes = envelope.causes?.split(",").map(Number) ?? noCauses
  const wrong = causes.find((cause) => cause >= position)
  if (wrong !== undefined)
    return Rejected.make("envelope", "$.causes", `${wrong} does not stand before the event`)
  const event = EventJson.check(envelope.type.slice(typePrefix.length), envelope.data)
  if (SchemaIssue.isIssue(event)) return refusal("event", ["data"], event)
  return {
    position: position satisfies Position,
    stream: envelope.subject,
    revision: Number(envelope.revision),
    occurredMs: msOf(envelope.time, envelope.occurredms),
    recordedMs: msOf(envelope.recordedtime, envelope.recordedms),
    causes,
    event,
  }
}

const parseJson = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch (error) {
    return Rejected.make("json", "$", error instanceof Error ? error.message : String(error))
  }
}

const firstMs = Date.parse("0000-01-01T00:00:00.000Z")
const lastMs = Date.parse("9999-12-31T23:59:59.999Z")

/** RFC 3339 can say this instant. */
const isExact = (ms: number): boolean => Number.isInteger(ms) && ms >= firstMs && ms <= lastMs

const isoOf = (ms: number): string =>
  new Date(Math.min(Math.max(Math.trunc(ms), firstMs), lastMs)).toISOString()

const msOf = (iso: string, exact: string | undefined): number =>
  exact === undefined ? Date.parse(iso) : Number(exact)

const issuesOf = SchemaIssue.makeFormatterStandardSchemaV1()

const refusal = (
  reason: string,
  at: ReadonlyArray<string>,
  issue: SchemaIssue.Issue,
): Rejected.Rejected => {
  const [first] = issuesOf(issue).issues
  const path = [...at, ...(first?.path ?? [])].map((step) =>
    String(typeof step === "object" ? step.key : step),
  )
  return Rejected.make(reason, ["$", ...path].join("."), first?.message ?? "is not an event")
}
