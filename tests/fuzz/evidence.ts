/**
 * `npm run fuzz -- evidence [count]`: no bytes make a decoder of attestation structures throw, and what one takes is
 * exactly that: written again, it is the input, byte by byte. And no spoilt evidence is accepted.
 */
import { pinOf, identify } from "../../core/attestation/appraiseEnrolment.ts"
import { appraiseQuote } from "../../core/attestation/appraiseQuote.ts"
import * as Attest from "../../core/attestation/Attest.ts"
import * as BootLog from "../../core/attestation/BootLog.ts"
import * as Credential from "../../core/attestation/Credential.ts"
import type { Evidence } from "../../core/attestation/Evidence.ts"
import * as Ima from "../../core/attestation/Ima.ts"
import * as Malformed from "../../core/attestation/Malformed.ts"
import * as Public from "../../core/attestation/Public.ts"
import type { QuoteGiven } from "../../core/attestation/QuoteGiven.ts"
import * as Signature from "../../core/attestation/Signature.ts"
import { attestationChecks } from "../../core/crypto/attestationChecks.ts"
import * as Bytes from "../../core/kernel/Bytes.ts"
import { invariantBroken } from "../../core/kernel/invariant.ts"
import * as Random from "../../core/kernel/Random.ts"
import { evidenceOf } from "../../core/sim/attester/evidenceOf.ts"
import * as Platform from "../../core/sim/attester/Platform.ts"
import * as Tpm from "../../core/sim/attester/Tpm.ts"
import { type Fuzz, type FuzzOptions, type FuzzReport, violationsKept } from "./Fuzz.ts"

/** Reads and writes again; the refusal, or the bytes written. */
type Codec = (bytes: Uint8Array) => Malformed.Malformed | Uint8Array

const codec =
  <A extends object>(module: {
    readonly decode: (bytes: Uint8Array) => A | Malformed.Malformed
    readonly encode: (value: A) => Uint8Array
  }): Codec =>
  (bytes) => {
    const read = module.decode(bytes)
    return Malformed.is(read) ? read : module.encode(read)
  }

const text = new TextDecoder("utf-8", { ignoreBOM: true })
const encoder = new TextEncoder()

const imaLine: Codec = (bytes) => {
  const read = Ima.decodeLine(text.decode(bytes), 0)
  return Malformed.is(read) ? read : encoder.encode(Ima.encodeLine(read))
}

export interface Parts {
  readonly codecs: Readonly<Record<string, Codec>>
  readonly appraise: typeof appraiseQuote
}

const sound: Parts = {
  codecs: {
    attest: codec(Attest),
    signature: codec(Signature),
    public: codec(Public),
    credential: codec(Credential),
    "event log": codec(BootLog),
    "IMA line": imaLine,
  },
  appraise: appraiseQuote,
}

const checks = attestationChecks()
const tpm = Tpm.make(Random.make(1))
const accepted = evidenceOf({
  tpm,
  neighbour: tpm,
  model: "SBS-T3",
  moment: { bootMs: 0, resetCount: 3, restartCount: 1, clockMs: 123_456_789, safe: true },
  nonce: new Uint8Array(32).fill(7),
  atMs: 0,
  accepted: null,
  noise: 1,
})
const ekPublic = Bytes.toHex(tpm.endorsement.publicBytes)
const akPublic = Bytes.toHex(tpm.attestation.publicBytes)
const identity = identify(checks, {
  evidence: { ekCertificate: null, ekPublic, akPublic },
  anchors: { roots: [], intermediates: [], pins: [pinOf(checks, ekPublic) ?? ""] },
  atMs: 0,
})
const given: Omit<QuoteGiven, "evidence"> = {
  identity: "_tag" in identity ? invariantBroken(identity.detail) : identity,
  prior: null,
  challenge: { nonce: "07".repeat(32), issuedMs: 0, expiresMs: 1, consumed: false },
  policy: Platform.policyOf("SBS-T3", Platform.currentRelease),
  receivedMs: 1,
}

const bytesOf = (hex: string): Uint8Array => Bytes.fromHex(hex) ?? new Uint8Array(0)

/** True structures, to be spoilt. */
const pool: Readonly<Record<string, ReadonlyArray<Uint8Array>>> = {
  attest: [bytesOf(accepted.attest)],
  signature: [
    bytesOf(accepted.signature),
    Signature.encode({ scheme: "rsassa", hash: "sha256", value: new Uint8Array(256).fill(1) }),
  ],
  public: [
    tpm.endorsement.publicBytes,
    tpm.attestation.publicBytes,
    Public.encode({
      ...tpm.attestation.area,
      scheme: { scheme: "rsassa", hash: "sha256" },
      key: { type: "rsa", bits: 2048, exponent: 65537, modulus: new Uint8Array(256).fill(3) },
    }),
  ],
  credential: [
    Credential.encode({
      hmac: new Uint8Array(32).fill(1),
      encryptedIdentity: new Uint8Array(34).fill(2),
      encryptedSecret: new Uint8Array(68).fill(3),
    }),
  ],
  "event log": [bytesOf(accepted.bootLog ?? "")],
  "IMA line": Ima.linesOf(accepted.ima?.list ?? "").map((line) => encoder.encode(line)),
}
const names = Object.keys(pool)

