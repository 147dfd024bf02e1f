/**
 * What a station's TPM proved: PCRs against reference values, boot log, last quotes, counters, and whether the verifier
 * itself is at work.
 */
import * as BootLog from "../../../core/attestation/BootLog.ts"
import type { Evidence, QuoteResult } from "../../../core/attestation/Evidence.ts"
import * as Ima from "../../../core/attestation/Ima.ts"
import * as Malformed from "../../../core/attestation/Malformed.ts"
import * as Attested from "../../../core/decide/Attested.ts"
import * as Endorsements from "../../../core/decide/Endorsements.ts"
import type { Standing } from "../../../core/event/attestation.ts"
import * as Bytes from "../../../core/kernel/Bytes.ts"
import type * as Integrity from "../../../projections/integrity/Integrity.ts"
import type { Fact, FactTable, Measured } from "../../api/EntityState.ts"
import { at, count, fact, factIf, parts, table } from "./facts.ts"

/** Events of a boot log shown one by one; all are counted. */
export const bootEventsMax = 24

/** What the states do not hold of the last quote. */
export interface Shown {
  readonly evidence: Evidence | undefined
  /** The instant that is asked about. */
  readonly atMs: number
}

export const tellAttestation = (
  state: Integrity.State,
  station: Integrity.Station,
  shown: Shown,
): ReadonlyArray<FactTable> => {
  const { attested } = station
  if (attested === null || attested.identity === null) return []
  return [
    ...table("Attestation", attestation(state, station, attested, shown.atMs)),
    ...table("Last quotes", attested.quotes.map(quote)),
    ...table("Counters", counters(attested)),
    ...table("PCRs", pcrs(measuredOf(state, station, shown.evidence))),
    ...table("Boot log", bootLog(shown.evidence)),
  ]
}

const attestation = (
  state: Integrity.State,
  station: Integrity.Station,
  known: Attested.Attested,
  atMs: number,
): ReadonlyArray<Fact> => {
  const standing = Attested.standingAt(known, station.trust === "lost", atMs, state)
  const { bootRefused, certificate, challenge, foreign, good, identity, silent } = known
  const reference = Endorsements.referenceFor(state.endorsements, station.station)
  return [
    fact("stands", standing, { tone: toneOf(standing) }),
    fact("TPM", `${known.by === "pin" ? "pinned" : "endorsed"}, ${identity?.scheme ?? ""}`, {
      position: known.enrolledAt,
    }),
    ...factIf("attestation key", identity?.akName),
    ...factIf("reference values", reference?.values.id, { position: reference?.at ?? null }),
    fact("last accepted", at(good?.ms ?? null), { position: good?.at ?? null }),
    fact("last answer", at(known.lastAnswerMs)),
    ...(challenge === null
      ? [fact("last challenge", "never")]
      : [
          fact(
            "last challenge",
            parts(at(challenge.issuedMs), challenge.why, openWord(challenge, atMs)),
            { position: challenge.at },
          ),
        ]),
    ...verifier(state, challenge, atMs),
    ...(silent === null
      ? []
      : [
          fact("silent since", at(silent.sinceMs), {
            tone: "suspicious",
            position: silent.at,
          }),
        ]),
    ...(bootRefused === null
      ? []
      : [
          fact("boot refused", parts(at(bootRefused.ms), bootRefused.detail), {
            tone: "refused",
            position: bootRefused.at,
          }),
        ]),
    ...(certificate === null
      ? []
      : [
          fact(
            "certificate",
            `${certificate.fingerprint.slice(0, 16)}… until ${at(certificate.notAfterMs)}`,
            {
              position: certificate.at,
            },
          ),
        ]),
    ...(foreign === 0 ? [] : [fact("sent as another's, refused", foreign, { tone: "refused" })]),
  ]
}

/** Challenges that do not come show a verifier that does not run: the station cannot be blamed for it. */
const verifier = (
  { challengeEveryMs }: Integrity.State,
  challenge: Attested.Challenge | null,
  atMs: number,
): ReadonlyArray<Fact> =>
  challenge !== null && atMs - challenge.issuedMs > 2 * challengeEveryMs
    ? [
        fact("verifier", `issued no challenge since ${at(challenge.issuedMs)}: does it run?`, {
          tone: "suspicious",
        }),
      ]
    : []

const openWord = ({ consumed, expiresMs }: Attested.Challenge, atMs: number): string =>
  consumed ? "answered" : atMs < expiresMs ? "open" : "not answered"

