/**
 * One thing of the chain at one instant, with the reasons for its state: the answer of
 * `GET /api/devices/:id?at=`, `/api/stations/:id`, `/api/customers/:id` and `/api/messages/:id`.
 *
 * One shape for all four: rows of facts, a tree of reasons, and the latest events, newest first. The page
 * needs no knowledge of its own of what a station's trust means.
 */
import * as Schema from "effect/Schema"
import { Standing } from "../../core/event/attestation.ts"
import { EventRow, Tone } from "../../projections/chain/EventRow.ts"
import { FindingRow } from "./Findings.ts"

export const EntityKind = Schema.Literals(["device", "station", "customer", "message"])
export type EntityKind = typeof EntityKind.Type

export const Reference = Schema.Struct({ kind: EntityKind, id: Schema.String })
export type Reference = typeof Reference.Type

/** A line of a table: "window expects" "413 … 552". Units belong in the value. */
export const Fact = Schema.Struct({
  label: Schema.String,
  value: Schema.String,
  tone: Tone,
  /** The event that made it so. */
  position: Schema.optionalKey(Schema.Int),
  /** What the value names, when that can be opened. */
  link: Schema.optionalKey(Reference),
})
export type Fact = typeof Fact.Type

export const FactTable = Schema.Struct({ title: Schema.String, facts: Schema.Array(Fact) })
export type FactTable = typeof FactTable.Type

/** A reason and what it rests on in turn. */
export interface Why {
  readonly text: string
  readonly tone: Tone
  readonly position?: number
  readonly because: ReadonlyArray<Why>
}
export const Why: Schema.Codec<Why> = Schema.Struct({
  text: Schema.String,
  tone: Tone,
  position: Schema.optionalKey(Schema.Int),
  because: Schema.Array(Schema.suspend((): Schema.Codec<Why> => Why)),
})

/** A PCR as the last quote showed it, beside what it should hold. */
export const Measured = Schema.Struct({
  bank: Schema.String,
  index: Schema.Int,
  quoted: Schema.NullOr(Schema.String),
  /** Null where it is judged otherwise (PCR 10, by its list). */
  reference: Schema.NullOr(Schema.String),
  differs: Schema.Boolean,
})
export type Measured = typeof Measured.Type

/** Copies of a message: who heard which of its transmissions, and how. */
export const Receptions = Schema.Struct({
  /** `DEVICE:SEQ@EPOCH`. */
  message: Schema.String,
  firstMs: Schema.Int,
  cells: Schema.Array(
    Schema.Struct({
      position: Schema.Int,
      station: Schema.String,
      /** 1..3; null where a report does not tell. */
      rank: Schema.NullOr(Schema.Int),
      repetitions: Schema.NullOr(Schema.Int),
      rssiDbm: Schema.NullOr(Schema.Finite),
      snrDb: Schema.NullOr(Schema.Finite),
      frequencyHz: Schema.NullOr(Schema.Finite),
      /** After the first reception; may be negative, since stations' clocks differ. */
      delayMs: Schema.Int,
      /** False for a fabricated repeat. */
      counts: Schema.Boolean,
      /** How its station stood when it heard it; null where that was not asked. */
      standing: Schema.NullOr(Standing),
    }),
  ),
  /** Receptions beyond those kept. */
  cellsOver: Schema.Int,
  /** Ours, 0 limit .. 3 excellent; null where no reception says how strong it was. */
  quality: Schema.NullOr(Schema.Int),
  qualityReported: Schema.NullOr(Schema.Int),
})
export type Receptions = typeof Receptions.Type

/** A step of a message's way through the chain. */
export const PathStep = Schema.Struct({
  stage: Schema.Literals(["transmission", "verdict", "delivery", "downlink"]),
  label: Schema.String,
  /** By the clock of who acted. */
  fromMs: Schema.Int,
  toMs: Schema.Int,
  tone: Tone,
  position: Schema.Int,
  detail: Schema.String,
})
export type PathStep = typeof PathStep.Type

export const EntityState = Schema.Struct({
  kind: EntityKind,
  id: Schema.String,
  /** Name for people ("Antwerp North"); the id when it has none. */
  title: Schema.String,
  /** One word, as "refused", "attested", "delivered", "reported". */
  status: Schema.String,
  tone: Tone,
  /** One sentence: since when and why it is so. */
  summary: Schema.String,
  /** The instant of all this. */
  position: Schema.Int,
  occurredMs: Schema.Int,
  /** What the twin thinks of it, the one that began last first, at most `findingsOfOneMax`; absent where there are none. */
  findings: Schema.optionalKey(Schema.Array(FindingRow)),
  tables: Schema.Array(FactTable),
  why: Schema.Array(Why),
  /** Of a message; of a device, those of its latest message. */
  receptions: Schema.optionalKey(Receptions),
  /** Of a message, in the order of time. */
  path: Schema.optionalKey(Schema.Array(PathStep)),
  /** Of a station whose TPM presented evidence. */
  measured: Schema.optionalKey(Schema.Array(Measured)),
  /** Newest first, at most `latestMax`. */
  latest: Schema.Array(EventRow),
})
export type EntityState = typeof EntityState.Type

export const latestMax = 50
export const findingsOfOneMax = 20
export const whyDepthMax = 6
export const whyBreadthMax = 8

/**
 * 404 (`application/problem+json`) when there is no such thing at the instant. `existsFrom` says when it
 * first appears in the log, where it does at all.
 */
export const NotThere = Schema.Struct({
  type: Schema.String,
  title: Schema.String,
  status: Schema.Literal(404),
  detail: Schema.String,
  existsFrom: Schema.optionalKey(Schema.Struct({ position: Schema.Int, ms: Schema.Int })),
  existedUntil: Schema.optionalKey(Schema.Struct({ position: Schema.Int, ms: Schema.Int })),
})
export type NotThere = typeof NotThere.Type
