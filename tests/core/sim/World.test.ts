import { hourMs } from "../../../core/sim/Span.ts"
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Schema from "effect/Schema"
import { makeKeyCipher, uplinkMacHolds } from "../../../core/crypto/Mac.ts"
import { Known } from "../../../core/event/Event.ts"
import type { Frame } from "../../../core/frame/Frame.ts"
import * as FrequencyPlan from "../../../core/frame/FrequencyPlan.ts"
import { zones } from "../../../core/frame/RadioZone.ts"
import * as Burst from "../../../core/sim/Burst.ts"
import type { ReceivedFrame } from "../../../core/decide/ReceivedFrame.ts"
import { digestOf, framesOf, outputsOf, read, startMs, worldOf } from "./world.ts"

const messageKey = (frame: Frame): string => `${frame.deviceHex}:${frame.seq}`

/** Receptions by message, of a world without disturbance. */
const messagesOf = (frames: ReadonlyArray<ReceivedFrame>) => {
  const messages = new Map<string, Array<{ heard: ReceivedFrame; frame: Frame }>>()
  for (const heard of frames) {
    const frame = read(heard)
    const receptions = messages.get(messageKey(frame)) ?? []
    messages.set(messageKey(frame), receptions)
    receptions.push({ heard, frame })
  }
  return messages
}

describe("a world", () => {
  it("is the same, byte for byte, for the same arguments", () => {
    const [first, second] = [1, 2].map(() => {
      const world = worldOf("demo", { devices: 100 })
      return digestOf([world.setup.events, outputsOf(world, 12), world.truth])
    })
    assert.strictEqual(first, second)
  })

  it("is this very world for seed 1, on every machine", () => {
    const world = worldOf("clean", { devices: 20, stations: 8 })
    assert.strictEqual(
      digestOf([world.setup, outputsOf(world, 2)]),
      "a6006d842cfa1f0b1711dc1e68342eeb11d638a393a13aa405862f60fe5cd955",
    )
  })

  it("differs for another seed", () => {
    const digests = [1, 2, 3].map((seed) => digestOf(outputsOf(worldOf("clean", { seed }), 1)))
    assert.strictEqual(new Set(digests).size, 3)
  })

  it("gives the same outputs whether asked at once or bit by bit", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 6 * hourMs }), { maxLength: 8 }), (stops) => {
        const world = worldOf("demo", { devices: 40, historyDays: 2 })
        const parts = [...stops.toSorted((a, b) => a - b), 6 * hourMs].flatMap((stop) =>
          Array.from(world.next(startMs + stop)),
        )
        const whole = outputsOf(worldOf("demo", { devices: 40, historyDays: 2 }))
        assert.isAbove(whole.length, 0)
        assert.strictEqual(digestOf(parts), digestOf(whole))
      }),
      { numRuns: 10 },
    )
  })

  it("goes on after a skip as if everything before had been taken", () => {
    for (const scenario of ["demo", "late-buffer", "reflash", "clone"] as const) {
      for (const hours of [-20, 0, 1.2, 2.4, 7.3, 14.9]) {
        const options = { devices: 60, historyDays: 3 }
        const skipped = worldOf(scenario, options)
        skipped.skip(startMs + hours * hourMs)
        const rest = outputsOf(worldOf(scenario, options), 16).filter(
          ({ atMs }) => atMs >= startMs + hours * hourMs,
        )
        assert.isAbove(rest.length, 0)
        const where = `${scenario} after ${hours} h`
        assert.strictEqual(digestOf(outputsOf(skipped, 16)), digestOf(rest), where)
      }
    }
  })

  it("tells its outputs in the order of time", () => {
    for (const scenario of ["demo", "late-buffer", "fabricated-repeat", "duplicate"] as const) {
      const outputs = outputsOf(worldOf(scenario, { historyDays: 5 }))
      assert.isAbove(outputs.length, 1000)
      for (let i = 1; i < outputs.length; i++) {
        assert.isAtLeast(outputs[i].atMs, outputs[i - 1].atMs)
      }
    }
  })

  it("registers everything it speaks of, in events of the log's own schema", () => {
    const { setup, next } = worldOf("demo", { devices: 50 })
    const decode = Schema.decodeUnknownSync(Schema.toEncoded(Known))
    for (const { event } of setup.events) decode(event)
    const kinds = new Set(setup.events.map(({ event }) => event._tag))
    for (const kind of [
      "DemoBegan",
      "DataCentreOpened",
      "StationEnrolled",
      "ReferenceValuesAdopted",
      "CustomerRegistered",
      "DestinationAdded",
      "DeviceRegistered",
    ] as const) {
      assert.isTrue(kinds.has(kind), kind)
    }
    const registered = new Set(setup.keys.map(({ device }) => device as string))
    const stations = new Map<string, string>()
    for (const { event } of setup.events) {
      if (event._tag === "ReferenceValuesAdopted") stations.set(event.station, event.configDigest)
    }
    assert.strictEqual(registered.size, 50)
    for (const heard of framesOf(Array.from(next(startMs + hourMs)))) {
      assert.isTrue(registered.has(read(heard).deviceHex))
      assert.strictEqual(heard.configDigest, stations.get(heard.station))
    }
  })

  it("leaves every other device as it is when one more is added, and every station too", () => {
    const few = framesOf(outputsOf(worldOf("clean", { devices: 30, stations: 40 }), 3))
    const more = framesOf(outputsOf(worldOf("clean", { devices: 31, stations: 41 }), 3))
    const stations = new Set(few.map(({ station }) => station))
    const devices = new Set(few.map((heard) => read(heard).deviceHex))
    assert.isAbove(more.length, few.length)
    const same = more.filter(
      (heard) => stations.has(heard.station) && devices.has(read(heard).deviceHex),
    )
    // A device without a good station may stand elsewhere once there is one more: none does here.
    assert.deepStrictEqual(same, few)
  })
})

