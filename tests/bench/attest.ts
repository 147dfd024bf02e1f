/**
 * `attest`: what a verifier does with quotes, on the good ones of the attestation vectors.
 *
 * - *quotes proved*: rules 1-5, 8 and 9 (parse, signature, nonce, PCR digest) from the hex of an event; the reference is
 *   the bare `crypto.verify` of the same signatures under cached keys. Wanted: at least 0.7 of it.
 * - *quotes appraised*: all rules, with event log and list of measured files; the same reference.
 * - *beside tpm2_checkquote*: quotes proved, with that program's processes as the reference, where it is installed. Wanted:
 *   300 times as many.
 * - *quotes adding 10 files to 10,000*: the reference is quotes with a list of 10. Wanted: at least a third.
 *
 * Each is run in turns with its reference, and the best of the turns counts.
 */
import { spawnSync } from "node:child_process"
import { createHash, createPublicKey, generateKeyPairSync, sign, verify } from "node:crypto"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { identify, pinOf } from "../../core/attestation/appraiseEnrolment.ts"
import { appraiseQuote } from "../../core/attestation/appraiseQuote.ts"
import * as Attest from "../../core/attestation/Attest.ts"
import * as AttestRecord from "../../core/attestation/AttestRecord.ts"
import { quoteGivenOf } from "../../core/attestation/checkRecord.ts"
import type { PriorState } from "../../core/attestation/Evidence.ts"
import * as BootLog from "../../core/attestation/BootLog.ts"
import * as Ima from "../../core/attestation/Ima.ts"
import { provePcrs } from "../../core/attestation/provePcrs.ts"
import { proveQuote } from "../../core/attestation/proveQuote.ts"
import * as Public from "../../core/attestation/Public.ts"
import { isRefused, type QuoteGiven } from "../../core/attestation/QuoteGiven.ts"
import * as Signature from "../../core/attestation/Signature.ts"
import { attestationChecks } from "../../core/crypto/attestationChecks.ts"
import { digest } from "../../core/crypto/digest.ts"
import * as Bytes from "../../core/kernel/Bytes.ts"
import { invariant, invariantBroken } from "../../core/kernel/invariant.ts"
import * as Random from "../../core/kernel/Random.ts"
import * as Platform from "../../core/sim/attester/Platform.ts"
import * as Tpm from "../../core/sim/attester/Tpm.ts"
import { book, linesOf } from "../core/attestation/vectors.ts"
import { type Bench, type Row, row, secondsOf, type Size } from "./Bench.ts"

const sizes = {
  tiny: { quotes: 4, repeats: 1, turns: 1, entries: 100, processes: 1 },
  // Short turns and many, so that some are not disturbed.
  full: { quotes: 40, repeats: 5, turns: 40, entries: 10_000, processes: 2 },
}

const checks = attestationChecks()

export const bench: Bench = {
  name: "attest",
  run: async (size) => [
    ...rowsOf("RSA-2048", "rsassa", size),
    ...rowsOf("P-256", "ecdsa", size),
    ...besideCheckquote(size),
    incremental(size),
  ],
}

interface Best {
  readonly work: number
  readonly reference: number
}

/** The best times of both, in seconds. */
const inTurns = (size: Size, work: () => void, reference: () => void): Best => {
  let best = { work: Infinity, reference: Infinity }
  for (let turn = 0; turn < sizes[size].turns; turn++) {
    best = {
      work: Math.min(best.work, secondsOf(work)),
      reference: Math.min(best.reference, secondsOf(reference)),
    }
  }
  return best
}

const goodQuotes = (
  scheme: Signature.Signature["scheme"],
  size: Size,
): ReadonlyArray<QuoteGiven> => {
  const found: Array<QuoteGiven> = []
  for (const line of linesOf("quotes.jsonl")) {
    if (found.length === sizes[size].quotes) break
    const record = AttestRecord.parse(line)
    if (typeof record === "string" || !("evidence" in record) || record.kind !== "good") continue
    const given = quoteGivenOf(checks, book, record)
    invariant(typeof given !== "string", "good vectors can be appraised")
    if (given.identity.scheme === scheme) found.push(given)
  }
  return found
}

