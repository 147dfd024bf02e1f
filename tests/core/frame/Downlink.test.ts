import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Bch from "../../../core/frame/Bch.ts"
import * as Downlink from "../../../core/frame/Downlink.ts"
import * as Whitening from "../../../core/frame/Whitening.ts"
import * as Bytes from "../../../core/kernel/Bytes.ts"

/** The worked example of Sigfox facts, part 2: payload deadbeef02468ace, MAC 58f2. */
const asked = { device: 0x4d33db, seq: 0x1a1 }
const example = "3516816cc7ce125ef60d5b6d78c1c1"
const exampleMac = () => Uint8Array.of(0x58, 0xf2)

const someMac = (input: Uint8Array) => input.slice(5, 7)

const sent = fc.record({
  device: fc.nat(0xffffffff),
  seq: fc.nat(4095),
  payload: fc.uint8Array({ minLength: 8, maxLength: 8 }),
})

/** One wrong bit, or none, in each of the eight bit planes: the byte it is in, 15 for none. */
const errors = fc.array(fc.nat(15), { minLength: 8, maxLength: 8 })

const reasonOf = (input: string | Uint8Array) => {
  const read = Downlink.decode(input, asked)
  return read._tag === "DownlinkRefused" ? `${read.reason} ${read.offset}` : "read"
}

describe("Downlink", () => {
  it("reads and writes the worked example", () => {
    const read = Downlink.decode(example, asked)
    assert(read._tag === "Downlink")
    assert.strictEqual(Bytes.toHex(read.payload), "deadbeef02468ace")
    assert.strictEqual(Bytes.toHex(read.mac), "58f2")
    assert.strictEqual(Bytes.toHex(read.ecc), "e3c6ff83")
    assert.strictEqual(read.crc, 0xf0)
    assert.strictEqual(read.correctedBits, 0)
    const encoded = Downlink.encode({ ...asked, payload: read.payload }, exampleMac)
    assert.strictEqual(encoded.frameHex, example)
    assert.strictEqual(encoded.airHex, `2aaaaaaaaaaaaaaaaaaaaab227${example}`)
  })

  it("reads what it writes, as hex, as bytes and with preamble", () => {
    fc.assert(
      fc.property(sent, (what) => {
        const encoded = Downlink.encode(what, someMac)
        const bytes = Bytes.fromHex(encoded.frameHex)
        assert(bytes !== undefined)
        for (const input of [encoded.frameHex, encoded.airHex, bytes]) {
          const read = Downlink.decode(input, what)
          assert(read._tag === "Downlink")
          assert.deepStrictEqual(read.payload, what.payload)
          assert.deepStrictEqual(read.mac, someMac(Downlink.macInput(what)))
          assert.deepStrictEqual(read.plain, encoded.plain)
        }
      }),
    )
  })

  it("corrects any one error in each bit plane", () => {
    fc.assert(
      fc.property(sent, errors, (what, places) => {
        const encoded = Downlink.encode(what, someMac)
        const bytes = Bytes.fromHex(encoded.frameHex)
        assert(bytes !== undefined)
        places.forEach((place, plane) => {
          if (place < 15) bytes[place] ^= 1 << plane
        })
        const read = Downlink.decode(bytes, what)
        assert(read._tag === "Downlink")
        assert.deepStrictEqual(read.plain, encoded.plain)
        assert.strictEqual(read.correctedBits, places.filter((place) => place < 15).length)
      }),
    )
  })

  it("refuses a downlink for another number, and gives what it read all the same", () => {
    const read = Downlink.decode(example, { ...asked, seq: 0x1a2 })
    assert(read._tag === "DownlinkRefused")
    assert.strictEqual(read.reason, "crc")
    assert.strictEqual(read.claimed?.payload.length, 8)
  })

  it("refuses other lengths, characters and preambles", () => {
    assert.strictEqual(reasonOf(""), "length 0")
    assert.strictEqual(reasonOf(example.slice(1)), "length 29")
    assert.strictEqual(reasonOf(new Uint8Array(14)), "length 28")
    assert.strictEqual(reasonOf(`${example.slice(0, 4)}x${example.slice(5)}`), "not-hex 4")
    assert.strictEqual(reasonOf(`3aaaaaaaaaaaaaaaaaaaaab227${example}`), "preamble 0")
  })

  it("gives a downlink or a refusal for any input, and never throws", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.uint8Array({ maxLength: 64 }), fc.string({ maxLength: 128 })),
        fc.nat(0xffffffff),
        fc.nat(4095),
        (input, device, seq) => {
          const read = Downlink.decode(input, { device, seq })
          assert.include(["Downlink", "DownlinkRefused"], read._tag)
        },
      ),
    )
  })
})

describe("Bch", () => {
  it("finds nothing to correct after its own parity was set, and keeps the data", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 15, maxLength: 15 }), (bytes) => {
        const word = bytes.slice()
        Bch.setParity(word)
        assert.deepStrictEqual(word.slice(4), bytes.slice(4))
        assert.strictEqual(Bch.correct(word.slice()), 0)
      }),
    )
  })
})

describe("Whitening", () => {
  it("starts from nine bits of the product of device and number, and never from zero", () => {
    assert.strictEqual(Whitening.seedOf(0x4d33db, 0x1a1), 0x1bb)
    assert.strictEqual(Whitening.seedOf(0x4d33db, 0), 0x1ff)
    fc.assert(
      fc.property(fc.nat(0xffffffff), fc.nat(4095), (device, seq) => {
        const product = Number((BigInt(device) * BigInt(seq)) & 0x1ffn)
        assert.strictEqual(Whitening.seedOf(device, seq), product === 0 ? 0x1ff : product)
      }),
    )
  })
})
