import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { createDecipheriv, createHash, hkdfSync } from "node:crypto"
import * as seal from "../../../core/crypto/seal.ts"
import * as Bytes from "../../../core/kernel/Bytes.ts"

const secret = fc.uint8Array({ minLength: 32, maxLength: 32 })
const packet = fc.uint8Array({ minLength: 8, maxLength: 20 })
const payload = fc.uint8Array({ maxLength: 12 })
const zeros = new Uint8Array(32)

describe("a sealed payload", () => {
  it("opens to what was sealed, under its key", () =>
    fc.assert(
      fc.property(secret, packet, payload, (bytes, whole, plain) => {
        const key = seal.dataKeyOf(bytes)
        const opened = seal.openPayload(key, seal.sealPayload(key, whole, plain))
        assert.isTrue(opened !== undefined && Bytes.equal(opened, plain))
      }),
    ))

  it("is the same for the same packet, and tells packets apart", () =>
    fc.assert(
      fc.property(packet, packet, payload, (one, other, plain) => {
        const key = seal.dataKeyOf(zeros)
        const first = seal.sealPayload(key, one, plain)
        assert.deepStrictEqual(first, seal.sealPayload(key, one, plain))
        const isSame = Bytes.equal(one, other)
        assert.strictEqual(first.digest === seal.sealPayload(key, other, plain).digest, isSame)
      }),
    ))

  it("opens under no other key, and not when a bit was changed", () => {
    const key = seal.dataKeyOf(zeros)
    const sealed = seal.sealPayload(key, new Uint8Array(9), Uint8Array.of(1, 2, 3))
    assert.isUndefined(seal.openPayload(seal.dataKeyOf(new Uint8Array(32).fill(1)), sealed))
    for (let i = 0; i < sealed.bytes.length; i++) {
      const bytes = sealed.bytes.slice()
      bytes[i] ^= 1
      assert.isUndefined(seal.openPayload(key, { ...sealed, bytes }), `byte ${i}`)
    }
  })

  it("shows nothing of its plain text in its digest: without the key it is another", () => {
    const plain = Uint8Array.of(7)
    const [one, other] = [zeros, new Uint8Array(32).fill(9)].map((bytes) =>
      seal.sealPayload(seal.dataKeyOf(bytes), plain, plain),
    )
    assert.notStrictEqual(one.digest, other.digest)
  })
})

/** Opened by hand, under the key that a second derivation gives. */
const openWith = (hiding: Uint8Array, sealed: { digest: string; bytes: Uint8Array }) => {
  const decipher = createDecipheriv("aes-256-gcm", hiding, Buffer.from(sealed.digest, "hex"))
  decipher.setAuthTag(sealed.bytes.subarray(-16))
  return Buffer.concat([decipher.update(sealed.bytes.subarray(0, -16)), decipher.final()])
}

describe("a data key", () => {
  const random = fc.uint8Array({ minLength: 32, maxLength: 32 })
  const info = Buffer.from("sigtwin data key")
  it("hides under the second half of SHA-512 over counter, secret and purpose", () =>
    fc.assert(
      fc.property(random, packet, (bytes, plain) => {
        const key = seal.dataKeyOf(seal.newDataSecret(() => bytes))
        const one = createHash("sha512")
          .update(Uint8Array.of(0, 0, 0, 1))
          .update(bytes)
        const hiding = one.update(info).digest().subarray(32)
        const opened = openWith(hiding, seal.sealPayload(key, plain, plain))
        assert.isTrue(Bytes.equal(opened, plain))
      }),
    ))

  it("of a secret kept before secrets said how they are derived still opens what it sealed", () =>
    fc.assert(
      fc.property(random, packet, (bytes, plain) => {
        const hiding = new Uint8Array(hkdfSync("sha256", bytes, "", info, 64)).subarray(32)
        const opened = openWith(hiding, seal.sealPayload(seal.dataKeyOf(bytes), plain, plain))
        assert.isTrue(Bytes.equal(opened, plain))
      }),
      // Bare bytes that begin as marked secrets do.
      {
        examples: [1, 2, 3, 4].map((first) => [new Uint8Array(32).fill(first), new Uint8Array(8)]),
      },
    ))
})

describe("secret bytes", () => {
  it("are as many as asked for, and never those of before", () => {
    const seen = new Set<string>()
    for (let i = 0; i < 2_000; i++) {
      const bytes = seal.secretBytes(16 + (i % 17))
      assert.lengthOf(bytes, 16 + (i % 17))
      seen.add(Bytes.toHex(bytes.subarray(0, 16)))
    }
    assert.strictEqual(seen.size, 2_000)
    assert.lengthOf(seal.secretBytes(10_000), 10_000)
  })
})

describe("a locked secret", () => {
  const master = seal.masterKeyOf(zeros)

  it("opens for what it was locked for, and for nothing else", () => {
    const locked = seal.lock(master, Uint8Array.of(1, 2, 3), "radio-key/A/1")
    assert.deepStrictEqual(seal.unlock(master, locked, "radio-key/A/1"), Uint8Array.of(1, 2, 3))
    assert.isUndefined(seal.unlock(master, locked, "radio-key/B/1"))
    assert.isUndefined(
      seal.unlock(seal.masterKeyOf(new Uint8Array(32).fill(1)), locked, "radio-key/A/1"),
    )
  })

  it("is no secret at all when it is too short: refused, not thrown", () =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        assert.isUndefined(seal.unlock(master, bytes, "x"))
      }),
    ))
})