const rowsOf = (
  name: string,
  scheme: Signature.Signature["scheme"],
  size: Size,
): ReadonlyArray<Row> => {
  const quotes = goodQuotes(scheme, size)
  const { repeats } = sizes[size]
  const count = quotes.length * repeats
  const bare = bareOf(quotes)
  let proved = 0
  let accepted = 0
  const reference = () => {
    for (let i = 0; i < repeats; i++) for (const holds of bare) invariant(holds(), "it holds")
  }
  const proving = inTurns(
    size,
    () => {
      proved = 0
      for (let i = 0; i < repeats; i++) for (const given of quotes) proved += proves(given) ? 1 : 0
    },
    reference,
  )
  const appraising = inTurns(
    size,
    () => {
      accepted = 0
      for (let i = 0; i < repeats; i++) {
        for (const given of quotes) {
          accepted += appraiseQuote(checks, given)._tag === "QuoteAccepted" ? 1 : 0
        }
      }
    },
    reference,
  )
  const rowOf = (metric: string, best: Best, good: number): Row =>
    row({
      bench: "attest",
      metric: `${metric}, ${name}`,
      value: count / best.work,
      unit: "quotes/s",
      reference: count / best.reference,
      digest: `${good} of ${count} good`,
    })
  return [rowOf("quotes proved", proving, proved), rowOf("quotes appraised", appraising, accepted)]
}

const proves = (given: QuoteGiven): boolean => {
  const quote = proveQuote(checks, given)
  return !isRefused(quote) && !isRefused(provePcrs(checks, quote, given))
}

