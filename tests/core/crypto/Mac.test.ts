import { createCipheriv } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Mac from "../../../core/crypto/Mac.ts"
import * as Bytes from "../../../core/kernel/Bytes.ts"

const bytes = (from: number, to: number) => fc.uint8Array({ minLength: from, maxLength: to })

/** The definition, spelled out: CBC with a zero IV over the packet repeated to whole blocks. */
const plainMac = (key: Uint8Array, packet: Uint8Array, length: number): Uint8Array => {
  const size = packet.length <= 16 ? 16 : 32
  const padded = Uint8Array.from({ length: size }, (_, i) => packet[i % packet.length])
  const cipher = createCipheriv("aes-128-cbc", key, new Uint8Array(16)).setAutoPadding(false)
  return Uint8Array.from(cipher.update(padded).subarray(size - 16, size - 16 + length))
}

const bytesOf = (hex: string): Uint8Array => {
  const read = Bytes.fromHex(hex)
  assert(read !== undefined)
  return read
}

describe("Mac", () => {
  it("gives the MAC of the worked example", () => {
    const cipher = Mac.makeKeyCipher(bytesOf("479e4480fd7596d45b0122fd282db3cf"))
    const packet = bytesOf("01a0db334d00abad1dea")
    assert.strictEqual(Bytes.toHex(Mac.uplinkMac(cipher, packet, 2)), "dc32")
    const input = bytesOf("db334d00a101deadbeef02468acedb33")
    assert.strictEqual(Bytes.toHex(Mac.downlinkMac(cipher, input)), "58f2")
  })

  it("is AES-CBC over the repeated packet, of one block and of two", () => {
    fc.assert(
      fc.property(
        bytes(16, 16),
        bytes(6, 18),
        fc.integer({ min: 2, max: 5 }),
        (key, packet, length) => {
          const found = Mac.uplinkMac(Mac.makeKeyCipher(key), packet, length)
          assert.deepStrictEqual(Uint8Array.from(found), plainMac(key, packet, length))
        },
      ),
    )
  })

  it("carries nothing over from one message to the next under one cipher", () => {
    const key = bytesOf("00".repeat(15) + "01")
    const cipher = Mac.makeKeyCipher(key)
    for (const length of [18, 6, 17, 16, 7, 18]) {
      const packet = Uint8Array.from({ length }, (_, i) => i * length)
      const found = Uint8Array.from(Mac.uplinkMac(cipher, packet, 4))
      assert.deepStrictEqual(found, plainMac(key, packet, 4))
    }
  })

  it("holds for a packet with its MAC, and for none with a bit turned", () => {
    fc.assert(
      fc.property(
        bytes(16, 16),
        bytes(6, 18),
        fc.integer({ min: 2, max: 5 }),
        (key, covered, length) => {
          const cipher = Mac.makeKeyCipher(key)
          const size = covered.length + length
          // Longer than the packet, as a slot is.
          const packet = new Uint8Array(size + 2)
          packet.set(covered)
          packet.set(Mac.uplinkMac(cipher, covered, length), covered.length)
          assert.isTrue(Mac.uplinkMacHolds(cipher, packet, size, length))
          for (let bit = 8 * covered.length; bit < 8 * size; bit++) {
            packet[bit >> 3] ^= 1 << (bit & 7)
            assert.isFalse(Mac.uplinkMacHolds(cipher, packet, size, length))
            packet[bit >> 3] ^= 1 << (bit & 7)
          }
        },
      ),
      { numRuns: 50 },
    )
  })

  it("compares MACs byte by byte", () => {
    assert.isTrue(Mac.sameMac(Uint8Array.of(1, 2), Uint8Array.of(1, 2)))
    assert.isFalse(Mac.sameMac(Uint8Array.of(1, 2), Uint8Array.of(1, 3)))
    assert.isFalse(Mac.sameMac(Uint8Array.of(1, 2), Uint8Array.of(1, 2, 3)))
  })

  it("breaks an invariant for a key or an input of another size", () => {
    assert.throws(() => Mac.makeKeyCipher(new Uint8Array(15)), /invariant/)
    const cipher = Mac.makeKeyCipher(new Uint8Array(16))
    assert.throws(() => Mac.downlinkMac(cipher, new Uint8Array(15)), /invariant/)
    assert.throws(() => Mac.uplinkMac(cipher, new Uint8Array(0), 2), /invariant/)
  })
})
