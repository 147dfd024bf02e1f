import { assert, describe, it } from "@effect/vitest"
import { appraiseQuote } from "../../../core/attestation/appraiseQuote.ts"
import * as AttestRecord from "../../../core/attestation/AttestRecord.ts"
import { quoteGivenOf } from "../../../core/attestation/checkRecord.ts"
import type { Evidence } from "../../../core/attestation/Evidence.ts"
import type { QuoteGiven } from "../../../core/attestation/QuoteGiven.ts"
import { attestationChecks } from "../../../core/crypto/attestationChecks.ts"
import * as Bytes from "../../../core/kernel/Bytes.ts"
import { invariant } from "../../../core/kernel/invariant.ts"
import { book, linesOf } from "./vectors.ts"

const checks = attestationChecks()

/** Good quotes, as many of RSA as of P-256. */
const goods = (count: number): ReadonlyArray<QuoteGiven> => {
  const found: Array<QuoteGiven> = []
  for (const line of linesOf("quotes.jsonl")) {
    const record = AttestRecord.parse(line)
    if (typeof record === "string" || !("evidence" in record) || record.kind !== "good") continue
    const given = quoteGivenOf(checks, book, record)
    invariant(typeof given !== "string", "good vectors can be appraised")
    const { scheme } = given.identity
    const same = found.filter(({ identity }) => identity.scheme === scheme)
    if (same.length < count / 2) found.push(given)
  }
  return found
}

const isRefused = (given: QuoteGiven, change: Partial<Evidence>): boolean =>
  appraiseQuote(checks, { ...given, evidence: { ...given.evidence, ...change } })._tag ===
  "QuoteRefused"

/** The hex with each of its bits changed, one at a time. */
function* flips(hex: string): Generator<string> {
  for (let i = 0; i < hex.length; i++) {
    for (let bit = 1; bit < 16; bit <<= 1) {
      const digit = (Bytes.nibbleAt(hex, i) ^ bit).toString(16)
      yield hex.slice(0, i) + digit + hex.slice(i + 1)
    }
  }
}

describe("a good quote", () => {
  const quotes = goods(10)

  it("is accepted as it is, ten of them", () => {
    assert.strictEqual(quotes.length, 10)
    for (const given of quotes)
      assert.strictEqual(appraiseQuote(checks, given)._tag, "QuoteAccepted")
  })

  it("is refused with any single bit of its attest changed", { timeout: 60_000 }, () => {
    for (const given of quotes)
      for (const attest of flips(given.evidence.attest))
        assert.isTrue(isRefused(given, { attest }), attest)
  })

  it("is refused with any single bit of its signature changed", { timeout: 60_000 }, () => {
    for (const given of quotes)
      for (const signature of flips(given.evidence.signature))
        assert.isTrue(isRefused(given, { signature }), signature)
  })

  it("is refused with any single bit of a PCR value changed", { timeout: 60_000 }, () => {
    for (const given of quotes) {
      const values = given.evidence.pcrs["sha256"]
      for (const index of ["0", "5", "10"])
        for (const value of flips(values[index]))
          assert.isTrue(
            isRefused(given, { pcrs: { sha256: { ...values, [index]: value } } }),
            `PCR ${index} ${value}`,
          )
    }
  })

  it("is refused cut at any byte, or with a byte behind it", () => {
    for (const given of quotes) {
      const { attest, signature } = given.evidence
      for (let at = 0; at < attest.length; at += 2)
        assert.isTrue(isRefused(given, { attest: attest.slice(0, at) }))
      for (let at = 0; at < signature.length; at += 2)
        assert.isTrue(isRefused(given, { signature: signature.slice(0, at) }))
      assert.isTrue(isRefused(given, { attest: `${attest}00` }))
      assert.isTrue(isRefused(given, { signature: `${signature}00` }))
    }
  })

  it("is refused with its logs cut at any byte, unless the list still reaches PCR 10", () => {
    const [given] = quotes
    const { bootLog, ima } = given.evidence
    invariant(bootLog !== null && ima !== null, "vectors have logs")
    for (let at = 0; at < bootLog.length; at += 2)
      assert.isTrue(isRefused(given, { bootLog: bootLog.slice(0, at) }))
    for (let at = 0; at < ima.list.length; at++)
      assert.isTrue(isRefused(given, { ima: { from: 0, list: ima.list.slice(0, at) } }))
    // Lists grow between a quote and their reading.
    const longer = `${ima.list}\nnot even an entry`
    assert.isFalse(isRefused(given, { ima: { from: 0, list: longer } }))
  })

  it(
    "is refused with any single bit of its list of measured files changed",
    { timeout: 60_000 },
    () => {
      const [given] = quotes
      const list = given.evidence.ima?.list ?? ""
      assert.isAbove(list.length, 500)
      for (let i = 0; i < list.length; i++) {
        for (let bit = 1; bit < 128; bit <<= 1) {
          const character = String.fromCharCode(list.charCodeAt(i) ^ bit)
          const changed = list.slice(0, i) + character + list.slice(i + 1)
          if (!isRefused(given, { ima: { from: 0, list: changed } }))
            assert.fail(`accepted with character ${i} changed to ${character}`)
        }
      }
    },
  )
})
