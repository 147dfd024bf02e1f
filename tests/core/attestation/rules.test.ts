/** What the vectors have no case of. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { identify, makeCredential, pinOf } from "../../../core/attestation/appraiseEnrolment.ts"
import { appraiseQuote } from "../../../core/attestation/appraiseQuote.ts"
import type { Checks } from "../../../core/attestation/Checks.ts"
import type { EnrolmentEvidence } from "../../../core/attestation/Enrolment.ts"
import { Identity, type PriorState } from "../../../core/attestation/Evidence.ts"
import type { QuoteGiven } from "../../../core/attestation/QuoteGiven.ts"
import * as Public from "../../../core/attestation/Public.ts"
import { attestationChecks } from "../../../core/crypto/attestationChecks.ts"
import * as Bytes from "../../../core/kernel/Bytes.ts"
import { invariantBroken } from "../../../core/kernel/invariant.ts"
import * as Random from "../../../core/kernel/Random.ts"
import { evidenceOf, type Lie } from "../../../core/sim/attester/evidenceOf.ts"
import * as Platform from "../../../core/sim/attester/Platform.ts"
import type { Scene } from "../../../core/sim/attester/Scene.ts"
import * as Tpm from "../../../core/sim/attester/Tpm.ts"

const checks = attestationChecks()
const tpm = Tpm.make(Random.make(1))
const ekPublic = Bytes.toHex(tpm.endorsement.publicBytes)
const akPublic = Bytes.toHex(tpm.attestation.publicBytes)
const pins = [pinOf(checks, ekPublic) ?? ""]
const offered = { ekCertificate: null, ekPublic, akPublic }
const none = { roots: [], intermediates: [], pins: [] }

const enrolled = (): Identity => {
  const identity = identify(checks, { evidence: offered, anchors: { ...none, pins }, atMs: 0 })
  return "_tag" in identity ? invariantBroken(identity.detail) : identity
}

const dayMs = 86_400_000
const policy = Platform.policyOf("SBS-T3", Platform.currentRelease)

/** A station on a day of its boot. */
const sceneOn = (day: number, accepted: PriorState | null): Scene => ({
  tpm,
  neighbour: tpm,
  model: "SBS-T3",
  moment: { bootMs: 0, resetCount: 3, restartCount: 1, clockMs: day * dayMs, safe: true },
  nonce: new Uint8Array(32),
  atMs: day * dayMs,
  accepted,
  noise: 1,
})

const givenOn = (day: number, prior: PriorState | null, lie: Lie = {}): QuoteGiven => ({
  evidence: evidenceOf(sceneOn(day, prior), lie),
  identity: enrolled(),
  prior,
  challenge: {
    nonce: "00".repeat(32),
    issuedMs: day * dayMs,
    expiresMs: day * dayMs,
    consumed: false,
  },
  policy,
  receivedMs: day * dayMs,
})

const reasonOf = (given: QuoteGiven): string => {
  const result = appraiseQuote(checks, given)
  return result._tag === "QuoteRefused" ? result.reason : "accepted"
}

const stateAfter = (given: QuoteGiven): PriorState => {
  const result = appraiseQuote(checks, given)
  return result._tag === "QuoteAccepted" ? result.state : invariantBroken(result.detail)
}

describe("a quote", () => {
  it("is refused without a challenge, and under another signer's name", () => {
    assert.strictEqual(reasonOf({ ...givenOn(1, null), challenge: null }), "nonce_mismatch")
    const signerName = tpm.attestation.name
    assert.strictEqual(reasonOf(givenOn(1, null, { signerName })), "signer_mismatch")
  })

  it("is refused without the logs that its PCRs need", () => {
    const given = givenOn(1, null)
    const { evidence } = given
    assert.strictEqual(
      reasonOf({ ...given, evidence: { ...evidence, bootLog: null } }),
      "eventlog_replay",
    )
    assert.strictEqual(reasonOf({ ...given, evidence: { ...evidence, ima: null } }), "ima_replay")
    const withoutLog = { ...given, evidence: { ...evidence, bootLog: null } }
    const lenient = { ...policy, bootLog: "absent" } as const
    assert.strictEqual(reasonOf({ ...withoutLog, policy: lenient }), "accepted")
  })

  it("is refused when its list does not begin with the digest of PCR 0-9", () => {
    const ran = ["boot_aggregate", "00".repeat(32)] as const
    // Measured again with another digest: on no allowlist.
    assert.strictEqual(reasonOf(givenOn(1, null, { ran })), "ima_not_allowed")
    const other = Platform.boot("SBS-T5", Platform.currentRelease)
    const lie: Lie = { measuredAs: other }
    assert.strictEqual(reasonOf(givenOn(1, null, lie)), "boot_aggregate")
  })

  it("goes on with a list where the last accepted one of the same boot ended", () => {
    const prior = stateAfter(givenOn(1, null))
    const next = givenOn(2, prior)
    assert.strictEqual(next.evidence.ima?.from, prior.ima?.entries)
    const state = stateAfter(next)
    assert.isAbove(state.ima?.entries ?? 0, prior.ima?.entries ?? 0)
    assert.deepStrictEqual(state.ima, stateAfter(givenOn(2, null)).ima)
  })

  it("must show its list from the first entry after another boot, or under another policy", () => {
    const prior = stateAfter(givenOn(1, null))
    const next = givenOn(2, prior)
    assert.strictEqual(reasonOf({ ...next, prior: { ...prior, resetCount: 2 } }), "ima_replay")
    assert.strictEqual(reasonOf({ ...next, policy: { ...policy, id: "another" } }), "ima_replay")
    assert.strictEqual(reasonOf({ ...next, prior: null }), "ima_replay")
  })

  it("says which superseded reference a downgrade shows", () => {
    const superseded = [Platform.policyOf("SBS-T3", "2026.1")]
    const result = appraiseQuote(checks, {
      ...givenOn(1, null, { release: "2026.1" }),
      superseded,
    })
    assert.strictEqual(result._tag === "QuoteRefused" ? result.reason : "", "pcr_reference")
    assert.include(JSON.stringify(result), "as in SBS-T3/2026.1, which SBS-T3/2026.2 superseded")
  })
})

