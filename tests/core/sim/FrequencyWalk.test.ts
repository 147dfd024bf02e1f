import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Random from "../../../core/kernel/Random.ts"
import * as Device from "../../../core/sim/Device.ts"
import * as FrequencyWalk from "../../../core/sim/FrequencyWalk.ts"

describe("a device's frequency generator", () => {
  it("stands after a jump where it stands after every message in turn", () => {
    const index = fc.integer({ min: 0, max: 500 })
    fc.assert(
      fc.property(fc.integer(), index, fc.integer({ min: 0, max: 400 }), (seed, at, slots) => {
        const device = Device.at(Random.make(seed), at, 4)
        let x = device.frequencySeed
        for (let slot = 0; slot < slots; slot++) x = FrequencyWalk.planAt(device, slot, x).x
        assert.strictEqual(FrequencyWalk.before(device, slots), x)
      }),
    )
  })

  it("is tried on devices that ask for downlinks and on some that do not", () => {
    const devices = Array.from({ length: 100 }, (_, i) => Device.at(Random.make(1), i, 4))
    const asking = devices.filter(({ askEvery }) => askEvery > 0).length
    assert.isAbove(asking, 5)
    assert.isBelow(asking, 50)
  })
})