describe("a clean world's frames", () => {
  const world = worldOf("clean", { devices: 400 })
  const frames = framesOf(outputsOf(world))
  const messages = messagesOf(frames)

  it("decode, and their MAC holds under the device's key", () => {
    const ciphers = new Map(
      world.setup.keys.map(({ device, key }) => [device as string, makeKeyCipher(key)]),
    )
    assert.isAbove(frames.length, 10_000)
    for (const heard of frames) {
      const { deviceHex, packet, mac } = read(heard)
      const cipher = ciphers.get(deviceHex)
      assert.isDefined(cipher)
      assert.isTrue(uplinkMacHolds(cipher, packet, packet.length, mac.length), heard.frame)
    }
  })

  it("are of every kind and every payload length", () => {
    const kinds = new Set(frames.map((heard) => read(heard).kind))
    assert.deepStrictEqual([...kinds].toSorted(), ["bit", "control", "data", "empty"])
    const lengths = new Set<number>()
    for (const heard of frames) {
      const frame = read(heard)
      if (frame.kind === "data") lengths.add(frame.payload.length)
    }
    assert.deepStrictEqual(
      [...lengths].toSorted((a, b) => a - b),
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
    )
    assert.isTrue(frames.some((heard) => read(heard).downlinkAsked))
  })

  it("use each number once, one after the other", () => {
    const last = new Map<string, number>()
    let followed = 0
    for (const heard of frames) {
      const { deviceHex, seq } = read(heard)
      const before = last.get(deviceHex)
      if (before !== undefined && before !== seq) {
        const step = (seq - before + 4096) % 4096
        // A small roll-over steps back by almost itself; a message nobody heard leaves a gap.
        assert.isTrue(step <= 3 || 4096 - step < 1024, `${deviceHex}: ${before} to ${seq}`)
        followed++
      }
      last.set(deviceHex, seq)
    }
    assert.isAbove(followed, 1000)
  })

  it("keep the plan's spacing between transmissions", () => {
    let pairs = 0
    for (const receptions of messages.values()) {
      for (const a of receptions) {
        for (const b of receptions) {
          if (a.heard.station !== b.heard.station || b.frame.rank !== a.frame.rank + 1) continue
          pairs++
          const bits = 8 * (a.frame.packet.length + 6)
          const gapMs = b.heard.heardAtMs - a.heard.heardAtMs - 10 * bits
          // Two readings of a clock that jitters by 3 ms each.
          const [low, high] = a.frame.downlinkAsked ? [500, 500] : [0, Burst.gapMaxMs]
          assert.isAtLeast(gapMs, low - 6)
          assert.isAtMost(gapMs, high + 6)
        }
      }
    }
    assert.isAbove(pairs, 1000)
  })

  it("keep the plan's frequencies", () => {
    let checked = 0
    for (const receptions of messages.values()) {
      const heardHz = [1, 2, 3].map(
        (rank) => receptions.find(({ frame }) => frame.rank === rank)?.heard.frequencyHz,
      )
      const [f1, f2, f3] = heardHz
      if (f1 === undefined || f2 === undefined || f3 === undefined) continue
      const { device, downlinkAsked } = receptions[0].frame
      assert.isTrue(
        // Two readings, each right to 2 Hz.
        FrequencyPlan.explains({ zone: zones.RC1, device }, [f1, f2, f3], downlinkAsked, 4),
      )
      checked++
    }
    assert.isAbove(checked, 500)
  })

  it("are heard by about six stations a message", () => {
    let stations = 0
    for (const receptions of messages.values()) {
      stations += new Set(receptions.map(({ heard }) => heard.station)).size
    }
    const mean = stations / messages.size
    assert.isAbove(mean, 4.5)
    assert.isBelow(mean, 8)
    const rssi = frames.map(({ rssiDbm }) => rssiDbm ?? 0)
    assert.isAtLeast(Math.min(...rssi), -138)
    assert.isBelow(Math.max(...rssi), -20)
  })

  it("stay below 140 messages a day and device", () => {
    const day = messagesOf(framesOf(outputsOf(worldOf("clean", { devices: 60 }), 24)))
    const counts = new Map<string, number>()
    for (const key of day.keys()) {
      const device = key.slice(0, key.indexOf(":"))
      counts.set(device, (counts.get(device) ?? 0) + 1)
    }
    assert.strictEqual(counts.size, 60)
    assert.isAtMost(Math.max(...counts.values()), 140)
  })
})

describe("a thin history", () => {
  it("shows few messages of many, over which counters wrap", () => {
    const world = worldOf("clean", { devices: 100, historyDays: 60 })
    const frames = framesOf(Array.from(world.next(startMs)))
    const messages = messagesOf(frames)
    assert.isAbove(messages.size, 300)
    assert.isBelow(messages.size, 1500)
    // The first device is a busy one, told daily.
    const device = world.ground.device(0)
    const seqs = frames
      .map(read)
      .filter(({ deviceHex }) => deviceHex === (device.id as string))
      .map(({ seq }) => seq)
    assert.isTrue(seqs.some((seq, i) => i > 0 && seq < seqs[i - 1]))
  })
})