const reason = (checksUsed: Checks, change: Partial<EnrolmentEvidence>) => {
  const evidence = { ...offered, ...change }
  const result = identify(checksUsed, { evidence, anchors: none, atMs: 0 })
  return "_tag" in result ? result.reason : "identified"
}

const certified = (facts: Partial<ReturnType<Checks["certificate"]>>): Checks => ({
  ...checks,
  certificate: () => ({
    broken: null,
    usages: ["2.23.133.8.1"],
    key: tpm.endorsement.area.key,
    ...facts,
  }),
})

const areaWith = (key: Tpm.Tpm["attestation"], change: Partial<Public.Public>): string =>
  Bytes.toHex(Public.encode({ ...key.area, ...change }))

const rsa = (bits: number, exponent: number): Partial<Public.Public> => ({
  scheme: { scheme: "rsassa", hash: "sha256" },
  key: { type: "rsa", bits, exponent, modulus: new Uint8Array(bits / 8).fill(1) },
})

describe("an enrolment", () => {
  it("needs a certificate that leads to a root, or a pinned key", () => {
    assert.strictEqual(reason(checks, {}), "ek_chain")
    assert.strictEqual(reason(checks, { ekCertificate: "00" }), "ek_chain")
    assert.strictEqual(reason(certified({ broken: "no" }), { ekCertificate: "00" }), "ek_chain")
    assert.strictEqual(reason(certified({}), { ekCertificate: "00" }), "identified")
  })

  it("needs a certificate that is for endorsement keys, and of this one", () => {
    const ekCertificate = "00"
    assert.strictEqual(reason(certified({ usages: [] }), { ekCertificate }), "ek_usage")
    assert.strictEqual(
      reason(certified({ key: tpm.attestation.area.key }), { ekCertificate }),
      "ek_pub_mismatch",
    )
  })

  it("needs an endorsement key that decrypts and does not sign", () => {
    const { attributes } = tpm.endorsement.area
    const ekCertificate = "00"
    for (const wrong of [
      attributes | Public.attribute.sign,
      attributes & ~Public.attribute.decrypt,
      attributes & ~Public.attribute.restricted,
    ]) {
      const changed = areaWith(tpm.endorsement, { attributes: wrong })
      assert.strictEqual(reason(certified({}), { ekCertificate, ekPublic: changed }), "ek_attrs")
    }
  })

  it("needs an attestation key that can sign nothing but what the TPM made, with a strong key", () => {
    const { attributes, key, scheme } = tpm.attestation.area
    const wrongs: ReadonlyArray<Partial<Public.Public>> = [
      ...(["fixedTPM", "fixedParent", "sensitiveDataOrigin", "restricted", "sign"] as const).map(
        (name) => ({ attributes: attributes & ~Public.attribute[name] }),
      ),
      { attributes: attributes | Public.attribute.decrypt },
      { scheme: null },
      { scheme: { scheme: "ecdsa", hash: "sha1" } },
      { scheme: { scheme: "rsassa", hash: "sha256" }, key },
      { ...rsa(1024, 65537) },
      { ...rsa(2048, 3) },
      { ...rsa(2048, 65537), scheme },
    ]
    for (const wrong of wrongs) {
      const changed = areaWith(tpm.attestation, wrong)
      const given = { ekCertificate: "00", akPublic: changed }
      assert.strictEqual(reason(certified({}), given), "ak_attrs", JSON.stringify(wrong))
    }
    const strong = areaWith(tpm.attestation, rsa(2048, 65537))
    assert.strictEqual(
      reason(certified({}), { ekCertificate: "00", akPublic: strong }),
      "identified",
    )
  })
})

const seed = new Uint8Array(32).fill(9)

const credentialFrom = (from: Uint8Array) => makeCredential(checks, offered, enrolled(), from)

describe("an identity", () => {
  it("is stored whole, also with names of the longest hash", () => {
    const ekName = "00".repeat(66)
    const identity = { ...enrolled(), ekName }
    assert.deepStrictEqual(Schema.decodeUnknownSync(Identity)(identity), identity)
  })
})

describe("a credential", () => {
  it("is the same for the same seed, and another for another", () => {
    assert.deepStrictEqual(credentialFrom(seed), credentialFrom(seed))
    assert.notStrictEqual(credentialFrom(seed)?.secret, credentialFrom(new Uint8Array(32))?.secret)
  })

  it("cannot be made for a key that stores nothing", () => {
    const evidence = { ...offered, ekPublic: akPublic }
    assert.isUndefined(makeCredential(checks, evidence, enrolled(), seed))
  })
})
