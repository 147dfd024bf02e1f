/**
 * Histories for laws. Two kinds:
 *
 * - `plausible`: few devices, stations, numbers and destinations, so that things collide: copies, repeats,
 *   wraps, late reports, outcomes of what was never owed.
 * - `arbitrary`: whatever the schemas of events allow.
 */
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import type {
  AppraisalPolicy,
  Evidence,
  Identity,
  QuoteResult,
} from "../../core/attestation/Evidence.ts"
import type { Recorded } from "../../core/event/Envelope.ts"
import { type Event, Known } from "../../core/event/Event.ts"
import {
  AccountId,
  AlertTargetId,
  CredentialId,
  CustomerId,
  DataCentreId,
  DestinationId,
  DeviceId,
  PartId,
  ServiceId,
  GroupId,
  SourceId,
  SourceMessageId,
  StationId,
} from "../../core/event/ids.ts"
import { policyDefault } from "../../core/event/policy.ts"
import { streamOf } from "../../core/event/streamOf.ts"

export type History = ReadonlyArray<Recorded>

export interface Step {
  readonly event: Event
  /** Since the step before, ms; the source's clock may run back. */
  readonly occurredDeltaMs: number
  readonly recordedDeltaMs: number
  /** Positions before its own of its causes. */
  readonly causesBack: ReadonlyArray<number>
}

const beginMs = Date.UTC(2026, 0, 1)

/** Puts events in a log's order, from position `first` on. */
export const historyOf = (steps: ReadonlyArray<Step>, first = 0): History => {
  const revisions = new Map<string, number>()
  let occurredMs = beginMs
  let recordedMs = beginMs
  return steps.map((step, i) => {
    const position = first + i
    const stream = streamOf(step.event)
    const revision = (revisions.get(stream) ?? -1) + 1
    revisions.set(stream, revision)
    occurredMs += step.occurredDeltaMs
    recordedMs += step.recordedDeltaMs
    return {
      position,
      stream,
      revision,
      occurredMs,
      recordedMs,
      causes: step.causesBack.map((back) => position - back).filter((cause) => cause >= 0),
      event: step.event,
    }
  })
}

/** The event, a second after the one before, caused by those so many positions before it. */
export const because = (event: Event, ...causesBack: ReadonlyArray<number>): Step => ({
  event,
  occurredDeltaMs: 1000,
  recordedDeltaMs: 1000,
  causesBack,
})

export const device = (n: number): DeviceId => DeviceId.make(`D${n}`)
export const station = (n: number): StationId => StationId.make(`S${n}`)
export const customer = (n: number): CustomerId => CustomerId.make(`c${n}`)
export const destination = (n: number): DestinationId => DestinationId.make(`to${n}`)
export const part = (n: number): PartId => PartId.make(`p${n}`)
export const source = SourceId.make("test")

const oneOf = <A>(make: (n: number) => A, count: number): fc.Arbitrary<A> =>
  fc.integer({ min: 0, max: count - 1 }).map(make)

const devices = oneOf(device, 4)
const stations = oneOf(station, 3)
const customers = oneOf(customer, 2)
const nonces = fc.constantFrom("n1", "n2")
const referenceValues = (id: string): AppraisalPolicy => ({
  id,
  selection: { sha256: [0, 10] },
  reference: { sha256: { "0": "aa" } },
  firmwareVersion: "2019102300163636",
  imaAllow: null,
  bootLog: "required",
  clockAheadMsMax: 600_000,
})

const evidence = (ima: Evidence["ima"]): Evidence => ({
  attest: "ff544347",
  signature: "0014",
  pcrs: { sha256: { "0": "aa", "10": "bb" } },
  bootLog: null,
  ima,
})

const identities = fc.constantFrom("000baa", "000bab").map((akName): Identity => ({
  akPublic: "0118",
  akName,
  ekName: "000bee",
  qualifiedName: "000baf",
  scheme: "rsassa",
  hash: "sha256",
}))

