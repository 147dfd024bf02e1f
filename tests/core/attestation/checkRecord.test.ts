import { assert, describe, it } from "@effect/vitest"
import { checkRecord } from "../../../core/attestation/checkRecord.ts"
import { attestationChecks } from "../../../core/crypto/attestationChecks.ts"
import { book, linesOf } from "./vectors.ts"

const checks = attestationChecks()

describe("the attestation vectors", () => {
  for (const [file, count] of [
    ["quotes.jsonl", 249],
    ["enrol.jsonl", 21],
  ] as const) {
    it(`pass, all ${count} of ${file}`, () => {
      const outcomes = linesOf(file).map((line) => checkRecord(checks, book, line))
      assert.strictEqual(outcomes.length, count)
      assert.deepStrictEqual(
        outcomes.filter(({ passed }) => !passed),
        [],
      )
    })

    it(`of ${file} fail when no signature holds and no certificate leads to a root`, () => {
      const blind = {
        ...checks,
        verify: () => false,
        certificate: () => undefined,
      }
      const passed = linesOf(file)
        .map((line) => checkRecord(blind, book, line))
        .filter((outcome) => outcome.passed && outcome.expected.startsWith("accept"))
      assert.deepStrictEqual(passed, [])
    })
  }
})
