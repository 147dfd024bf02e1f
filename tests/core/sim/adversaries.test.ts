import { hourMs } from "../../../core/sim/Span.ts"
import { assert, describe, it } from "@effect/vitest"
import { makeKeyCipher, uplinkMacHolds } from "../../../core/crypto/Mac.ts"
import type { ReceivedFrame } from "../../../core/decide/ReceivedFrame.ts"
import * as Uplink from "../../../core/frame/Uplink.ts"
import { kinds, type Truth } from "../../../core/sim/adversary/Adversary.ts"
import { wrapPaddingForgery } from "../../../core/sim/adversary/wrapPaddingForgery.ts"
import { scenarios } from "../../../core/sim/scenarios.ts"
import type * as World from "../../../core/sim/World.ts"
import { extra, framesOf, outputsOf, read, startMs, worldOf } from "./world.ts"

const cleanRuns = new Map<string, ReadonlyArray<ReceivedFrame>>()

/** The undisturbed world's receptions, simulated once for the same options. */
const cleanFrames = (options: Partial<World.Options>): ReadonlyArray<ReceivedFrame> => {
  const key = JSON.stringify(options)
  const frames = cleanRuns.get(key) ?? framesOf(outputsOf(worldOf("clean", options)))
  cleanRuns.set(key, frames)
  return frames
}

/** A scenario's world beside the undisturbed one of the same seed. */
const beside = (kind: (typeof kinds)[number], options: Partial<World.Options> = {}) => {
  const { historyDays } = scenarios[kind]
  const world = worldOf(kind, options)
  const frames = framesOf(outputsOf(world))
  const clean = cleanFrames({ historyDays, ...options })
  const truths = world.truth.filter(({ atMs }) => atMs < startMs + 6 * hourMs)
  return { world, truths, added: extra(frames, clean), missing: extra(clean, frames), clean }
}

/** The one truth there is, with its names as plain text. */
const only = (truths: ReadonlyArray<Truth>) => {
  assert.strictEqual(truths.length, 1)
  const { device = "", station = "", seq = -1, atMs, untilMs = 0 } = truths[0]
  return { device: String(device), station: String(station), seq, atMs, untilMs }
}

const deviceOf = (heard: ReceivedFrame): string => read(heard).deviceHex

const isMacRight = (world: World.World, heard: ReceivedFrame): boolean => {
  const { deviceHex, packet, mac } = read(heard)
  const key = world.setup.keys.find(({ device }) => (device as string) === deviceHex)?.key
  assert.isDefined(key)
  return uplinkMacHolds(makeKeyCipher(key), packet, packet.length, mac.length)
}

