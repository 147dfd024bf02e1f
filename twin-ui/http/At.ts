/**
 * "As of": a position or an instant, as people and programs write them.
 *
 * Digits alone are a position, always; an instant is ISO 8601. As of 41 means with event 41 in it.
 */
import type { Position } from "../../core/event/Envelope.ts"
import * as Instant from "../../core/kernel/Instant.ts"
import * as Parameter from "./Parameter.ts"

export type At =
  | { readonly _tag: "Position"; readonly position: Position }
  | { readonly _tag: "Instant"; readonly ms: number }

export const form =
  "a position in the log (digits, as 4711) or an instant in ISO 8601 (as 2026-03-01T12:00:00Z; without a zone it is UTC)"

export const read = (text: string): At | undefined => {
  if (/^\d+$/.test(text))
    return text.length <= 15 ? { _tag: "Position", position: Number(text) } : undefined
  const ms = Instant.parse(text)
  return ms === undefined ? undefined : { _tag: "Instant", ms }
}

export const parameter = (description: string): Parameter.Parameter<At> =>
  Parameter.of(
    description,
    form,
    { type: "string", examples: ["4711", "2026-03-01T12:00:00Z"] },
    read,
  )
