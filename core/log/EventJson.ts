/**
 * Events as JSON fields without their `_tag`, by their schemas: the body of the rarer kinds in the log, and the
 * `data` of an exported event.
 *
 * A kind this build does not know keeps its fields as they are; so does an event of a known kind that does not fit
 * its schema, because a newer build wrote it.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as SchemaIssue from "effect/SchemaIssue"
import { type Event, known, Known } from "../event/Event.ts"

export type Fields = Readonly<Record<string, unknown>>

const encodeKnown = Schema.encodeUnknownSync(Known)
const decoders = new Map(
  known.map((schema) => [
    schema.fields._tag.schema.literal as string, // the literal's type is one kind's name each, the map is for any
    {
      lenient: Schema.decodeUnknownResult(schema),
      strict: Schema.decodeUnknownResult(schema, { onExcessProperty: "error" }),
    },
  ]),
)

export const fieldsOf = (event: Event): Fields => {
  if (event._tag === "Unknown") return event.data
  const { _tag, ...fields } = encodeKnown(event)
  return fields
}

/** Reads what `fieldsOf` gave. Fields a newer build added are left out: the log's own bytes keep them. */
export const fromFields = (kind: string, fields: Fields): Event => {
  const decoded = decoders.get(kind)?.lenient({ ...fields, _tag: kind })
  return decoded === undefined || Result.isFailure(decoded)
    ? { _tag: "Unknown", kind, data: fields }
    : decoded.success
}

/** Reads what somebody gave: an event of a known kind must be exactly that. */
export const check = (kind: string, fields: Fields): Event | SchemaIssue.Issue => {
  const decoded = decoders.get(kind)?.strict({ ...fields, _tag: kind })
  if (decoded === undefined) return { _tag: "Unknown", kind, data: fields }
  return Result.isFailure(decoded) ? decoded.failure.issue : decoded.success
}
