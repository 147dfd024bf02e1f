import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Mac from "../../../core/crypto/Mac.ts"
import { checkVectors, type Codes } from "../../../core/frame/checkVectors.ts"

const linesOf = (file: string) =>
  readFileSync(join(import.meta.dirname, "../../vectors/frames", file), "utf8").split("\n")

const codes: Codes = {
  uplinkMac: (key, packet, length) => Mac.uplinkMac(Mac.makeKeyCipher(key), packet, length),
  downlinkMac: (key, input) => Mac.downlinkMac(Mac.makeKeyCipher(key), input),
}

describe("checkVectors", () => {
  for (const [file, count] of [
    ["frames.jsonl", 573],
    ["captured.jsonl", 8],
    ["forgeries.jsonl", 30],
  ] as const) {
    it(`passes all ${count} vectors of ${file}`, () => {
      const report = checkVectors(linesOf(file), codes)
      assert.deepStrictEqual(
        report.results.filter((result) => result.failures.length > 0),
        [],
      )
      assert.strictEqual(report.passed, count)
    })

    it(`fails every vector of ${file} when MACs come out wrong`, () => {
      const wrong: Codes = {
        uplinkMac: (key, packet, length) =>
          codes.uplinkMac(key, packet, length).map((byte) => byte ^ 1),
        downlinkMac: (key, input) => codes.downlinkMac(key, input).map((byte) => byte ^ 1),
      }
      const unmoved = checkVectors(linesOf(file), wrong).results.filter(
        (result) => result.failures.length === 0,
      )
      // What is refused before its MAC is looked at, or expected to have a wrong one.
      for (const { kind } of unmoved) assert.include(["uplink-invalid", "downlink-corrupt"], kind)
    })
  }

  it("notices any changed digit of what a record states", () => {
    const stated = [
      "packetHex",
      "macPaddedHex",
      "macFullHex",
      "macHex",
      "crcHex",
      "plainHex",
      "eccHex",
    ]
    const lines = linesOf("frames.jsonl").filter((line) => /"kind": "(uplink|downlink)"/.test(line))
    assert.strictEqual(lines.length, 447)
    let changed = 0
    for (const field of stated) {
      for (const line of lines.slice(0, 60)) {
        const spoilt = line.replace(
          new RegExp(`"${field}": "([0-9a-f])`),
          (_, digit: string) => `"${field}": "${digit === "0" ? "1" : "0"}`,
        )
        if (spoilt === line) continue
        changed++
        assert.strictEqual(checkVectors([spoilt], codes).failed, 1)
      }
    }
    assert.isAbove(changed, 60)
  })

  it("fails a line that is no record, says why and goes on", () => {
    const good = linesOf("captured.jsonl")[0]
    const report = checkVectors(["no json", "[]", '{"kind":"toString"}', "", good], codes)
    assert.deepStrictEqual(
      report.results.map(({ line, failures }) => [line, failures[0]]),
      [
        [1, "the line is no JSON"],
        [2, "the record has no kind"],
        [3, "no such kind of record: toString"],
        [5, undefined],
      ],
    )
    assert.strictEqual(report.passed, 1)
    assert.strictEqual(report.failed, 3)
  })

  it("never throws for a record with any of its values spoilt", () => {
    const lines = [...linesOf("frames.jsonl").slice(0, 300), ...linesOf("captured.jsonl")].filter(
      Boolean,
    )
    const value = fc.oneof(
      fc.constantFrom("", "00", "ff".repeat(13), "zz", "1"),
      fc.integer(),
      fc.string(),
    )
    fc.assert(
      fc.property(fc.constantFrom(...lines), fc.nat(20), value, (line, at, spoilt) => {
        const record = Object.entries(JSON.parse(line) as object)
        const entries = record.map((entry, i) => (i === at ? [entry[0], spoilt] : entry))
        const report = checkVectors([JSON.stringify(Object.fromEntries(entries))], codes)
        assert.strictEqual(report.passed + report.failed, 1)
      }),
      { numRuns: 3000 },
    )
  })
})