const quoteResults: fc.Arbitrary<QuoteResult> = fc.oneof(
  fc.constantFrom("aa", "bb").map((digest): QuoteResult => ({
    _tag: "QuoteAccepted",
    warnings: [],
    state: {
      atMs: beginMs,
      clock: "4096",
      resetCount: 1,
      restartCount: 0,
      safe: true,
      firmwareVersion: "2019102300163636",
      ima: null,
    },
    configDigest: digest.repeat(32),
  })),
  fc
    .constantFrom("pcr_reference" as const, "nonce_mismatch" as const)
    .map((reason): QuoteResult => ({
      _tag: "QuoteRefused",
      rule: 12,
      reason,
      detail: "",
      about: ["sha256:8"],
      warnings: [],
    })),
)

const seqs = fc.integer({ min: 0, max: 9 })
const epochs = fc.integer({ min: 0, max: 1 })
const digests = fc.constantFrom("aa", "bb")
const rssis = fc.integer({ min: -140, max: -90 })
const optional = <A>(key: string, value: fc.Arbitrary<A>): fc.Arbitrary<Record<string, A>> =>
  fc.option(value, { nil: undefined }).map((given) => (given === undefined ? {} : { [key]: given }))

/** Fields that every event of the kind has, and ones that may be absent. */
const kind = (
  _tag: string,
  fields: Record<string, fc.Arbitrary<unknown>>,
  maybe: Record<string, fc.Arbitrary<unknown>> = {},
): fc.Arbitrary<Event> =>
  fc
    .tuple(fc.record(fields), ...Object.entries(maybe).map(([key, value]) => optional(key, value)))
    // Fields of the kind's schema: `plausible` events are checked against it in a test.
    .map(([given, ...others]) => Object.assign({ _tag }, given, ...others) as Event)

const sealed = digests.map((digest) => ({ digest, length: 2, bytes: new Uint8Array(18) }))
const notices = fc.constantFrom("data-advanced", "acknowledge")
const obligation = {
  device: oneOf(device, 2),
  seq: fc.integer({ min: 0, max: 3 }),
  epoch: epochs,
  customer: customers,
  destination: oneOf(destination, 2),
}

/** Few devices and numbers, so that what became of an asking often meets it. */
const asking = {
  device: oneOf(device, 2),
  seq: fc.integer({ min: 0, max: 3 }),
  epoch: epochs,
}

const stationReports = fc.array(
  fc
    .tuple(stations, optional("rssiDbm", rssis), optional("repetitions", fc.constant(2)))
    .map(([heardBy, ...others]) => Object.assign({ station: heardBy }, ...others) as unknown),
  { maxLength: 3 },
)

const policies = fc.record({
  counterRule: fc.constantFrom("rule-1", "rule-2"),
  contractPerDay: fc.constantFrom(1, 140),
  rollover: fc.constantFrom(8, 10, 4096),
  unstatedBand: fc.constantFrom("accept", "refuse"),
  afterError: fc.constantFrom("until-acceptable", "until-disengage"),
  tallyWindowMs: fc.constantFrom(0, 2_000, policyDefault.tallyWindowMs),
  untrustedStations: fc.constantFrom("refuse", "flag"),
  challengeEveryMs: fc.constant(policyDefault.challengeEveryMs),
  challengeWithinMs: fc.constant(policyDefault.challengeWithinMs),
  silentAfterMs: fc.constantFrom(1_000, policyDefault.silentAfterMs),
  evidenceStaleMs: fc.constantFrom(2_000, policyDefault.evidenceStaleMs),
  shedding: fc.constantFrom("off" as const, "detect" as const, "block" as const),
  stationPerMinute: fc.constantFrom(0, 1),
  customerPerMinute: fc.constantFrom(0, 2),
  blockAfterShed: fc.constantFrom(1, 500),
  blockForMs: fc.constantFrom(1_000, policyDefault.blockForMs),
  downlinksPerDay: fc.constantFrom(0, 1, 4),
})