/** Bare checks of the same signatures, with everything read before. */
const bareOf = (quotes: ReadonlyArray<QuoteGiven>): ReadonlyArray<() => boolean> => {
  const keys = new Map(
    [...new Set(quotes.map(({ identity }) => identity.akPublic))].map((hex) => {
      const area = Public.decode(bytesOf(hex))
      invariant("key" in area, "enrolled keys can be read")
      return [hex, createPublicKey({ key: jwkOf(area.key), format: "jwk" })] as const
    }),
  )
  return quotes.map(({ evidence, identity }) => {
    const key = keys.get(identity.akPublic)
    const signature = Signature.decode(bytesOf(evidence.signature))
    invariant(key !== undefined && "scheme" in signature, "good vectors can be read")
    const message = bytesOf(evidence.attest)
    if (signature.scheme !== "ecdsa") return () => verify("sha256", message, key, signature.value)
    const both = Buffer.concat([signature.r, signature.s])
    return () => verify("sha256", message, { key, dsaEncoding: "ieee-p1363" }, both)
  })
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64url")

const jwkOf = (key: Public.Key) => {
  return key.type === "rsa"
    ? { kty: "RSA", n: text(key.modulus), e: "AQAB" }
    : { kty: "EC", crv: "P-256", x: text(key.x), y: text(key.y) }
}

const bytesOf = (hex: string): Uint8Array =>
  Bytes.fromHex(hex) ?? invariantBroken("vectors are in hexadecimal")

/** One process a quote, as a script around the tools would do it. */
const besideCheckquote = (size: Size): ReadonlyArray<Row> => {
  if (spawnSync("tpm2_checkquote", ["--version"]).status !== 0) {
    console.error("attest: tpm2_checkquote is not installed, so it is not compared with")
    return []
  }
  const { processes, repeats } = sizes[size]
  const quotes = goodQuotes("rsassa", size)
  const [{ evidence, identity, challenge }] = quotes
  const folder = mkdtempSync(join(tmpdir(), "sigtwin-attest-"))
  try {
    const file = (name: string, content: Uint8Array | string): string => {
      const path = join(folder, name)
      writeFileSync(path, content)
      return path
    }
    const area = Public.decode(bytesOf(identity.akPublic))
    invariant("key" in area, "enrolled keys can be read")
    const pem = createPublicKey({ key: jwkOf(area.key), format: "jwk" })
    const given = [
      ["-u", file("ak.pem", pem.export({ type: "spki", format: "pem" }).toString())],
      ["-m", file("quote", bytesOf(evidence.attest))],
      ["-s", file("signature", bytesOf(evidence.signature))],
      ["-q", challenge?.nonce ?? ""],
      ["-g", "sha256"],
    ].flat()
    let good = 0
    const best = inTurns(
      size,
      () => {
        for (let i = 0; i < repeats; i++) for (const each of quotes) proves(each)
      },
      () => {
        good = 0
        for (let i = 0; i < processes; i++) {
          good += spawnSync("tpm2_checkquote", given).status === 0 ? 1 : 0
        }
      },
    )
    return [
      row({
        bench: "attest",
        metric: "quotes proved beside tpm2_checkquote, RSA-2048",
        value: (quotes.length * repeats) / best.work,
        unit: "quotes/s",
        reference: processes / best.reference,
        digest: `${good} of ${processes} good`,
      }),
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const newEntries = 10

/** Quotes that add ten entries to a long list, beside quotes with ten entries in all. */
const incremental = (size: Size): Row => {
  const { entries: known, repeats } = sizes[size]
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })
  const { n } = publicKey.export({ format: "jwk" })
  const boot = Platform.boot("SBS-T3", Platform.currentRelease)
  const { endorsement, attestation } = Tpm.make(Random.make(1))
  const akPublic = Bytes.toHex(
    Public.encode({
      ...attestation.area,
      scheme: { scheme: "rsassa", hash: "sha256" },
      key: {
        type: "rsa",
        bits: 2048,
        exponent: 65537,
        modulus: Buffer.from(n ?? "", "base64url"),
      },
    }),
  )
  const ekPublic = Bytes.toHex(endorsement.publicBytes)
  const identity = identify(checks, {
    evidence: { ekCertificate: null, ekPublic, akPublic },
    anchors: { roots: [], intermediates: [], pins: [pinOf(checks, ekPublic) ?? ""] },
    atMs: 0,
  })
  if ("_tag" in identity) return invariantBroken(identity.detail)

  const entryAt = (index: number): Ima.Entry =>
    index === 0
      ? Platform.entryOf("boot_aggregate", Bytes.toHex(boot.aggregate))
      : Platform.entryOf(`/usr/bin/program-${index}`, Bytes.toHex(digest("sha256")))
  const all = Array.from({ length: known + newEntries }, (_, index) => entryAt(index))
  const values = Platform.extended(all)
  const lineOf = (from: number, to: number) => all.slice(from, to).map(Ima.encodeLine).join("\n")
  const base = Platform.policyOf("SBS-T3", Platform.currentRelease)
  const policy = {
    ...base,
    imaAllow: Object.fromEntries(all.map(({ path, digest: hex }) => [path, [hex]])),
  }
  const givenOf = (from: number, to: number): QuoteGiven => {
    const pcrs = [...boot.pcrs, values[to]]
    const attest = Attest.encode({
      qualifiedSigner: bytesOf(identity.qualifiedName),
      extraData: new Uint8Array(32),
      clock: 2n,
      resetCount: 1,
      restartCount: 0,
      safe: true,
      firmwareVersion: Platform.tpmFirmware,
      selection: [{ bank: "sha256", bits: 0x7ff }],
      pcrDigest: digest("sha256", ...pcrs),
    })
    const value = sign("sha256", attest, privateKey)
    const prior: PriorState = {
      atMs: 0,
      clock: "1",
      resetCount: 1,
      restartCount: 0,
      safe: true,
      firmwareVersion: policy.firmwareVersion,
      ima: { entries: from, value: Bytes.toHex(values[from]), policy: policy.id },
    }
    return {
      evidence: {
        attest: Bytes.toHex(attest),
        signature: Bytes.toHex(Signature.encode({ scheme: "rsassa", hash: "sha256", value })),
        pcrs: {
          sha256: Object.fromEntries(pcrs.map((pcr, index) => [index, Bytes.toHex(pcr)])),
        },
        bootLog: Bytes.toHex(BootLog.encode(boot.log)),
        ima: { from, list: lineOf(from, to) },
      },
      identity,
      prior: from === 0 ? null : prior,
      challenge: { nonce: "00".repeat(32), issuedMs: 0, expiresMs: 1, consumed: false },
      policy,
      receivedMs: 1,
    }
  }
  const short = givenOf(0, newEntries)
  const long = givenOf(known, known + newEntries)
  const count = 10 * repeats
  const appraise = (given: QuoteGiven) => () => {
    for (let i = 0; i < count; i++) {
      const result = appraiseQuote(checks, given)
      invariant(result._tag === "QuoteAccepted", "good evidence is accepted")
    }
  }
  const best = inTurns(size, appraise(long), appraise(short))
  return row({
    bench: "attest",
    metric: `quotes adding ${newEntries} files to ${known}, beside ${newEntries} in all`,
    value: count / best.work,
    unit: "quotes/s",
    reference: count / best.reference,
    digest: createHash("sha256")
      .update(long.evidence.ima?.list ?? "")
      .digest("hex")
      .slice(0, 16),
  })
}
