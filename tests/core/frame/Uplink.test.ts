import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import type { RefusalReason } from "../../../core/frame/Frame.ts"
import { heardHex } from "../../../core/frame/heardHex.ts"
import * as Replica from "../../../core/frame/Replica.ts"
import * as Slot from "../../../core/frame/Slot.ts"
import * as Uplink from "../../../core/frame/Uplink.ts"
import * as Bytes from "../../../core/kernel/Bytes.ts"
import { anyMac, rank, sent } from "./sent.ts"

/** ID 004D33DB, number 0x1A0, payload abad1dea: the worked example of Sigfox facts, part 1. */
const example = "35f01a0db334d00abad1deadc32758a"

const frameOf = (input: string | Uint8Array) => {
  const read = Uplink.decode(input)
  assert(read._tag === "Frame", JSON.stringify(read))
  return read
}

const refusedOf = (input: string | Uint8Array, reason: RefusalReason) => {
  const read = Uplink.decode(input)
  assert(read._tag === "FrameRefused", "a refusal was expected")
  assert.strictEqual(read.reason, reason)
  return read
}

const kindOf = (what: Parameters<typeof Uplink.encode>[0]) =>
  frameOf(Uplink.encode(what, anyMac).bitstreamHex).kind

describe("Uplink.decode", () => {
  it("reads the worked example at each rank", () => {
    for (const [hex, heardRank] of [
      [`aaaaa${example}`, 1],
      ["aaaaa5980118806638c0d490d4650527d22d", 2],
      ["aaaaa5a301c8edff9e4081465a906b3ee8e8", 3],
    ] as const) {
      const frame = frameOf(hex)
      assert.strictEqual(frame.rank, heardRank)
      assert.strictEqual(frame.kind, "data")
      assert.strictEqual(frame.deviceHex, "4D33DB")
      assert.strictEqual(frame.seq, 0x1a0)
      assert.isFalse(frame.downlinkAsked)
      assert.strictEqual(Bytes.toHex(frame.payload), "abad1dea")
      assert.strictEqual(Bytes.toHex(frame.mac), "dc32")
      assert.strictEqual(frame.crc, 0x758a)
    }
  })

  it("reads the same frame from bytes, from upper case and without preamble", () => {
    const bytes = Bytes.fromHex(`aaaaa${example}`)
    assert(bytes !== undefined)
    assert.deepStrictEqual(Uplink.decode(bytes), Uplink.decode(example))
    assert.deepStrictEqual(Uplink.decode(example.toUpperCase()), Uplink.decode(example))
  })

  it("is the inverse of encode for every kind and rank, in every form", () => {
    fc.assert(
      fc.property(sent, rank, (what, at) => {
        const encoded = Uplink.encode({ ...what, rank: at }, anyMac)
        const frame = frameOf(encoded.bitstreamHex)
        const bytes = Bytes.fromHex(encoded.bitstreamHex)
        assert(bytes !== undefined)
        assert.deepStrictEqual(frameOf(bytes), frame)
        if (encoded.frameHex !== null) assert.deepStrictEqual(frameOf(encoded.frameHex), frame)
        assert.strictEqual(frame.device, what.device)
        assert.strictEqual(frame.seq, what.seq)
        assert.strictEqual(frame.downlinkAsked, what.downlinkAsked)
        assert.strictEqual(frame.rank, at)
        assert.deepStrictEqual(frame.packet, encoded.packet)
        const covered = frame.packet.slice(0, 6 + frame.payload.length)
        assert.deepStrictEqual(frame.mac, anyMac(covered, frame.mac.length))
        const content =
          frame.bit !== undefined
            ? { bit: frame.bit }
            : frame.kind === "control"
              ? { control: frame.payload }
              : { payload: frame.payload }
        const { device, seq, downlinkAsked } = frame
        assert.deepStrictEqual({ device, seq, downlinkAsked, ...content }, what)
      }),
      { numRuns: 2000 },
    )
  })

  it("tells the kinds apart", () => {
    const header = { device: 1, seq: 2, downlinkAsked: true, rank: 1 } as const
    assert.strictEqual(kindOf({ ...header, payload: new Uint8Array(0) }), "empty")
    assert.strictEqual(kindOf({ ...header, bit: 0 }), "bit")
    assert.strictEqual(kindOf({ ...header, payload: new Uint8Array(7) }), "data")
    assert.strictEqual(kindOf({ ...header, control: new Uint8Array(7) }), "control")
  })

  it("has no form without preamble for the control frame of rank 3", () => {
    const header = { device: 1, seq: 2, downlinkAsked: false, rank: 3 } as const
    const encoded = Uplink.encode({ ...header, control: new Uint8Array(8) }, anyMac)
    assert.isNull(encoded.frameHex)
    assert.isTrue(encoded.bitstreamHex.startsWith("aaaab1be"))
  })

  it("says which character is no hexadecimal digit, of any alphabet", () => {
    for (const bad of ["g", " ", "\u0130", "\u4e00", "\u0431", "\u0000"]) {
      for (const at of [0, 2, 3, 17, 30]) {
        const text = example.slice(0, at) + bad + example.slice(at + 1)
        const refused = refusedOf(text, "not-hex")
        assert.strictEqual(refused.offset, at)
      }
    }
  })

  it("refuses every length that no frame has", () => {
    for (let length = 0; length <= 128; length++) {
      if ([23, 25, 31, 39, 47, 28, 30, 36, 44, 52].includes(length)) continue
      const refused = refusedOf("a".repeat(length), "length")
      assert.strictEqual(refused.offset, length)
    }
    for (const length of [0, 13, 16, 64]) refusedOf(new Uint8Array(length).fill(0xaa), "length")
  })

  it("refuses a preamble with any bit wrong", () => {
    const good = Bytes.fromHex(`aaaaa${example}`)
    assert(good !== undefined)
    for (let bit = 0; bit < 19; bit++) {
      const bytes = good.slice()
      bytes[bit >> 3] ^= 0x80 >> (bit & 7)
      refusedOf(bytes, "preamble")
    }
  })

  it("refuses an unknown type and a type of another length, and says where", () => {
    assert.strictEqual(refusedOf(`000${example.slice(3)}`, "frame-type").offset, 0)
    assert.strictEqual(refusedOf(`aaaaa000${example.slice(3)}`, "frame-type").offset, 4)
    assert.strictEqual(refusedOf(`611${example.slice(3)}`, "type-length").offset, 0)
  })

  it("refuses a wrong CRC and still says which device the frame claims", () => {
    const refused = refusedOf(`${example.slice(0, -1)}b`, "crc")
    assert.strictEqual(refused.field, "CRC")
    assert.strictEqual(refused.offset, 27)
    assert(refused.claimed !== undefined)
    assert.strictEqual(refused.claimed.deviceHex, "4D33DB")
    assert.strictEqual(refused.claimed.seq, 0x1a0)
    assert.strictEqual(Bytes.toHex(refused.claimed.packet), "01a0db334d00abad1deadc32")
  })

  it("refuses the reserved flag and unused length indicators of a frame that is else right", () => {
    const refused = refusedOf(withFlags(example, 1), "reserved-flag")
    assert.strictEqual(refused.claimed?.device, 0x4d33db)
    assert.strictEqual(refused.offset, 3)
    refusedOf(withFlags(example, 12), "length-indicator")
  })

  it("gives a frame or a refusal for any bytes and any text, and never throws", () => {
    const any = fc.oneof(fc.uint8Array({ maxLength: 64 }), fc.string({ maxLength: 128 }), hexText)
    fc.assert(
      fc.property(any, (input) => {
        const read = Uplink.decode(input)
        assert.include(["Frame", "FrameRefused"], read._tag)
      }),
      { numRuns: 5000 },
    )
  })

  it("never takes a frame with one bit turned for the frame it was", () => {
    fc.assert(
      fc.property(sent, rank, (what, at) => {
        const good = Bytes.fromHex(Uplink.encode({ ...what, rank: at }, anyMac).bitstreamHex)
        assert(good !== undefined)
        const frame = frameOf(good)
        for (let bit = 0; bit < 8 * good.length; bit++) {
          const bytes = good.slice()
          bytes[bit >> 3] ^= 0x80 >> (bit & 7)
          const read = Uplink.decode(bytes)
          // In the body the CRC sees it; the type is covered by nothing, but no two types are one bit apart
          // with the same length and the same CRC.
          if (bit >= 32) assert.strictEqual(read._tag, "FrameRefused")
          if (read._tag === "Frame") assert.notDeepEqual(read, frame)
        }
      }),
      { numRuns: 100 },
    )
  })
})