const by = fc.constant("local")
const accounts = oneOf((n) => AccountId.make(`a${n}`), 2)
const groups = oneOf((n) => GroupId.make(`g${n}`), 3)
const role = fc.constantFrom("operator", "CUSTOMER_R")
const grantScope = { group: groups, customer: customers }
const alertTargets = oneOf((n) => AlertTargetId.make(`t${n}`), 2)
const alertOf = fc.constantFrom("traffic-surge|network|0", "station-outage|station:S0|1")
const alertPhase = fc.constantFrom("opened" as const, "cleared" as const)
const alertAttempt = {
  target: alertTargets,
  anomaly: alertOf,
  phase: alertPhase,
  attempt: fc.constant(1),
  durationMs: fc.constant(12),
}
const credential = { account: accounts, credential: oneOf((n) => CredentialId.make(`k${n}`), 2) }

const events: ReadonlyArray<readonly [weight: number, event: fc.Arbitrary<Event>]> = [
  [
    12,
    kind(
      "FrameHeard",
      {
        source: fc.constant(source),
        station: stations,
        device: devices,
        frameType: fc.constantFrom(0x35f, 0xf67),
        rank: fc.constantFrom(1, 2, 3),
        flags: fc.constantFrom(0, 2),
        seq: seqs,
        mac: fc.constant("beef"),
        crc: fc.constant(1),
        payload: sealed,
        check: fc.constantFrom("ok", "ok", "ok", "wrong-mac", "unknown-device"),
        keyVersion: fc.constant(1),
      },
      {
        rssiDbm: rssis,
        configDigest: fc.constantFrom("good", "bad"),
        signs: fc.constantFrom(["wrap-padding"], ["control-odd"]),
      },
    ),
  ],
  [
    8,
    kind(
      "MessageAccepted",
      {
        device: devices,
        seq: seqs,
        epoch: epochs,
        kind: fc.constant("data"),
        downlinkAsked: fc.boolean(),
        missing: fc.integer({ min: 0, max: 5 }),
        policy: fc.constant(0),
      },
      {
        warning: fc.constantFrom("break", "first", "disengaged"),
        standing: fc.constantFrom("attested", "stale", "silent", "refused"),
      },
    ),
  ],
  [
    4,
    kind(
      "MessageRefused",
      {
        device: devices,
        seq: seqs,
        reason: fc.constantFrom(
          "number-seen",
          "out-of-sequence",
          "wrong-mac",
          "unknown-device",
          "blocked",
        ),
        policy: fc.constant(0),
      },
      { expectedSeq: seqs, gapMax: seqs },
    ),
  ],
  [
    6,
    kind(
      "MessageReported",
      {
        source: fc.constant(source),
        report: fc.constantFrom("uplink", "data-advanced"),
        device: devices,
        stations: stationReports,
      },
      { seq: seqs, id: oneOf((n) => SourceMessageId.make(`m${n}`), 3), lqi: fc.constant(2) },
    ),
  ],
  [
    3,
    kind(
      "ReceptionReported",
      {
        source: fc.constant(source),
        station: stations,
        device: devices,
        id: oneOf((n) => SourceMessageId.make(`m${n}`), 3),
      },
      { rssiDbm: rssis },
    ),
  ],
  [
    1,
    kind("ServiceReported", {
      source: fc.constant(source),
      device: devices,
      service: fc.constant("status"),
      fields: fc.constant({}),
    }),
  ],
  [
    1,
    kind("BytesHeard", {
      source: fc.constant(source),
      station: stations,
      bytes: sealed,
      reason: fc.constant("length"),
      field: fc.constant("body"),
      offset: fc.constant(0),
    }),
  ],
  [6, kind("DeliveryOwed", obligation, { notice: notices })],
  [
    4,
    kind(
      "DeliverySucceeded",
      {
        ...obligation,
        attempt: fc.constant(1),
        status: fc.constant(200),
        durationMs: fc.constant(12.5),
      },
      { notice: notices, repeat: fc.constant(true) },
    ),
  ],
  [
    3,
    kind(
      "DeliveryFailed",
      {
        ...obligation,
        attempt: fc.constant(1),
        error: fc.constant("timeout"),
        durationMs: fc.constant(10_000),
        nextAttemptAtMs: fc.constant(1),
      },
      { status: fc.constant(500), notice: notices },
    ),
  ],
  [
    2,
    kind(
      "DeliveryAbandoned",
      { ...obligation, attempts: fc.constant(4), error: fc.constant("timeout") },
      { notice: notices },
    ),
  ],
  [1, kind("DeliveriesBegan", { owed: fc.array(fc.nat(200), { maxLength: 3 }) })],
  [
    2,
    kind(
      "RedeliveryAsked",
      { ...obligation, was: fc.constantFrom("given-up", "delivered"), note: fc.constant("") },
      { notice: notices },
    ),
  ],
  [
    1,
    kind("CircuitOpened", {
      customer: customers,
      destination: oneOf(destination, 2),
      failures: fc.constant(5),
      error: fc.constant("timeout"),
    }),
  ],
  [1, kind("CircuitClosed", { customer: customers, destination: oneOf(destination, 2) })],
  [
    3,
    kind(
      "CorePartAdded",
      {
        part: oneOf(part, 4),
        kind: fc.constantFrom("server", "transit-link", "backend"),
        joins: fc.array(oneOf(part, 4), { maxLength: 3 }),
      },
      { name: fc.constant("one"), dataCentre: oneOf((n) => DataCentreId.make(`dc${n}`), 2) },
    ),
  ],
  [1, kind("CorePartRemoved", { part: oneOf(part, 4) })],
  [
    3,
    kind(
      "CorePartReported",
      { part: oneOf(part, 4), up: fc.boolean() },
      { detail: fc.constant("fan") },
    ),
  ],
  [
    2,
    kind("CoreServiceDeclared", {
      service: oneOf((n) => ServiceId.make(`s${n}`), 2),
      from: fc.array(oneOf(part, 4), { maxLength: 2 }),
      to: fc.array(oneOf(part, 4), { maxLength: 2 }),
    }),
  ],
  [
    1,
    kind("SourceAdded", {
      source: fc.constant(source),
      url: fc.constant("https://example.org/v2"),
      deviceTypes: fc.constant(["t1"]),
      everyS: fc.constant(60),
      secretVersion: fc.constant(1),
      loopbackAllowed: fc.boolean(),
    }),
  ],
  [1, kind("SourceRemoved", { source: fc.constant(source) })],
  [
    1,
    kind(
      "SourcePolled",
      {
        source: fc.constant(source),
        deviceType: fc.constant("t1"),
        outcome: fc.constantFrom("done", "limited", "failed"),
        messages: fc.constant(2),
        added: fc.constant(1),
        doneMs: fc.constant(beginMs),
      },
      { detail: fc.constant("status 429") },
    ),
  ],
  [
    3,
    kind(
      "DeviceRegistered",
      { device: devices, keyVersion: fc.constant(1) },
      {
        customer: customers,
        group: fc.constant("meters"),
        radioZone: fc.constantFrom("RC1", "RC2"),
        contractPerDay: fc.constantFrom(1, 140),
        rollover: fc.constantFrom(8, 128),
      },
    ),
  ],
  [1, kind("DeviceKeyReplaced", { device: devices, keyVersion: fc.constant(2) })],
  [1, kind("DeviceRetired", { device: devices })],
  [1, kind("CounterDisengaged", { device: devices, note: fc.constant("") })],
  [
    2,
    kind(
      "StationEnrolled",
      { station: stations },
      { name: fc.constant("north"), dataCentre: oneOf((n) => DataCentreId.make(`dc${n}`), 2) },
    ),
  ],
  [1, kind("StationRetired", { station: stations })],
  [
    1,
    kind("DataCentreOpened", {
      dataCentre: oneOf((n) => DataCentreId.make(`dc${n}`), 2),
      name: fc.constant("one"),
      links: fc.subarray(["a", "b"]),
    }),
  ],
  [
    2,
    kind("LinkReported", {
      dataCentre: oneOf((n) => DataCentreId.make(`dc${n}`), 2),
      link: fc.constantFrom("a", "b", "c"),
      up: fc.boolean(),
    }),
  ],
  [1, kind("CustomerRegistered", { customer: customers }, { name: fc.constant("hydro") })],
  [1, kind("CustomerRetired", { customer: customers })],
  [
    2,
    kind("DestinationAdded", {
      customer: customers,
      destination: oneOf(destination, 2),
      url: fc.constant("https://example.org/"),
      loopbackAllowed: fc.boolean(),
    }),
  ],
  [1, kind("DestinationRemoved", { customer: customers, destination: oneOf(destination, 2) })],
  [
    2,
    kind("ReferenceValuesAdopted", {
      station: stations,
      configDigest: fc.constantFrom("good", "other"),
    }),
  ],
  [
    1,
    kind("StationTrustLost", {
      station: stations,
      expected: fc.constant("good"),
      seen: fc.constant("bad"),
      policy: fc.constant(0),
    }),
  ],
  [
    1,
    kind("StationTrustRestored", {
      station: stations,
      configDigest: fc.constant("good"),
      policy: fc.constant(0),
    }),
  ],
  [
    1,
    kind("PolicyAdopted", {
      version: fc.integer({ min: 1, max: 3 }),
      policy: policies,
      note: fc.constant(""),
    }),
  ],
  [
    1,
    kind("DemoBegan", { seed: fc.constant(1), devices: fc.constant(1), stations: fc.constant(1) }),
  ],
  [1, kind("PayloadsErased", { device: devices, note: fc.constant("") })],
  [
    1,
    kind("RetentionSet", { by }, { customer: customers, days: fc.integer({ min: 1, max: 400 }) }),
  ],
  [
    1,
    kind("PayloadsExpired", {
      customer: customers,
      day: fc.integer({ min: 19_000, max: 21_000 }),
      destroyed: fc.nat(9),
      renewed: fc.nat(9),
    }),
  ],
  [1, kind("Ticked", { due: fc.constant("silence") })],
  [
    1,
    kind("ReceptionsRepeated", {
      source: fc.constant(source),
      station: stations,
      count: fc.integer({ min: 1, max: 9 }),
    }),
  ],
  [1, kind("EarlierTwinFound", { device: devices, seq: seqs, earlierMs: fc.constant(beginMs) })],
  [1, kind("DownlinkDefaultSet", { device: devices }, { payload: sealed })],
  [
    3,
    kind("DownlinkAsked", {
      ...asking,
      opensAtMs: fc.constant(beginMs),
      closesAtMs: fc.constant(beginMs + 25_000),
    }),
  ],
  [
    2,
    kind(
      "DownlinkScheduled",
      {
        ...asking,
        station: stations,
        by: fc.constantFrom("customer", "default"),
        payload: sealed,
        keyVersion: fc.constant(1),
        transmitAtMs: fc.constant(beginMs),
        closesAtMs: fc.constant(beginMs + 25_000),
        policy: fc.constant(0),
      },
      { frequencyHz: fc.constant(869_525_000) },
    ),
  ],
  [
    1,
    kind("DownlinkRefused", {
      ...asking,
      reason: fc.constantFrom("quota", "no-answer"),
      policy: fc.constant(0),
    }),
  ],
  [
    2,
    kind("DownlinkTransmitted", {
      ...asking,
      station: stations,
      mac: fc.constant("58f2"),
      confirmByMs: fc.constant(beginMs),
    }),
  ],
  [
    1,
    kind("DownlinkNotTransmitted", {
      ...asking,
      station: stations,
      error: fc.constant("no-link"),
    }),
  ],
  [1, kind("DownlinkConfirmed", { ...asking, confirmationSeq: seqs, rssiDbm: fc.constant(-100) })],
  [1, kind("DownlinkUnconfirmed", { ...asking, station: stations })],
  [1, kind("StrayConfirmationHeard", { ...asking, rssiDbm: fc.constant(-100) })],
  [
    1,
    kind(
      "PayloadSchemeAdopted",
      {
        device: devices,
        keyVersion: fc.integer({ min: 0, max: 2 }),
        rolloverCounter: fc.integer({ min: 0, max: 2 }),
        epoch: epochs,
      },
      { scheme: fc.constant("sigtwin-ctr-1") },
    ),
  ],
  [
    2,
    kind("ChallengeIssued", {
      station: stations,
      nonce: nonces,
      expiresMs: fc.constantFrom(beginMs, beginMs + 120_000, beginMs + 86_400_000),
      why: fc.constantFrom("interval", "unanswered", "boot"),
      policy: fc.constant(0),
    }),
  ],
  [
    2,
    kind("EvidencePresented", {
      station: stations,
      evidence: fc.constantFrom(evidence(null), evidence({ from: 0, list: "" })),
    }),
  ],
  [
    3,
    kind(
      "EvidenceAppraised",
      {
        station: stations,
        identity: fc.constantFrom("e1", "e2", "e3"),
        result: quoteResults,
        reference: fc.constant("make/1"),
        policy: fc.constant(0),
        rules: fc.constant(1),
      },
      { nonce: nonces },
    ),
  ],
  [
    1,
    kind("StationFellSilent", {
      station: stations,
      sinceMs: fc.constant(beginMs),
      policy: fc.constant(0),
    }),
  ],
  [1, kind("StationBootRefused", { station: stations, detail: fc.constant("0x99d") })],
  [
    1,
    kind("ForeignReceptionsRefused", {
      station: stations,
      claimed: stations,
      count: fc.constant(2),
    }),
  ],
  [
    1,
    kind("EndorsementRootTrusted", {
      fingerprint: fc.constantFrom("f1", "f2"),
      subject: fc.constant("CN=root"),
      certificate: fc.constant("-----BEGIN CERTIFICATE-----"),
      role: fc.constantFrom("root", "issuer"),
    }),
  ],
  [1, kind("EndorsementRootDistrusted", { fingerprint: fc.constantFrom("f1", "f2") })],
  [1, kind("EndorsementKeyPinned", { station: stations, ekName: fc.constant("000bee") })],
  [
    1,
    kind("EnrolmentOffered", {
      station: stations,
      evidence: fc.constant({ ekCertificate: null, ekPublic: "013a", akPublic: "0118" }),
    }),
  ],
  [
    1,
    kind("CredentialIssued", {
      station: stations,
      akName: fc.constant("000baa"),
      idObject: fc.constant("0044"),
      encryptedSecret: fc.constant("0100"),
      seed: sealed,
      expiresMs: fc.constant(beginMs),
    }),
  ],
  [
    1,
    kind("EnrolmentRefused", {
      station: stations,
      rule: fc.constant(1),
      reason: fc.constant("ek_chain"),
      detail: fc.constant(""),
      rules: fc.constant(1),
    }),
  ],
  [
    2,
    kind("StationTpmEnrolled", {
      station: stations,
      identity: identities,
      by: fc.constantFrom("chain", "pin"),
      secret: fc.constant("5e"),
      seed: fc.constant("5d"),
      rules: fc.constant(1),
    }),
  ],
  [
    1,
    kind("StationCertified", {
      station: stations,
      akName: fc.constantFrom("000baa", "000bab"),
      fingerprint: fc.constantFrom("c1", "c2"),
      notAfterMs: fc.constant(beginMs + 86_400_000),
    }),
  ],
  [
    1,
    kind(
      "ReferenceValuesPublished",
      {
        values: fc.constantFrom("make/1", "make/2").map(referenceValues),
      },
      { stations: stations.map((one) => [one]) },
    ),
  ],
  [3, kind("TrafficBlocked", { by, why: fc.constant("") }, { station: stations, untilMs: seqs })],
  [1, kind("TrafficUnblocked", { by, why: fc.constant("") }, { station: stations })],
  [
    1,
    kind(
      "RateExceeded",
      { perMinute: fc.constant(60), step: fc.constant("throttle"), policy: fc.constant(1) },
      { station: stations, customer: customers },
    ),
  ],
  [
    1,
    kind("AlertTargetAdded", {
      target: alertTargets,
      url: fc.constant("https://ops.example/alerts"),
      loopbackAllowed: fc.constant(false),
      by,
    }),
  ],
  [1, kind("AlertTargetRemoved", { target: alertTargets, by })],
  [
    1,
    kind("AlertRaised", {
      anomaly: alertOf,
      phase: alertPhase,
      kind: fc.constant("traffic-surge"),
      text: fc.constant("more than usual"),
      sinceMs: fc.constant(beginMs),
      targets: alertTargets.map((one) => [one]),
    }),
  ],
  [1, kind("AlertSent", { ...alertAttempt, status: fc.constant(200) })],
  [
    1,
    kind(
      "AlertFailed",
      { ...alertAttempt, error: fc.constant("timeout") },
      { nextAttemptAtMs: seqs },
    ),
  ],
  [2, kind("AccountAdded", { account: accounts, passwordVersion: fc.constant(1), by })],
  [1, kind("PasswordSet", { account: accounts, passwordVersion: fc.constant(2), by })],
  [1, kind("AccountDisabled", { account: accounts, by })],
  [1, kind("AccountEnabled", { account: accounts, by })],
  [1, kind("GroupPlaced", { group: groups, by }, { parent: groups })],
  [2, kind("RoleGranted", { account: accounts, role, payloads: fc.boolean(), by }, grantScope)],
  [1, kind("RoleRevoked", { account: accounts, role, by }, grantScope)],
  [1, kind("CredentialCreated", { ...credential, note: fc.constant(""), by }, { expiresMs: seqs })],
  [1, kind("CredentialRevoked", { ...credential, by })],
  [1, kind("SessionOpened", { account: accounts, how: fc.constant("password"), from: by })],
  [1, kind("SessionClosed", { account: accounts })],
  [
    1,
    kind(
      "AccessRefused",
      { from: by, what: fc.constant("login"), why: fc.constant("no-login"), count: fc.constant(2) },
      { account: accounts },
    ),
  ],
  [1, kind("CommandGiven", { by, command: fc.constant("RegisterDevice") })],
  [1, kind("ReferenceValuesSuperseded", { id: fc.constantFrom("make/1", "make/2") })],
  [1, fc.constant<Event>({ _tag: "Unknown", kind: "FromTheFuture", data: { x: 1 } })],
]

