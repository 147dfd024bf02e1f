/** Why something is so: the answer of `GET /api/why/:kind/:id`. */
import * as Schema from "effect/Schema"
import { Tone } from "../../projections/chain/EventRow.ts"

export const subjects = [
  "message",
  "device",
  "station",
  "delivery",
  "finding",
  "count",
  "event",
] as const
export const Subject = Schema.Literals(subjects)
export type Subject = typeof Subject.Type

export interface ReasonNode {
  readonly text: string
  readonly tone: Tone
  readonly position?: number
  readonly rule?: { readonly name: string; readonly version: string }
  readonly compared: ReadonlyArray<{
    readonly what: string
    readonly expected: string
    readonly seen: string
    readonly holds: boolean
  }>
  readonly because: ReadonlyArray<ReasonNode>
}

export const ReasonNode: Schema.Codec<ReasonNode> = Schema.Struct({
  text: Schema.String,
  tone: Tone,
  /** Of the event that stands for it. */
  position: Schema.optionalKey(Schema.Int),
  /** By which rule it is so, and the version that was applied. */
  rule: Schema.optionalKey(Schema.Struct({ name: Schema.String, version: Schema.String })),
  compared: Schema.Array(
    Schema.Struct({
      what: Schema.String,
      expected: Schema.String,
      seen: Schema.String,
      holds: Schema.Boolean,
    }),
  ),
  /** What it rests on, down to facts that rest on nothing. */
  because: Schema.Array(Schema.suspend((): Schema.Codec<ReasonNode> => ReasonNode)),
})

export const WhyAnswer = Schema.Struct({
  kind: Subject,
  id: Schema.String,
  /** Last position in the answer. */
  position: Schema.Int,
  /** What is so, field by field. */
  fact: Schema.Record(Schema.String, Schema.Unknown),
  reason: ReasonNode,
  /** Positions of the events it rests on, rising; at most `whyFactsMax`, the latest. */
  facts: Schema.Array(Schema.Int),
  /** How many events it rests on. */
  rests: Schema.Int,
  /** Whether those events, folded alone, give the same; null where that was not tried. */
  refolded: Schema.NullOr(Schema.Boolean),
})
export type WhyAnswer = typeof WhyAnswer.Type

export const whyFactsMax = 1_000
