/**
 * The records of the attestation vector files (JSON lines): stations, boots, policies, and quotes and enrolments with
 * what must come out (tests/vectors/tpm/README.md). Fields a record has beyond these are ignored.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Instant from "../kernel/Instant.ts"

/** Any text: what is no hex is for the rules to refuse. */
const Text = Schema.String
const Time = Schema.String.check(
  Schema.makeFilter((text: string) => Instant.parse(text) !== undefined || "an ISO 8601 instant"),
)
const Lines = Schema.Array(Schema.String)
const Values = Schema.Record(Schema.String, Schema.Record(Schema.String, Schema.String))
const U64 = Schema.Union([Schema.String.check(Schema.isPattern(/^[0-9]{1,20}$/)), Schema.Int])

export const Station = Schema.Struct({
  station: Text,
  ek_pub_tpm2b: Text,
  ak_pub_tpm2b: Text,
})
export type Station = typeof Station.Type

export const Boot = Schema.Struct({ id: Text, eventlog: Text, ima: Lines })
export type Boot = typeof Boot.Type

export const Policy = Schema.Struct({
  id: Text,
  station: Schema.optionalKey(Text),
  status: Schema.optionalKey(Text),
  selection: Schema.Record(Schema.String, Schema.Array(Schema.Int)),
  reference: Values,
  firmwareVersion: Text,
  ima_allow: Schema.optionalKey(Schema.NullOr(Schema.Record(Schema.String, Lines))),
})
export type Policy = typeof Policy.Type

const Expect = Schema.Struct({
  verdict: Schema.Literals(["accept", "reject"]),
  reasons: Lines,
  primary: Schema.optionalKey(Text),
})
export type Expect = typeof Expect.Type

const about = { id: Text, kind: Text, station: Text, expect: Expect }

export const Quote = Schema.Struct({
  ...about,
  challenge: Schema.Struct({
    nonce: Text,
    issued_at: Schema.optionalKey(Time),
    expires_at: Time,
    consumed: Schema.Boolean,
  }),
  received_at: Time,
  boot: Schema.NullOr(Text),
  ima_count: Schema.NullOr(Schema.Int),
  ima_override: Schema.optionalKey(Lines),
  eventlog_override: Schema.optionalKey(Text),
  policy: Text,
  prior: Schema.NullOr(
    Schema.Struct({
      at: Time,
      clock: U64,
      resetCount: Schema.Int,
      restartCount: Schema.Int,
      safe: Schema.Boolean,
      firmwareVersion: Text,
    }),
  ),
  evidence: Schema.Struct({ attest: Text, sig_tpmt: Text, pcrs: Values }),
})
export type Quote = typeof Quote.Type

export const Enrolment = Schema.Struct({
  ...about,
  enrolled_at: Time,
  ek_cert_der: Schema.NullOr(Text),
  ek_pub: Text,
  ak_pub: Text,
  credential: Schema.Struct({ id_object: Text, enc_secret: Text, secret: Text, seed: Text }),
  activated_secret: Schema.NullOr(Text),
})
export type Enrolment = typeof Enrolment.Type

/** Milliseconds of an instant that the schema let through. */
export const msOf = (time: string): number => Instant.parse(time) ?? 0

/** What stands in a line of one of the files beside the vectors, or what is wrong with it. */
export const parseAs =
  <A>(schema: Schema.Decoder<A>) =>
  (text: string): A | string => {
    const json = parseJson(text)
    if (json === undefined) return "the line is no JSON"
    const read = Schema.decodeUnknownResult(schema)(json)
    return Result.isSuccess(read) ? read.success : read.failure.message
  }

/** A vector: a quote, an enrolment, or what is wrong with the line. */
export const parse = (text: string): Quote | Enrolment | string => {
  const json = parseJson(text)
  if (json === undefined) return "the line is no JSON"
  if (typeof json !== "object" || json === null) return "the line is no record"
  if ("evidence" in json) return parseAs(Quote)(text)
  if ("credential" in json) return parseAs(Enrolment)(text)
  return "neither a quote (no evidence) nor an enrolment (no credential)"
}

/** As the rules write hex. */
export const lower = (hex: string): string => hex.toLowerCase()

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    // JSON.parse says "no JSON" only by throwing.
    return undefined
  }
}