export const plausibleEvent: fc.Arbitrary<Event> = fc.oneof(
  ...events.map(([weight, arbitrary]) => ({ weight, arbitrary })),
)

const step: fc.Arbitrary<Step> = fc.record({
  event: plausibleEvent,
  occurredDeltaMs: fc.constantFrom(0, 1, 500, 1_000, 1_000, 40_000, 86_400_000, -1_500, -50_000),
  recordedDeltaMs: fc.constantFrom(0, 1, 700, 5_000, 86_400_000),
  causesBack: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 2 }),
})

export const plausible = (maxLength = 120): fc.Arbitrary<History> =>
  // Without "max" fast-check makes lists of about ten.
  fc.array(step, { maxLength, size: "max" }).map((steps) => historyOf(steps))

const sampled = (seed: number, count: number): ReadonlyArray<Event> =>
  Effect.runSync(Arbitrary.sampleEffect(Arbitrary.schema(Known), { seed, count }))

/** Any events of the schemas, at any times. */
export const arbitrary: fc.Arbitrary<History> = fc
  .tuple(fc.integer(), fc.integer({ min: 0, max: 30 }), fc.array(fc.integer(), { maxLength: 30 }))
  .map(([seed, count, deltas]) =>
    historyOf(
      sampled(seed, count).map((event, i) => ({
        event,
        occurredDeltaMs: deltas[i] ?? 1000,
        recordedDeltaMs: Math.abs(deltas[i] ?? 1000),
        causesBack: [1],
      })),
    ),
  )

export const history: fc.Arbitrary<History> = fc.oneof(
  { weight: 4, arbitrary: plausible() },
  { weight: 1, arbitrary },
)
