import { assert, describe, it } from "vitest"
import * as fc from "fast-check"
import { createCipheriv } from "node:crypto"
import * as ctrScheme from "../../../core/crypto/ctrScheme.ts"
import { payloadSchemes } from "../../../core/crypto/payloadSchemes.ts"
import * as Bytes from "../../../core/kernel/Bytes.ts"

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, "hex"))

/** NIST SP 800-38A, F.5.1: CTR-AES128.Encrypt. */
const nist = {
  key: "2b7e151628aed2a6abf7158809cf4f3c",
  counter: "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
  plain:
    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51" +
    "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
  cipher:
    "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff" +
    "5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee",
}

const place = fc.record({
  device: fc.nat({ max: 0xffff_ffff }),
  seq: fc.nat({ max: 4095 }),
  rolloverCounter: fc.nat({ max: 0xffff_ffff }),
})
const key = fc.uint8Array({ minLength: 16, maxLength: 16 })
const payload = fc.uint8Array({ maxLength: 12 })

const cut = (hex: string, count: number) => hex.slice(0, 2 * count)

describe("AES-128 in counter mode", () => {
  it("gives NIST's vectors, both ways and cut off within a block", () => {
    for (const count of [64, 33, 12, 1, 0]) {
      const [from, to] = [cut(nist.plain, count), cut(nist.cipher, count)]
      const [k, c] = [bytes(nist.key), bytes(nist.counter)]
      assert.strictEqual(Bytes.toHex(ctrScheme.apply(k, c, bytes(from))), to)
      assert.strictEqual(Bytes.toHex(ctrScheme.apply(k, c, bytes(to))), from)
    }
  })
})

describe("the scheme sigtwin-ctr-1", () => {
  it("is known by its name", () => {
    assert.deepStrictEqual(
      payloadSchemes.map(({ id }) => id),
      ["sigtwin-ctr-1"],
    )
  })

  it("lays out its counter block as the document says", () => {
    const at = { device: 0x004d33db, seq: 0x1a1, rolloverCounter: 0x01020304 }
    assert.strictEqual(Bytes.toHex(ctrScheme.counterBlock(at)), "01004d33db0102030401a10000000000")
  })

  it("gives the document's worked example", () => {
    const at = { device: 0x004d33db, seq: 0x1a1, rolloverCounter: 7 }
    const encrypted = ctrScheme.scheme.encrypt(bytes(nist.key), at, bytes("48656c6c6f"))
    // By the bare block cipher, as anybody may check it.
    const ecb = createCipheriv("aes-128-ecb", bytes(nist.key), null).setAutoPadding(false)
    const stream = ecb.update(bytes("01004d33db0000000701a10000000000"))
    const expected = bytes("48656c6c6f").map((byte, i) => byte ^ (stream[i] ?? 0))
    assert.strictEqual(Bytes.toHex(encrypted), Bytes.toHex(expected))
    assert.strictEqual(Bytes.toHex(encrypted), "8c0bedfd56")
  })

  it("is its own inverse and keeps the length", () => {
    fc.assert(
      fc.property(key, place, payload, (k, at, text) => {
        const encrypted = ctrScheme.scheme.encrypt(k, at, text)
        assert.strictEqual(encrypted.length, text.length)
        assert.deepStrictEqual(ctrScheme.scheme.decrypt(k, at, encrypted), text)
      }),
    )
  })

  it("has another counter block for another device, number or turn", () => {
    fc.assert(
      fc.property(place, place, (one, other) => {
        const isSame =
          one.device === other.device &&
          one.seq === other.seq &&
          one.rolloverCounter === other.rolloverCounter
        const [a, b] = [one, other].map((at) => Bytes.toHex(ctrScheme.counterBlock(at)))
        assert.strictEqual(a === b, isSame)
      }),
    )
  })
})