describe("an adversary", () => {
  for (const kind of kinds) {
    it(`leaves other devices and stations as they are: ${kind}`, () => {
      const { truths, added, missing, clean } = beside(kind, { seed: 3, devices: 120 })
      assert.isAbove(clean.length, 5000)
      const ofMany = ["unknown-device", "surge", "jamming", "fleet-silence"]
      if (ofMany.includes(kind)) return
      const devices = new Set<string>(truths.flatMap(({ device }) => device ?? []))
      const stations = new Set<string>(truths.flatMap(({ station }) => station ?? []))
      for (const heard of [...added, ...missing]) {
        assert.isTrue(devices.has(deviceOf(heard)) || stations.has(heard.station))
      }
    })

    it(`records the truth within its time, again in each repetition: ${kind}`, () => {
      // Wraps come by themselves: they take many devices.
      const devices = kind === "counter-wrap" ? 3000 : 400
      const world = worldOf(kind, { seed: 5, devices })
      const { spanMs } = scenarios[kind]
      world.skip(startMs + 1.9 * spanMs)
      const rounds = world.truth
        .filter(({ atMs }) => atMs < startMs + 2 * spanMs)
        .map((truth) => {
          assert.strictEqual(truth.kind, kind)
          return Math.floor((truth.atMs - startMs) / spanMs)
        })
      assert.deepStrictEqual(
        [...new Set(rounds)].toSorted((a, b) => a - b),
        [0, 1],
      )
    })
  }

  it("sends a captured frame again right away", () => {
    const { truths, added, missing, clean } = beside("replay")
    const { device, seq, atMs } = only(truths)
    assert.isAbove(added.length, 0)
    assert.deepStrictEqual(missing, [])
    for (const heard of added) {
      assert.isAtLeast(heard.heardAtMs, atMs)
      assert.deepInclude(read(heard), { deviceHex: device, seq })
      const before = clean.find(({ frame }) => frame === heard.frame)
      assert.isDefined(before)
      assert.isBelow(heard.heardAtMs - before.heardAtMs, 3 * 60_000)
    }
  })

  it("sends a frame again that was heard one turn of the counter ago, soon before its number comes", () => {
    const { world, truths, added, clean } = beside("replay-after-wrap")
    const { device, seq, atMs } = only(truths)
    assert.isAbove(added.length, 0)
    for (const heard of added) {
      const before = clean.find(({ frame }) => frame === heard.frame)
      assert.isDefined(before)
      assert.isAbove(heard.heardAtMs - before.heardAtMs, 20 * 24 * hourMs)
      assert.isTrue(isMacRight(world, heard))
      assert.notStrictEqual(heard.station, before.station)
    }
    const last = clean.findLast((heard) => deviceOf(heard) === device && heard.heardAtMs < atMs)
    assert(last !== undefined)
    const ahead = (seq - read(last).seq + 4096) % 4096
    assert.isAbove(ahead, 0)
    assert.isAtMost(ahead, 300)
  })

  it("guesses MACs, all wrong", () => {
    const { world, truths, added, missing } = beside("mac-guessing")
    assert.deepStrictEqual(missing, [])
    const { device } = only(truths)
    const macs = new Set(added.map(({ frame }) => frame))
    assert.isAbove(macs.size, 100)
    for (const heard of added) {
      assert.strictEqual(deviceOf(heard), device)
      assert.isFalse(isMacRight(world, heard))
    }
  })

  it("lengthens a message by its own header under a right MAC", () => {
    const { truths, added, missing } = beside("wrap-padding-forgery")
    const { device, seq } = only(truths)
    assert.deepStrictEqual(missing, [])
    assert.isAbove(added.length, 0)
    for (const heard of added) assert.deepInclude(read(heard), { deviceHex: device, seq })
  })

  it("lengthens messages of 1, 2 and 6 bytes", () => {
    const lengths = new Set<string>()
    for (let seed = 1; seed <= 80; seed++) {
      const { ground } = worldOf("clean", { seed, devices: 40 })
      const random = ground.root.fork("forger")
      const act = { fromMs: startMs, untilMs: startMs + hourMs, random, order: 0 }
      const { truths, bursts } = wrapPaddingForgery(ground, act)
      const forged = Uplink.decode(bursts[0].transmissions[0].frame)
      assert(forged._tag === "Frame")
      const { device } = only(truths)
      const victim = Array.from({ length: 40 }, (_, i) => ground.site(i)).find(
        (site) => String(site.device.id) === device,
      )
      assert(victim !== undefined)
      const { packet, mac, payload } = forged
      assert.deepStrictEqual(victim.mac(packet.slice(0, -mac.length), mac.length), mac)
      lengths.add(`${victim.device.size} to ${payload.length}`)
    }
    assert.deepStrictEqual([...lengths].toSorted(), ["1 to 8", "2 to 10", "6 to 10"])
  })

  it("relabels a data frame as a control frame under a right MAC", () => {
    const { world, truths, added, clean } = beside("type-relabelling")
    const { device, seq } = only(truths)
    assert.isAbove(added.length, 0)
    for (const heard of added) {
      assert.deepInclude(read(heard), { kind: "control", seq, deviceHex: device })
      assert.isTrue(isMacRight(world, heard))
    }
    const original = clean.find((heard) => deviceOf(heard) === device && read(heard).seq === seq)
    assert.isDefined(original)
    assert.strictEqual(read(original).kind, "data")
  })

  it("forges a number ahead of a device, in another city, under its key", () => {
    const { world, truths, added, clean } = beside("desync")
    const { device, seq, atMs } = only(truths)
    assert.isAbove(added.length, 0)
    const heardBefore = clean.filter((heard) => deviceOf(heard) === device)
    for (const heard of added) {
      assert.deepInclude(read(heard), { seq, deviceHex: device })
      assert.isTrue(isMacRight(world, heard))
      assert.isFalse(heardBefore.some(({ station }) => station === heard.station))
    }
    assert.isAbove(heardBefore.filter(({ heardAtMs }) => heardAtMs > atMs).length, 0)
  })

  it("clones a device: its numbers interleave, some with two payloads, at other stations", () => {
    const { world, truths, added, clean } = beside("clone")
    const { device } = only(truths)
    const original = clean.filter((heard) => deviceOf(heard) === device)
    const stations = new Set(original.map(({ station }) => station))
    const numbers = new Set(added.map((heard) => read(heard).seq))
    assert.isAbove(numbers.size, 1)
    assert.isTrue(original.some((heard) => numbers.has(read(heard).seq)))
    for (const heard of added) {
      assert.strictEqual(deviceOf(heard), device)
      assert.isTrue(isMacRight(world, heard))
      assert.isFalse(stations.has(heard.station))
    }
  })

  it("clones many devices at once: one place sends under all their names", () => {
    const { world, truths, added, missing } = beside("massive-cloning")
    assert.deepStrictEqual(missing, [])
    assert.strictEqual(truths.length, 50)
    assert.isAbove(new Set(added.map(deviceOf)).size, 40)
    for (const heard of added) assert.isTrue(isMacRight(world, heard))
    const stations = new Set(added.map(({ station }) => station))
    assert.isAtMost(stations.size, 24)
  })

  it("sends from devices that nobody registered", () => {
    const { world, added, missing } = beside("unknown-device")
    assert.deepStrictEqual(missing, [])
    const registered = new Set<string>(world.setup.keys.map(({ device }) => device))
    const strangers = new Set(added.map(deviceOf))
    assert.strictEqual(strangers.size, 20)
    for (const stranger of strangers) assert.isFalse(registered.has(stranger))
  })

  it("sets a device's counter back to 0 when it is flashed anew", () => {
    const { truths, added, missing } = beside("reflash")
    const { device, atMs } = only(truths)
    assert.isAbove(missing.length, 0)
    const seqs = added.map((heard) => {
      assert.strictEqual(deviceOf(heard), device)
      assert.isAtLeast(heard.heardAtMs, atMs)
      return read(heard).seq
    })
    assert.strictEqual(Math.min(...seqs), 0)
    assert.isBelow(Math.max(...seqs), 50)
  })

  it("lets a device send the same message again a minute later", () => {
    const { truths, added, missing, clean } = beside("re-transmission")
    assert.deepStrictEqual(missing, [])
    const { device, seq } = only(truths)
    assert.isAbove(added.length, 0)
    for (const heard of added) {
      assert.deepInclude(read(heard), { seq, deviceHex: device })
      const before = clean.find(({ frame }) => frame === heard.frame)
      assert.isDefined(before)
      assert.isAtLeast(heard.heardAtMs - before.heardAtMs, 59_000)
      assert.isAtMost(heard.heardAtMs - before.heardAtMs, 70_000)
    }
  })

  it("changes one station's digest while it lasts, and nothing else", () => {
    const { truths, added, missing } = beside("tampered-station")
    const { station, atMs, untilMs } = only(truths)
    assert.isAbove(added.length, 0)
    assert.strictEqual(added.length, missing.length)
    for (const heard of added) {
      assert.strictEqual(heard.station, station)
      assert.isTrue(heard.heardAtMs >= atMs - 300 && heard.heardAtMs < untilMs)
    }
    const digests = new Set([...added, ...missing].map(({ configDigest }) => configDigest))
    assert.strictEqual(digests.size, 2)
  })

  it("invents copies at one station", () => {
    const { truths, added, missing } = beside("fabricated-repeat", { devices: 1000 })
    const { station } = only(truths)
    assert.deepStrictEqual(missing, [])
    assert.isAbove(added.length, 10)
    for (const heard of added) assert.strictEqual(heard.station, station)
    const ranks = new Set(added.map((heard) => read(heard).rank))
    assert.deepStrictEqual(
      [...ranks].toSorted((a, b) => a - b),
      [1, 2, 3],
    )
  })

  it("hands receptions on twice, or late with true times", () => {
    const twice = beside("duplicate")
    assert.deepStrictEqual(twice.missing, [])
    assert.isAbove(twice.added.length, 10)
    for (const heard of twice.added) {
      const same = twice.clean.filter(({ frame, station }) => {
        return frame === heard.frame && station === heard.station
      })
      assert.deepStrictEqual(same, [heard])
    }
    const late = beside("late-buffer")
    assert.deepStrictEqual([...late.added, ...late.missing], [])
    const { station, untilMs } = only(late.truths)
    const delays = outputsOf(worldOf("late-buffer")).flatMap((output) =>
      output._tag === "Frames"
        ? output.frames.flatMap((heard) =>
            output.atMs - heard.heardAtMs > 60_000
              ? [{ station: heard.station, atMs: output.atMs }]
              : [],
          )
        : [],
    )
    assert.isAbove(delays.length, 5)
    for (const delay of delays) {
      assert.strictEqual(delay.station, station)
      assert.isAtLeast(delay.atMs, untilMs)
    }
  })

  it("jams a city's stations for most devices, for a time", () => {
    const { world, truths, added, missing } = beside("jamming")
    const { atMs, untilMs } = only(truths)
    assert.deepStrictEqual(added, [])
    assert.isAbove(missing.length, 200)
    const cities = new Map(world.ground.stations.map(({ id, city }) => [id, city]))
    assert.strictEqual(new Set(missing.map(({ station }) => cities.get(station))).size, 1)
    for (const heard of missing) {
      assert.isTrue(heard.heardAtMs >= atMs - 300 && heard.heardAtMs < untilMs)
    }
  })

  it("takes a transit link down and brings it back while traffic goes on", () => {
    const { truths, added, missing } = beside("transit-link")
    assert.deepStrictEqual([...added, ...missing], [])
    const { atMs, untilMs } = only(truths)
    const facts = outputsOf(worldOf("transit-link")).flatMap((output) =>
      output._tag === "Facts" ? output.events : [],
    )
    assert.deepStrictEqual(
      facts.map(({ occurredMs, event }) => [
        occurredMs,
        event._tag === "LinkReported" ? event.up : undefined,
      ]),
      [
        [atMs, false],
        [untilMs, true],
      ],
    )
  })

  it("writes down counter wraps that really come", () => {
    const { truths, clean } = beside("counter-wrap", { devices: 1000 })
    assert.isAbove(truths.length, 0)
    for (const { device, atMs } of truths) {
      const own = clean.filter((heard) => deviceOf(heard) === device)
      const after = own.find(({ heardAtMs }) => heardAtMs >= atMs - 1000)
      assert(after !== undefined)
      assert.strictEqual(read(after).seq, 0)
    }
  })

  it("plays the demo's whole story in its order", () => {
    const world = worldOf("demo", { devices: 400, historyDays: 60 })
    assert.isAbove(outputsOf(world, 1).length, 0)
    assert.deepStrictEqual(
      world.truth.map(({ kind }) => kind),
      [
        "replay-after-wrap",
        "transit-link",
        "customer-outage",
        "tampered-station",
        "mac-guessing",
        "clone",
        "jamming",
      ],
    )
  })
})