const toneOf = (standing: Standing): Fact["tone"] => {
  switch (standing) {
    case "attested":
      return "good"
    case "refused":
      return "refused"
    case "stale":
    case "silent":
      return "suspicious"
    case "unknown":
      return "plain"
  }
}

const quote = ({ at: position, ms, reference, result }: Attested.Quote): Fact =>
  fact(at(ms), parts(wordsOf(result), reference), {
    tone:
      result._tag === "QuoteRefused"
        ? "refused"
        : result.warnings.length > 0
          ? "suspicious"
          : "good",
    position,
  })

const wordsOf = (result: QuoteResult): string =>
  result._tag === "QuoteRefused"
    ? parts(`refused: ${result.reason}`, result.about.join(", "), result.detail)
    : parts("accepted", ...result.warnings)

const counters = ({ prior }: Attested.Attested): ReadonlyArray<Fact> =>
  prior === null
    ? []
    : [
        fact("TPM clock", `${prior.clock} ms${prior.safe ? "" : ", not safe"}`),
        fact("resets", prior.resetCount),
        fact("restarts", prior.restartCount),
        fact("TPM firmware", prior.firmwareVersion),
        ...(prior.ima === null ? [] : [fact("files measured", prior.ima.entries)]),
      ]

/** PCR values of the last quote beside those they should have. Of evidence that was refused they may be anybody's word. */
export const measuredOf = (
  state: Integrity.State,
  { station }: Integrity.Station,
  evidence: Evidence | undefined,
): ReadonlyArray<Measured> => {
  const reference = Endorsements.referenceFor(state.endorsements, station)
  if (evidence === undefined || reference === undefined) return []
  const { reference: wanted, selection } = reference.values
  return Object.entries(selection).flatMap(([bank, indices]) =>
    indices.map((index) => {
      const quoted = evidence.pcrs[bank]?.[String(index)] ?? null
      const should = wanted[bank]?.[String(index)] ?? null
      return {
        bank,
        index,
        quoted,
        reference: should,
        differs: should !== null && quoted !== should,
      }
    }),
  )
}

const pcrs = (measured: ReadonlyArray<Measured>): ReadonlyArray<Fact> =>
  measured.map(({ bank, differs, index, quoted, reference }) =>
    fact(
      `${bank} ${index}`,
      reference === null
        ? parts(short(quoted), "judged by its list")
        : differs
          ? `${short(quoted)}, should be ${short(reference)}`
          : `${short(quoted)}, as it should be`,
      { tone: differs ? "refused" : "plain" },
    ),
  )

const short = (value: string | null): string =>
  value === null ? "not quoted" : `${value.slice(0, 16)}…`

const bootLog = (evidence: Evidence | undefined): ReadonlyArray<Fact> => {
  if (evidence === undefined) return []
  const files = evidence.ima === null ? [] : Ima.linesOf(evidence.ima.list)
  const bytes = evidence.bootLog === null ? undefined : Bytes.fromHex(evidence.bootLog)
  const log = bytes === undefined ? undefined : BootLog.decode(bytes)
  const measured = files.length === 0 ? [] : [fact("files in this quote's list", files.length)]
  if (log === undefined) return measured
  if (Malformed.is(log))
    return [fact("boot log", Malformed.toText(log), { tone: "refused" }), ...measured]
  return [
    fact("events", count(log.entries.length, "event")),
    ...log.entries
      .slice(0, bootEventsMax)
      .map(({ data, digests, pcr, type }) =>
        fact(
          `PCR ${pcr}`,
          parts(
            typeNames[type] ?? `type ${type.toString(16)}`,
            textOf(data),
            digests.length === 0 ? "" : `${Bytes.toHex(digests[digests.length - 1]).slice(0, 16)}…`,
          ),
        ),
      ),
    ...measured,
  ]
}

/** What firmware measured, where it is text. */
const textOf = (data: Uint8Array): string => {
  const text = String.fromCharCode(...data.subarray(0, 64)).replaceAll("\0", "")
  return /^[\x20-\x7e]{3,}$/.test(text) ? text : ""
}

/** TCG PC Client Platform Firmware Profile, table 27. */
const typeNames: Readonly<Record<number, string>> = {
  0x01: "POST code",
  0x03: "no action",
  0x04: "separator",
  0x05: "action",
  0x07: "S-CRTM contents",
  0x08: "S-CRTM version",
  0x0a: "platform configuration",
  0x0c: "compact hash",
  0x0d: "IPL",
  0x80000001: "variable",
  0x80000002: "boot variable",
  0x80000003: "boot application",
  0x80000006: "GPT event",
  0x80000008: "firmware blob",
  0x800000e0: "variable authority",
}
