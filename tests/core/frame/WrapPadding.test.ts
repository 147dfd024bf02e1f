import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Uplink from "../../../core/frame/Uplink.ts"
import * as WrapPadding from "../../../core/frame/WrapPadding.ts"
import * as Bytes from "../../../core/kernel/Bytes.ts"
import { anyMac } from "./sent.ts"

const header = fc.record({
  device: fc.nat(0xffffffff),
  seq: fc.nat(4095),
  downlinkAsked: fc.boolean(),
})

const coveredOf = (sent: Parameters<typeof Uplink.encode>[0]): Uint8Array => {
  const frame = Uplink.decode(Uplink.encode(sent, anyMac).bitstreamHex)
  assert(frame._tag === "Frame")
  return frame.packet.slice(0, 6 + frame.payload.length)
}

const concat = (...parts: ReadonlyArray<Uint8Array>): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => Array.from(part)))

describe("WrapPadding.macInput", () => {
  it("repeats a packet to one block, and one longer than that to two", () => {
    const ten = Uint8Array.from({ length: 10 }, (_, i) => i)
    assert.strictEqual(Bytes.toHex(WrapPadding.macInput(ten)), "00010203040506070809000102030405")
    assert.strictEqual(WrapPadding.macInput(new Uint8Array(16)).length, 16)
    assert.strictEqual(WrapPadding.macInput(new Uint8Array(17)).length, 32)
  })
})

describe("WrapPadding.originOf", () => {
  it("names the frame each of the three forgeries was made from", () => {
    for (const [length, forge] of [
      [1, (h: Uint8Array, p: Uint8Array) => concat(p, h, p)],
      [2, (h: Uint8Array, p: Uint8Array) => concat(p, h, p)],
      [6, (h: Uint8Array, p: Uint8Array) => concat(p, h.subarray(0, 4))],
    ] as const) {
      fc.assert(
        fc.property(
          header,
          fc.uint8Array({ minLength: length, maxLength: length }),
          (who, payload) => {
            const captured = coveredOf({ ...who, payload, rank: 1 })
            const forged = coveredOf({
              ...who,
              payload: forge(captured.slice(0, 6), payload),
              rank: 1,
            })
            assert.deepStrictEqual(WrapPadding.macInput(forged), WrapPadding.macInput(captured))
            assert.deepStrictEqual(WrapPadding.originOf(forged), {
              payloadLength: length,
              macBytesGuessed: 0,
            })
          },
        ),
      )
    }
  })

  it("counts the MAC bytes a forger had to guess where the shorter MAC gives fewer", () => {
    const who = { device: 0x4d33db, seq: 7, downlinkAsked: false, rank: 1 } as const
    const captured = coveredOf({ ...who, bit: 0 })
    const forged = coveredOf({ ...who, payload: captured })
    assert.deepStrictEqual(WrapPadding.originOf(forged), { payloadLength: 0, macBytesGuessed: 2 })
  })

  it("finds nothing in payloads that do not repeat their header", () => {
    fc.assert(
      fc.property(header, fc.uint8Array({ maxLength: 12 }), (who, payload) => {
        // Payloads whose bytes all differ from each other and from the header's cannot repeat it.
        fc.pre(payload.every((byte) => byte !== (who.device & 0xff)) && who.device > 0xffffff)
        fc.pre(new Set(payload).size === payload.length && !payload.includes(0))
        const covered = coveredOf({ ...who, payload, rank: 1 })
        fc.pre(!payload.includes(covered[0]))
        assert.isUndefined(WrapPadding.originOf(covered))
      }),
    )
  })
})
