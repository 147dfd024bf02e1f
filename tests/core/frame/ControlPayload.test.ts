import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as ControlPayload from "../../../core/frame/ControlPayload.ts"
import * as Bytes from "../../../core/kernel/Bytes.ts"

const measured = {
  idleMv: fc.nat(0xffff),
  transmitMv: fc.nat(0xffff),
  temperatureDeciC: fc.integer({ min: -0x8000, max: 0x7fff }),
}
const control: fc.Arbitrary<ControlPayload.ControlPayload> = fc.oneof(
  fc.record({ _tag: fc.constant("KeepAlive" as const), ...measured }),
  fc.record({
    _tag: fc.constant("DownlinkConfirmation" as const),
    ...measured,
    rssiDbm: fc.integer({ min: -228, max: 27 }),
  }),
)

const decodeHex = (hex: string) => ControlPayload.decode(Bytes.fromHex(hex) ?? new Uint8Array(0))

const reasonOf = (hex: string) => {
  const read = decodeHex(hex)
  return read._tag === "Rejected" ? `${read.reason} at ${read.where}` : read._tag
}

describe("ControlPayload", () => {
  it("reads what it writes", () => {
    fc.assert(
      fc.property(control, (value) => {
        assert.deepStrictEqual(ControlPayload.decode(ControlPayload.encode(value)), value)
      }),
    )
  })

  it("reads a keep-alive field by field", () => {
    assert.deepStrictEqual(decodeHex("084b0be70e4d00"), {
      _tag: "KeepAlive",
      idleMv: 2891,
      transmitMv: 3815,
      temperatureDeciC: 77,
    })
  })

  it("reads a confirmation's RSSI and negative temperature", () => {
    assert.deepStrictEqual(decodeHex("09000c000cf6ffd8"), {
      _tag: "DownlinkConfirmation",
      idleMv: 3072,
      transmitMv: 3072,
      temperatureDeciC: -10,
      rssiDbm: -140,
    })
  })

  it("refuses another first byte and another length", () => {
    assert.strictEqual(reasonOf(""), "control-code at byte 0")
    assert.strictEqual(reasonOf("074b0be70e4d00"), "control-code at byte 0")
    assert.strictEqual(reasonOf("084b0be70e4d0000"), "control-length at byte 7")
    assert.strictEqual(reasonOf("09000c000cf6ff"), "control-length at byte 7")
  })

  it("finds values no device has, and none in a plain one", () => {
    const plain = {
      _tag: "KeepAlive",
      idleMv: 3300,
      transmitMv: 3000,
      temperatureDeciC: 215,
    } as const
    assert.deepStrictEqual(ControlPayload.oddities(plain), [])
    assert.strictEqual(ControlPayload.oddities({ ...plain, idleMv: 60_000 }).length, 1)
    assert.strictEqual(ControlPayload.oddities({ ...plain, temperatureDeciC: 9000 }).length, 1)
  })
})
