import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Frame from "../../../core/frame/Frame.ts"

describe("device numbers", () => {
  it("are written in upper case without leading zeros, and read again", () => {
    assert.strictEqual(Frame.deviceHexOf(0), "0")
    assert.strictEqual(Frame.deviceHexOf(0xab), "AB")
    assert.strictEqual(Frame.deviceHexOf(0xffffffff), "FFFFFFFF")
    fc.assert(
      fc.property(fc.nat(0xffffffff), (device) => {
        const text = Frame.deviceHexOf(device)
        assert.strictEqual(text, device.toString(16).toUpperCase())
        assert.strictEqual(Frame.parseDevice(text), device)
      }),
    )
  })

  it("are refused when they are none", () => {
    for (const text of ["", "123456789", "xyz", "0x1", " 1", "-1"]) {
      assert.isUndefined(Frame.parseDevice(text))
    }
    assert.strictEqual(Frame.parseDevice("004d33db"), 0x4d33db)
  })
})
