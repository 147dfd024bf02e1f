/**
 * Every threshold and choice of rule, adopted by an event, so that a replay knows what was believed.
 *
 * Stored names and fields are a wire format: change them only by adding, and through `upcast.ts`.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** Policies adopted before the setting existed mean this. */
const withDefault = (value: number) =>
  Schema.Int.pipe(Schema.withDecodingDefaultKey(Effect.succeed(value)))

export const Policy = Schema.Struct({
  /** SIGFOX.md part 4: `rule-1` the current one (support.sigfox.com), `rule-2` that of 2017. */
  counterRule: Schema.Literals(["rule-1", "rule-2"]),
  /** Uplinks a day where the device's registration says nothing; the contract's ceiling is 140. */
  contractPerDay: Schema.Int,
  /** Where counters roll over where the registration says nothing, 128..4096. */
  rollover: Schema.Int,
  /** Rule 1 says nothing of gaps between lo and hi: what to do there. */
  unstatedBand: Schema.Literals(["accept", "refuse"]),
  /** After an out-of-sequence error: take the next acceptable number, or wait for a disengage. */
  afterError: Schema.Literals(["until-acceptable", "until-disengage"]),
  /** Receptions of one message are expected within this time of its first. */
  tallyWindowMs: Schema.Int,
  /** What a station that lost trust contributes. */
  untrustedStations: Schema.Literals(["refuse", "flag"]),
  /** Downlinks that a device may be sent on a UTC day. Policies adopted before it existed mean the contract's 4. */
  downlinksPerDay: Schema.Int.pipe(Schema.withDecodingDefaultKey(Effect.succeed(4))),
  /** A station whose TPM is enrolled is challenged this long after the challenge before. */
  challengeEveryMs: withDefault(21_600_000),
  /** How long a challenge may be answered. */
  challengeWithinMs: withDefault(120_000),
  /** A station that answers no challenge for this long is silent. */
  silentAfterMs: withDefault(900_000),
  /** Accepted evidence older than this is stale. */
  evidenceStaleMs: withDefault(43_200_000),
  /**
   * What is done about a station or a customer that sends more than is permitted: nothing; say so; refuse the surplus; or also
   * block it for a while when that goes on.
   */
  shedding: Schema.Literals(["off", "detect", "throttle", "block"]).pipe(
    Schema.withDecodingDefaultKey(Effect.succeed("off" as const)),
  ),
  /** Messages a minute by way of one station; 0: any number. */
  stationPerMinute: withDefault(0),
  /** Messages a minute from all devices of one customer; 0: any number. */
  customerPerMinute: withDefault(0),
  /** So many messages shed within ten minutes make the step `block` block. */
  blockAfterShed: withDefault(500),
  /** How long such a block lasts. */
  blockForMs: withDefault(3_600_000),
})
export type Policy = typeof Policy.Type

/**
 * What holds before any policy is adopted: version 0.
 *
 * The tally window takes three transmissions of 2.1 s with gaps up to 2 s (SIGFOX.md part 3) and a
 * station's buffer of some seconds, rounded up.
 */
export const policyDefault: Policy = {
  counterRule: "rule-1",
  contractPerDay: 140,
  rollover: 4096,
  unstatedBand: "accept",
  afterError: "until-acceptable",
  tallyWindowMs: 30_000,
  untrustedStations: "refuse",
  downlinksPerDay: 4,
  challengeEveryMs: 21_600_000,
  challengeWithinMs: 120_000,
  silentAfterMs: 900_000,
  evidenceStaleMs: 43_200_000,
  shedding: "off",
  stationPerMinute: 0,
  customerPerMinute: 0,
  blockAfterShed: 500,
  blockForMs: 3_600_000,
}

export const PolicyAdopted = Schema.TaggedStruct("PolicyAdopted", {
  version: Schema.Int,
  policy: Policy,
  note: Schema.String,
})
export type PolicyAdopted = typeof PolicyAdopted.Type