export const run = (options: FuzzOptions, parts: Parts = sound): FuzzReport => {
  const random = Random.make(options.seed)
  const outcomes: Record<string, number> = {}
  const violations: Array<{ input: string; what: string }> = []
  let violationCount = 0
  const note = (outcome: string, input: () => string, violation: string | undefined): void => {
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
    if (violation === undefined) return
    violationCount++
    if (violations.length < violationsKept) violations.push({ input: input(), what: violation })
  }
  for (let i = 1; i <= options.count; i++) {
    // A signature check costs as much as a hundred readings.
    if (i % 100 === 0) {
      const evidence = spoiltEvidence(random)
      const { outcome, violation } = judgeEvidence(evidence, parts)
      note(outcome, () => JSON.stringify(evidence), violation)
    } else {
      const name = names[random.below(names.length)]
      const spoiltBytes = spoilt(random, pool[name][random.below(pool[name].length)])
      const isText = name === "IMA line"
      const bytes = isText ? encoder.encode(text.decode(spoiltBytes)) : spoiltBytes
      const { outcome, violation } = judge(bytes, parts.codecs[name])
      note(`${name} ${outcome}`, () => `${name} ${Bytes.toHex(bytes)}`, violation)
    }
    if (i % 100_000 === 0) options.progress(i)
  }
  return { inputs: options.count, outcomes, violationCount, violations }
}

const canaryOptions: FuzzOptions = { count: 5000, seed: 1, progress: () => {} }

export const fuzz: Fuzz = {
  name: "evidence",
  run,
  canaries: {
    "a decoder that throws": () =>
      run(canaryOptions, {
        ...sound,
        codecs: {
          ...sound.codecs,
          attest: (bytes) => {
            if (bytes.length < 100) throw new RangeError("canary")
            return codec(Attest)(bytes)
          },
        },
      }),
    "a decoder that overlooks what follows": () =>
      run(canaryOptions, {
        ...sound,
        codecs: {
          ...sound.codecs,
          signature: (bytes) => {
            const read = codec(Signature)(bytes)
            return "_tag" in read && read.reason === "trailing"
              ? codec(Signature)(bytes.subarray(0, read.offset))
              : read
          },
        },
      }),
    "an appraisal that accepts what it should not": () =>
      run(canaryOptions, {
        ...sound,
        appraise: (with_, all) => appraiseQuote({ ...with_, verify: () => true }, all),
      }),
  },
}

interface Judgement {
  readonly outcome: string
  readonly violation?: string
}

const judge = (bytes: Uint8Array, read: Codec): Judgement => {
  try {
    const again = read(bytes)
    if (!("_tag" in again)) {
      return Bytes.equal(again, bytes)
        ? { outcome: "read" }
        : { outcome: "read", violation: `written again it is ${Bytes.toHex(again)}` }
    }
    const isPlaced = again.offset >= 0 && again.offset <= bytes.length
    return isPlaced
      ? { outcome: again.reason }
      : { outcome: again.reason, violation: `refused at ${again.offset}, outside of the input` }
  } catch (error) {
    return { outcome: "threw", violation: String(error) }
  }
}

/** What was signed, and what the quote's digest is over, must be as it was for anything to be accepted. */
const judgeEvidence = (evidence: Evidence, { appraise }: Parts): Judgement => {
  try {
    const result = appraise(checks, { ...given, evidence })
    if (result._tag === "QuoteRefused") return { outcome: `refused for ${result.reason}` }
    const isSame =
      evidence.attest === accepted.attest &&
      evidence.signature === accepted.signature &&
      JSON.stringify(evidence.pcrs) === JSON.stringify(accepted.pcrs) &&
      (evidence.ima?.list ?? "").startsWith(accepted.ima?.list ?? "")
    return isSame
      ? { outcome: "accepted" }
      : { outcome: "accepted", violation: "other evidence was accepted" }
  } catch (error) {
    return { outcome: "threw", violation: String(error) }
  }
}

const spoilers: ReadonlyArray<(random: Random.Random, bytes: Uint8Array) => Uint8Array> = [
  (_, bytes) => bytes,
  (random) => random.bytes(random.below(300)),
  (random, bytes) => bytes.slice(0, random.below(bytes.length + 1)),
  (random, bytes) => Uint8Array.of(...bytes, ...random.bytes(1 + random.below(4))),
  (random, bytes) => {
    const flipped = bytes.slice()
    for (let left = 1 + random.below(3); left > 0; left--) {
      flipped[random.below(flipped.length)] ^= 1 << random.below(8)
    }
    return flipped
  },
  // Lengths and counts are where readers go wrong.
  (random, bytes) => {
    const changed = bytes.slice()
    const at = random.below(Math.max(1, changed.length - 4))
    const value = [0, 1, 0x7f, 0xff][random.below(4)]
    for (let i = at + random.below(4); i < at + 4; i++) changed[i] = value
    return changed
  },
  (random, bytes) => {
    const from = random.below(bytes.length)
    const to = from + random.below(bytes.length - from)
    return Uint8Array.of(...bytes.subarray(0, from), ...bytes.subarray(to))
  },
]

const spoilt = (random: Random.Random, bytes: Uint8Array): Uint8Array =>
  spoilers[random.below(spoilers.length)](random, bytes)

const spoiltHex = (random: Random.Random, hex: string): string =>
  Bytes.toHex(spoilt(random, bytesOf(hex)))

const spoiltEvidence = (random: Random.Random): Evidence => {
  const { attest, signature, pcrs, bootLog, ima } = accepted
  switch (random.below(5)) {
    case 0:
      return { ...accepted, attest: spoiltHex(random, attest) }
    case 1:
      return { ...accepted, signature: spoiltHex(random, signature) }
    case 2: {
      const index = String(random.below(11))
      const value = spoiltHex(random, pcrs["sha256"][index])
      return { ...accepted, pcrs: { sha256: { ...pcrs["sha256"], [index]: value } } }
    }
    case 3:
      return { ...accepted, bootLog: spoiltHex(random, bootLog ?? "") }
    default: {
      const list = text.decode(spoilt(random, encoder.encode(ima?.list ?? "")))
      return { ...accepted, ima: { from: random.below(8) === 0 ? 3 : 0, list } }
    }
  }
}
