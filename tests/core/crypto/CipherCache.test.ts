import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as CipherCache from "../../../core/crypto/CipherCache.ts"
import * as Mac from "../../../core/crypto/Mac.ts"

const keyOf = (device: number, version: number): Uint8Array =>
  Uint8Array.from({ length: 16 }, (_, i) => (i < 4 ? device >>> (8 * i) : version))

/** A cache that notes what it had to load. */
const counting = (entriesMax: number) => {
  const loads: Array<string> = []
  const cache = CipherCache.make((device, version) => {
    loads.push(`${device}@${version}`)
    return device === 404 ? undefined : keyOf(device, version)
  }, entriesMax)
  return { cache, loads }
}

describe("CipherCache", () => {
  it("loads a key once while it is kept", () => {
    const { cache, loads } = counting(8)
    const first = cache.get(1, 0)
    assert.strictEqual(cache.get(1, 0), first)
    assert.deepStrictEqual(loads, ["1@0"])
  })

  it("keeps keys of other versions and of the highest device number apart", () => {
    const { cache } = counting(8)
    const packet = new Uint8Array(8)
    for (const [device, version] of [
      [0, 0],
      [0, 1],
      [0xffffffff, 0],
      [0xffffffff, 1],
    ] as const) {
      const cipher = cache.get(device, version)
      assert(cipher !== undefined)
      assert.deepStrictEqual(
        Mac.uplinkMac(cipher, packet, 5),
        Mac.uplinkMac(Mac.makeKeyCipher(keyOf(device, version)), packet, 5),
      )
    }
    assert.strictEqual(cache.size(), 4)
  })

  it("gives nothing for a device without a key, and keeps no trace of it", () => {
    const { cache } = counting(8)
    assert.isUndefined(cache.get(404, 0))
    assert.strictEqual(cache.size(), 0)
  })

  it("never holds more than its bound, and always the last used half of it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 20 }), fc.array(fc.nat(40)), (entriesMax, devices) => {
        const { cache, loads } = counting(entriesMax)
        for (const device of devices) {
          cache.get(device, 0)
          assert.isAtMost(cache.size(), entriesMax)
        }
        const latest = [...new Set(devices.toReversed())].slice(0, Math.floor(entriesMax / 2))
        const before = loads.length
        for (const device of latest.toReversed()) cache.get(device, 0)
        assert.strictEqual(loads.length, before)
      }),
    )
  })

  it("counts a cipher once when it moves to the younger generation", () => {
    const { cache } = counting(4)
    for (const device of [1, 2, 3, 1]) cache.get(device, 0)
    assert.strictEqual(cache.size(), 3)
  })

  it("loads again after it was cleared", () => {
    const { cache, loads } = counting(8)
    cache.get(1, 0)
    cache.clear()
    assert.strictEqual(cache.size(), 0)
    cache.get(1, 0)
    assert.strictEqual(loads.length, 2)
  })
})
