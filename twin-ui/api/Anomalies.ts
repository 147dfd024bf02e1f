/**
 * What is measurably unlike the usual: the answer of `GET /api/anomalies`, and of `GET /api/usual` what was learnt as
 * usual. An anomaly opens and clears by itself; a finding (`Findings.ts`) is an opinion with facts.
 */
import * as Schema from "effect/Schema"
import { kinds } from "../../projections/anomaly/watch/Unusual.ts"
import { Tone } from "../../projections/chain/EventRow.ts"

const Moment = Schema.Struct({ position: Schema.Int, ms: Schema.Int })
/** 412, "messages in 30 minutes". */
const Measure = Schema.Struct({ value: Schema.Finite, unit: Schema.String })

/** Whom it is about; none of them: the whole network. */
const who = {
  station: Schema.optionalKey(Schema.String),
  customer: Schema.optionalKey(Schema.String),
  /** One of that customer's. */
  destination: Schema.optionalKey(Schema.String),
  /** A city. */
  area: Schema.optionalKey(Schema.String),
}

export const AnomalyRow = Schema.Struct({
  /** The same for as long as it is kept. */
  id: Schema.String,
  kind: Schema.Literals(kinds),
  /** The kind in plain words: "traffic surge". */
  words: Schema.String,
  tone: Tone,
  ...who,
  expected: Measure,
  /** At its worst. */
  seen: Measure,
  /** When what is unusual began, by the log's clock. */
  sinceMs: Schema.Int,
  /** When the twin said so. */
  opened: Moment,
  /** When it was seen last, by the log's clock. */
  lastMs: Schema.Int,
  /** Absent while it goes on. */
  cleared: Schema.optionalKey(Schema.Struct({ ...Moment.fields, why: Schema.String })),
  /** Positions of events that show it. */
  causes: Schema.Array(Schema.Int),
})
export type AnomalyRow = typeof AnomalyRow.Type

/** How far learning has come, and what is usual now. */
export const Learnt = Schema.Struct({
  /** `learning`: nothing is said yet. `roughly`: only what is four times or a fifth of the usual. */
  stage: Schema.Literals(["learning", "roughly", "by hour of the day", "by hour of the week"]),
  /** When the next stage comes if all goes on as it does; null where there is none. */
  untilMs: Schema.NullOr(Schema.Int),
  /** Usual in an hour as this one. */
  perHour: Schema.Finite,
  /** How far ten minutes lie from what is expected, in deviations of a plain count. */
  spread: Schema.Finite,
})

export const AnomaliesAnswer = Schema.Struct({
  /** Last position in the answer, -1 for none. */
  position: Schema.Int,
  /** Of all that fit the question. */
  total: Schema.Int,
  /** Of these, the ones that go on. */
  open: Schema.Int,
  /** `offset` of the next page; absent on the last one. */
  next: Schema.optionalKey(Schema.Int),
  /** Of the network: while it is `learning`, no surge, drop or outage of stations can be told. */
  learning: Learnt,
  /** The one that opened last first. */
  anomalies: Schema.Array(AnomalyRow),
})
export type AnomaliesAnswer = typeof AnomaliesAnswer.Type

export const UsualRow = Schema.Struct({
  ...who,
  /** What it is counted in. */
  unit: Schema.String,
  ...Learnt.fields,
  /** Usual share of wrong MACs, and of messages refused for their number; null where it is not known yet. */
  macShare: Schema.NullOr(Schema.Finite),
  orderShare: Schema.NullOr(Schema.Finite),
  /** By hour of the week from Monday 00:00 UTC, as compared with the mean hour; 0 where none is learnt. */
  shape: Schema.Array(Schema.Finite),
})
export type UsualRow = typeof UsualRow.Type

export const OutletUsualRow = Schema.Struct({
  customer: Schema.String,
  destination: Schema.String,
  /** Usual time of an answer, ms; null where it is not known yet. */
  usualMs: Schema.NullOr(Schema.Int),
  failedShare: Schema.NullOr(Schema.Finite),
  failuresInRow: Schema.Int,
})

export const UsualAnswer = Schema.Struct({
  position: Schema.Int,
  network: UsualRow,
  customers: Schema.Array(UsualRow),
  stations: Schema.Array(UsualRow),
  destinations: Schema.Array(OutletUsualRow),
  /** Of one device, where one is asked for. */
  device: Schema.optionalKey(
    Schema.Struct({
      device: Schema.String,
      /** Messages learnt from. */
      seen: Schema.Int,
      /** Who usually hears it, and how strongly; the strongest first. */
      receivers: Schema.Array(
        Schema.Struct({ station: Schema.String, dbm: Schema.NullOr(Schema.Int) }),
      ),
      lastMs: Schema.NullOr(Schema.Int),
      /** Usual time from message to message, and the longest of late, seconds; null where it is not known yet. */
      usualGapS: Schema.NullOr(Schema.Int),
      longestGapS: Schema.NullOr(Schema.Int),
      /** Share of its messages that was refused. */
      refusedShare: Schema.NullOr(Schema.Finite),
    }),
  ),
  /** Things that are not watched for want of room. */
  unwatched: Schema.Int,
})
export type UsualAnswer = typeof UsualAnswer.Type

export const anomaliesLimitDefault = 100
export const anomaliesLimitMax = 1_000