describe("Uplink.decodeInto", () => {
  it("says the same as decode, in a slot used again and again", () => {
    const slot = Slot.make()
    fc.assert(
      fc.property(fc.oneof(frameText, hexText, fc.string()), (text) => {
        const outcome = Uplink.decodeInto(slot, text)
        const read = Uplink.decode(text)
        assert.strictEqual(outcome, read._tag === "Frame" ? "ok" : read.reason)
        if (read._tag === "Frame") assert.deepStrictEqual(Uplink.frameOf(slot), read)
        else assert.deepStrictEqual(Uplink.refusalOf(read.reason, slot, text), read)
      }),
      { numRuns: 1000 },
    )
  })

  it("hands out frames that a later reading does not change", () => {
    const first = frameOf(example)
    const copy = structuredClone(first)
    frameOf("aaaaab1be57dd39a1c12aca59c91ecdde40ecef0ffa5c".slice(1))
    assert.deepStrictEqual(first, copy)
  })
})

describe("Uplink.encodeRanks", () => {
  it("sends one packet three times", () => {
    fc.assert(
      fc.property(sent, (what) => {
        const all = Uplink.encodeRanks(what, anyMac)
        for (const at of [1, 2, 3] as const) {
          assert.deepStrictEqual(all[at - 1], Uplink.encode({ ...what, rank: at }, anyMac))
        }
      }),
    )
  })

  it("breaks an invariant for what cannot be sent", () => {
    const header = { device: 1, seq: 1, downlinkAsked: false }
    const attempts = [
      { ...header, payload: new Uint8Array(13) },
      { ...header, control: new Uint8Array(6) },
      { ...header, control: new Uint8Array(9) },
      { ...header, seq: 4096, bit: 1 },
      { ...header, device: 2 ** 32, bit: 1 },
    ] as const
    for (const what of attempts) assert.throws(() => Uplink.encodeRanks(what, anyMac), /invariant/)
  })
})

