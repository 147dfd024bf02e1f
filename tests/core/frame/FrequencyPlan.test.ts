import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as FrequencyPlan from "../../../core/frame/FrequencyPlan.ts"
import { macroChannelHz, zones } from "../../../core/frame/RadioZone.ts"

const zone = fc.constantFrom(...Object.values(zones))
const device = fc.nat(0xffffffff)
const value = fc.nat(FrequencyPlan.valueMax)

/** By the 25 kHz grid of a 200 kHz macro channel. */
const channelOf = (hz: number) => Math.floor((hz - zones.RC2.uplinkHz + 100_000) / 25_000)

describe("FrequencyPlan", () => {
  it("draws the values and frequencies of a known device in RC1", () => {
    // Computed apart from this code, by the formulas of Sigfox facts, part 3.
    const id = 0x4d33db
    assert.strictEqual(FrequencyPlan.addendOf(id), 7021)
    const { frequenciesHz, x } = FrequencyPlan.planOf({ zone: zones.RC1, device: id }, 0, false)
    assert.deepStrictEqual(frequenciesHz, [868_118_965, 868_140_619, 868_071_435])
    assert.strictEqual(x, 1979)
  })

  it("meets every value once before it repeats", () => {
    for (const id of [0, 1, 0xffff, 0x4d33db, 0xffffffff]) {
      const seen = new Set<number>()
      let x = 0
      for (let i = 0; i <= FrequencyPlan.valueMax; i++) {
        x = FrequencyPlan.nextValue(x, id)
        seen.add(x)
      }
      assert.strictEqual(seen.size, FrequencyPlan.valueMax + 1)
    }
  })

  it("keeps every frequency of a message within the channel of its zone", () => {
    fc.assert(
      fc.property(zone, device, value, fc.boolean(), (of, id, x, asked) => {
        const plan = FrequencyPlan.planOf({ zone: of, device: id }, x, asked)
        for (const hz of plan.frequenciesHz) {
          assert.isAtMost(Math.abs(hz - of.uplinkHz), macroChannelHz / 2 - of.marginHz)
        }
      }),
    )
  })

  it("puts ranks 2 and 3 beside rank 1 when a downlink is asked, and the answer at its distance", () => {
    fc.assert(
      fc.property(zone, device, value, (of, id, x) => {
        const [f1, f2, f3] = FrequencyPlan.planOf({ zone: of, device: id }, x, true).frequenciesHz
        assert.strictEqual(f2 - f1, of.rankOffsetHz)
        assert.strictEqual(f1 - f3, of.rankOffsetHz)
        assert.strictEqual(FrequencyPlan.downlinkHz(of, f1) - f1, of.downlinkHz - of.uplinkHz)
      }),
    )
  })

  it("uses three micro channels for a message in the hopping zones, and not their edges", () => {
    fc.assert(
      fc.property(device, value, (id, x) => {
        const plan = FrequencyPlan.planOf({ zone: zones.RC2, device: id }, x, false)
        const channels = plan.frequenciesHz.map(channelOf)
        assert.strictEqual(new Set(channels).size, 3)
        for (const channel of channels) assert.isTrue(channel >= 1 && channel <= 6)
        for (const hz of plan.frequenciesHz) {
          const offset = (hz - zones.RC2.uplinkHz + 100_000) % 25_000
          assert.isTrue(offset >= 2000 && offset <= 23_000)
        }
      }),
    )
  })

  it("finds the value of a frequency again", () => {
    fc.assert(
      fc.property(zone, value, (of, x) => {
        const hz = FrequencyPlan.frequencyOf(of, x)
        assert.isAtMost(Math.abs(FrequencyPlan.nearestValue(of, hz) - x), 1)
      }),
    )
  })

  it("explains the messages of a device, heard a little wrong, and hardly ever another's", () => {
    fc.assert(
      fc.property(zone, device, value, fc.boolean(), (of, id, x, asked) => {
        const { frequenciesHz } = FrequencyPlan.planOf({ zone: of, device: id }, x, asked)
        const [f1, f2, f3] = frequenciesHz
        const heard = [f1 + 20, f2 - 20, f3 + 20] as const
        assert.isTrue(FrequencyPlan.explains({ zone: of, device: id }, heard, asked, 50))
      }),
    )
    let explained = 0
    for (let x = 0; x < 1000; x++) {
      const { frequenciesHz } = FrequencyPlan.planOf({ zone: zones.RC1, device: 1 }, x, false)
      const other = { zone: zones.RC1, device: 0x4d33db }
      if (FrequencyPlan.explains(other, frequenciesHz, false, 50)) explained++
    }
    assert.isBelow(explained, 50)
  })
})
