import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as BootLog from "../../../core/attestation/BootLog.ts"
import * as Ima from "../../../core/attestation/Ima.ts"
import * as Malformed from "../../../core/attestation/Malformed.ts"
import * as Public from "../../../core/attestation/Public.ts"
import * as Bytes from "../../../core/kernel/Bytes.ts"
import { digest } from "../../../core/crypto/digest.ts"
import { structures } from "./someStructures.ts"
import { book } from "./vectors.ts"

describe("the codec of attestation structures", () => {
  for (const [name, arbitrary] of Object.entries(structures)) {
    it(`reads what it writes: ${name}`, () => {
      fc.assert(
        fc.property(arbitrary, ({ value, bytes, decode }) => {
          assert.deepStrictEqual(decode(bytes), value)
        }),
      )
    })

    it(`refuses ${name} that ends too early, at any byte, and says where`, () => {
      fc.assert(
        fc.property(arbitrary, fc.nat(), ({ bytes, decode }, cut) => {
          const length = cut % bytes.length
          const read = decode(bytes.slice(0, length))
          if (name === "event log" && !Malformed.is(read)) {
            // A log has no count of its events: it may end after any of them.
            assert.isTrue("entries" in read)
            return
          }
          assert.isTrue(Malformed.is(read))
          if (Malformed.is(read)) assert.isAtMost(read.offset, length)
        }),
      )
    })

    it(`refuses ${name} with bytes behind it`, () => {
      fc.assert(
        fc.property(
          arbitrary,
          fc.uint8Array({ minLength: 1, maxLength: 8 }),
          ({ bytes, decode }, more) => {
            assert.isTrue(Malformed.is(decode(Uint8Array.of(...bytes, ...more))))
          },
        ),
      )
    })
  }

  it("writes the vectors' keys and event logs as they were", () => {
    for (const { ak_pub_tpm2b, ek_pub_tpm2b } of book.stations.values()) {
      for (const hex of [ak_pub_tpm2b, ek_pub_tpm2b]) {
        const area = Public.decode(Bytes.fromHex(hex) ?? new Uint8Array(0))
        assert.isFalse(Malformed.is(area))
        if (!Malformed.is(area)) assert.strictEqual(Bytes.toHex(Public.encode(area)), hex)
      }
    }
    assert.isAbove(book.boots.size, 0)
    for (const { eventlog } of book.boots.values()) {
      const log = BootLog.decode(Bytes.fromHex(eventlog) ?? new Uint8Array(0))
      assert.isFalse(Malformed.is(log))
      if (!Malformed.is(log)) assert.strictEqual(Bytes.toHex(BootLog.encode(log)), eventlog)
    }
  })

  it("reads and writes the vectors' lists of measured files, and finds each template hash", () => {
    for (const { ima } of book.boots.values()) {
      for (const line of ima) {
        const entry = Ima.decodeLine(line, 0)
        assert.isFalse(Malformed.is(entry))
        if (Malformed.is(entry)) return
        assert.strictEqual(Ima.encodeLine(entry), line)
        const { algorithm, digest: hex, path } = entry
        assert.deepStrictEqual(Ima.measured({ algorithm, digest: hex, path }, digest), entry)
      }
    }
  })
})