describe("Replica", () => {
  it("decodes what it encodes, at every rank and length", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 22 }), rank, (body, at) => {
        assert.deepStrictEqual(Replica.decode(Replica.encode(body, at), at), body)
        assert.deepStrictEqual(Replica.encode(Replica.decode(body, at), at), body)
      }),
    )
  })

  it("codes a single bit as 111 at rank 2 and 101 at rank 3", () => {
    assert.deepStrictEqual(Replica.encode(Uint8Array.of(0x80, 0), 2), Uint8Array.of(0xe0, 0))
    assert.deepStrictEqual(Replica.encode(Uint8Array.of(0x01, 0), 3), Uint8Array.of(0x01, 0x40))
  })
})

const hexText = fc
  .array(
    fc.nat(15).map((digit) => digit.toString(16)),
    { maxLength: 60 },
  )
  .map((digits) => digits.join(""))

const frameText = fc.tuple(sent, rank, fc.nat(60), fc.boolean()).map(([what, at, place, spoil]) => {
  const text = Uplink.encode({ ...what, rank: at }, anyMac).bitstreamHex
  return spoil ? `${text.slice(0, place)}7${text.slice(place + 1)}` : text
})

/** The frame of rank 1 with other flags and its CRC made right again. */
const withFlags = (frame: string, flags: number): string => {
  const packet = flags.toString(16) + frame.slice(4, -4)
  const crc = Array.from({ length: 0x10000 }, (_, value) => Bytes.hexOf(value, 4)).find((text) => {
    const read = Uplink.decode(frame.slice(0, 3) + packet + text)
    return read._tag === "Frame" || read.reason !== "crc"
  })
  assert(crc !== undefined)
  return frame.slice(0, 3) + packet + crc
}

describe("heardHex", () => {
  it("puts together what was taken apart, for every kind and rank", () => {
    fc.assert(
      fc.property(sent, rank, (what, at) => {
        const { bitstreamHex, frameHex } = Uplink.encode({ ...what, rank: at }, anyMac)
        assert.strictEqual(heardHex(frameOf(bitstreamHex)), frameHex ?? bitstreamHex)
      }),
    )
  })
})
