/**
 * What the twin thinks is going on: the answer of `GET /api/findings`, and `findings` of a device, station or
 * message. A finding is an opinion with the facts that speak for it; it refuses nothing by itself.
 */
import * as Schema from "effect/Schema"
import { Tone } from "../../projections/chain/EventRow.ts"
import { benign, kinds, type Kind } from "../../projections/anomaly/Finding.ts"

const Moment = Schema.Struct({ position: Schema.Int, ms: Schema.Int })

export const FindingRow = Schema.Struct({
  /** The same for as long as the finding is kept. */
  id: Schema.String,
  kind: Schema.Literals(kinds),
  /** The kind in plain words: "cloned device". */
  words: Schema.String,
  tone: Tone,
  /** It happens without anybody meaning harm. */
  benign: Schema.Boolean,
  device: Schema.optionalKey(Schema.String),
  station: Schema.optionalKey(Schema.String),
  /** A city, where its stations are concerned together. */
  area: Schema.optionalKey(Schema.String),
  /** `DEVICE:SEQ` of the latest message concerned. */
  message: Schema.optionalKey(Schema.String),
  first: Moment,
  last: Moment,
  /** When the twin first said so. */
  found: Moment,
  count: Schema.Int,
  /** 0..1. */
  confidence: Schema.Finite,
  facts: Schema.Array(Schema.Struct({ text: Schema.String, position: Schema.Int })),
})
export type FindingRow = typeof FindingRow.Type

export const FindingsAnswer = Schema.Struct({
  /** Last position in the answer, -1 for none. */
  position: Schema.Int,
  /** Of all that fit the question. */
  total: Schema.Int,
  /** `offset` of the next page; absent on the last one. */
  next: Schema.optionalKey(Schema.Int),
  /** The one that began last first. */
  findings: Schema.Array(FindingRow),
})
export type FindingsAnswer = typeof FindingsAnswer.Type

export const findingsLimitDefault = 100
export const findingsLimitMax = 1_000

const words: Readonly<Record<Kind, string>> = {
  duplicate: "copies of one reception",
  "fabricated-repeat": "fabricated repeats",
  "re-transmission": "the device sent again",
  "late-buffer": "kept by the station, came late",
  "counter-wrap": "counter wrapped",
  reflash: "firmware flashed, counter lost",
  replay: "replayed frames",
  "replay-after-wrap": "replay after a counter wrap",
  "wrap-padding-forgery": "forged by padding",
  "type-relabelling": "frame type relabelled",
  "mac-guessing": "MAC guessing",
  desync: "counter pushed ahead",
  clone: "cloned device",
  "massive-cloning": "devices cloned around a station",
  jamming: "jamming",
  "downlink-unconfirmed": "downlinks jammed or spoofed",
  strangers: "unregistered devices",
}

/** A kind of finding as people say it. */
export const wordsOf = (kind: Kind): string => words[kind]

/** An opinion is a suspicion at most: only what the chain itself refused is shown as refused. */
export const toneOf = (kind: Kind): Tone => (benign.has(kind) ? "plain" : "suspicious")

/** "97 % sure". */
export const sureness = (confidence: number): string => `${Math.round(confidence * 100)} % sure`
