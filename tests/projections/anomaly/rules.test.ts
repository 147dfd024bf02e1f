import { assert, describe, it } from "@effect/vitest"
import { DeviceId, SourceId, StationId } from "../../../core/event/ids.ts"
import { findingsMax } from "../../../projections/anomaly/Finding.ts"
import { type Air, air, away, findingsOf, home, minute } from "./Air.ts"

const device = DeviceId.make("4D33DB")
const foreign = { stations: away, isOwnGenerator: false }

/** A device that the twin knows: numbers 100 to 103, as usual. */
const known = () => {
  const heard = air()
  for (let seq = 100; seq <= 103; seq++) heard.message(seq)
  return heard
}

/** Who is found out when one of them heard rank 2 at another frequency. */
const foundAmong = (stations: ReadonlyArray<string>) => {
  const a = air()
  for (const rank of [1, 2] as const) {
    for (const station of stations) {
      const hz = station === "H1" && rank === 2 ? 868_100_000 : 868_120_000 + 10_000 * rank
      a.frame({ device, station, seq: 5, rank, hz })
    }
    a.wait(2500)
  }
  return a.found().map(({ station }) => station)
}

const twin = (a: Air, at: number) =>
  a.event({ _tag: "EarlierTwinFound", device, seq: 150, earlierMs: 0 }, [at, 6])

describe("nothing is found", () => {
  it("in a device's steady messages, lost numbers and keep-alives", () => {
    const a = known()
    a.message(106, { missing: 2 })
    a.message(107, { isControl: true, payloadLength: 7 })
    a.message(108, { stations: ["H3", "H9"], dbm: -130 })
    assert.deepStrictEqual(a.kinds(), [])
  })

  it("where a device that never followed the generator goes on so", () => {
    const a = air()
    for (let seq = 1; seq < 9; seq++) a.message(seq, { isOwnGenerator: false })
    a.message(8, { isOwnGenerator: false, refused: "number-seen", afterMs: minute })
    assert.deepStrictEqual(a.kinds(), ["re-transmission"])
  })

  it("where one number is refused a little below a counter that is low itself", () => {
    const a = air()
    for (let seq = 40; seq < 48; seq++) a.message(seq)
    a.message(23, { refused: "out-of-sequence" })
    assert.deepStrictEqual(a.kinds(), [])
  })

  it("where a device moves to another city and stays there", () => {
    const a = known()
    for (let seq = 104; seq < 112; seq++) a.message(seq, { stations: away, afterMs: 60 * minute })
    assert.deepStrictEqual(a.kinds(), [])
  })

  it("in an old file imported today, all of it long after it was heard", () => {
    const a = air()
    for (let seq = 1; seq < 9; seq++) a.message(seq)
    const importedMs = a.log()[0].recordedMs + 1e10
    const imported = a
      .log()
      .map((recorded) => Object.assign({}, recorded, { recordedMs: importedMs }))
    assert.isAbove(imported.length, 50)
    assert.deepStrictEqual(findingsOf(imported), [])
  })
})

const asking = (of: string) => ({ device: DeviceId.make(of), seq: 1, epoch: 0 })
const unconfirmed = (of: string, station = "H1") =>
  ({
    _tag: "DownlinkUnconfirmed",
    ...asking(of),
    station: StationId.make(station),
  }) as const
const confirmed = (of: string) =>
  ({ _tag: "DownlinkConfirmed", ...asking(of), confirmationSeq: 2, rssiDbm: -90 }) as const

describe("the twin names", () => {
  it("duplicates, by their count", () => {
    const a = air()
    for (const count of [3, 4])
      a.event({
        _tag: "ReceptionsRepeated",
        source: SourceId.make("test"),
        station: StationId.make("H1"),
        count,
      })
    const [finding] = a.found()
    assert.deepInclude(finding, { kind: "duplicate", station: "H1", count: 7 })
  })

  it("a rank that came twice at one station, and not where all heard it twice", () => {
    const a = known()
    a.message(104)
    a.frame({ device, station: "H2", seq: 104, rank: 1, afterMs: 300, hz: 868_130_000 })
    const [finding] = a.found()
    assert.deepInclude(finding, { kind: "fabricated-repeat", station: "H2", device: null })
    const b = known()
    b.message(104)
    for (const station of home) b.frame({ device, station, seq: 104, rank: 1, afterMs: 20 })
    assert.notInclude(
      b.found().flatMap(({ facts }) => facts.map(({ text }) => text)),
      "a rank came twice",
    )
  })

  it("ranks closer together than their airtime", () => {
    const a = air()
    a.frame({ device, station: "H1", seq: 5, rank: 1, hz: 868_130_000 })
    a.frame({ device, station: "H1", seq: 5, rank: 2, hz: 868_150_000, afterMs: 40 })
    const [finding] = a.found()
    assert.include(finding.facts[1].text, "less than its airtime")
  })

  it("ranks at a frequency where two others did not hear it, and not where it is one against one", () => {
    assert.deepStrictEqual(foundAmong(home), ["H1"])
    assert.deepStrictEqual(foundAmong(["H1", "H2"]), [])
  })

  it("bytes of a rank that are not its code, beside a message that the station heard", () => {
    const a = air()
    a.frame({ device, station: "H1", seq: 5, rank: 1 })
    a.frame({ device, station: "H1", seq: 5, rank: 2, check: "wrong-crc", afterMs: 2500 })
    const [finding] = a.found()
    assert.deepInclude(finding, { kind: "fabricated-repeat", confidence: 0.3 })
  })

  it("a re-transmission by the device itself, and a replay by somebody else", () => {
    const a = known()
    a.message(103, { refused: "number-seen", afterMs: minute })
    assert.deepStrictEqual(a.kinds(), ["re-transmission"])
    const b = known()
    b.message(103, { refused: "number-seen", afterMs: minute, isOwnGenerator: false })
    const [finding] = b.found()
    assert.deepInclude(finding, { kind: "replay", message: "4D33DB:103" })
    assert.include(finding.facts[1].text, "not the generator's")
  })

  it("a replay of which only two ranks were heard", () => {
    const a = known()
    const ranks = [2, 3] as const
    a.message(103, { refused: "number-seen", afterMs: minute, isOwnGenerator: false, ranks })
    assert.deepStrictEqual(a.kinds(), ["replay"])
  })

  it("a station that delivers late, and draws nothing from the order of what it hands on", () => {
    const a = known()
    a.message(99, { stations: ["H3"], lateMs: 20 * minute, refused: "number-seen" })
    a.message(98, { stations: ["H3"], lateMs: 40 * minute, refused: "out-of-sequence" })
    const [finding, ...others] = a.found()
    assert.deepStrictEqual(others, [])
    assert.deepInclude(finding, { kind: "late-buffer", station: "H3", count: 6 })
  })

  it("a counter wrap, and not a step back that no time explains", () => {
    const a = air()
    a.message(4094)
    a.message(4095)
    a.message(0, { epoch: 1 })
    assert.deepStrictEqual(a.kinds(), ["counter-wrap"])
    const b = air()
    b.message(4000)
    b.message(3990, { epoch: 1, missing: 4085 })
    assert.deepStrictEqual(b.kinds(), [])
  })

  it("a reflash: the counter begins low again and goes on", () => {
    const a = air()
    for (let seq = 2000; seq < 2004; seq++) a.message(seq)
    for (let seq = 0; seq < 3; seq++) a.message(seq, { refused: "out-of-sequence" })
    const [finding, ...others] = a.found()
    assert.deepStrictEqual(others, [])
    assert.deepInclude(finding, { kind: "reflash", device, count: 3 })
  })

  it("a replay after a wrap, whichever is known first: the earlier twin or the receivers", () => {
    const a = known()
    twin(a, a.message(150, { ...foreign, missing: 46 }))
    assert.deepStrictEqual(a.kinds(), ["replay-after-wrap"])
    const b = known()
    const at = b.message(150, { ...foreign, missing: 46 })
    b.wait(5 * minute)
    b.event({ _tag: "Ticked", due: "" })
    twin(b, at)
    const [finding] = b.found()
    assert.deepInclude(finding, { kind: "replay-after-wrap", message: "4D33DB:150" })
  })

  it("no replay in the same frame one turn later from the device itself: constant payloads may", () => {
    const a = known()
    const at = a.message(104)
    a.event({ _tag: "EarlierTwinFound", device, seq: 104, earlierMs: 0 }, [at, 6])
    assert.deepStrictEqual(a.kinds(), [])
  })

  it("a wrap-padding forgery, by its sign", () => {
    const a = known()
    const refused = "number-seen"
    a.message(103, { payload: "longer", signs: ["wrap-padding"], refused, afterMs: minute })
    const [finding, ...others] = a.found()
    assert.deepStrictEqual(others, [])
    assert.deepInclude(finding, { kind: "wrap-padding-forgery", message: "4D33DB:103" })
    assert.isAbove(finding.confidence, 0.9)
  })

  it("a data frame that came again as a control frame, and a control frame that is none", () => {
    const a = known()
    a.message(103, { isControl: true, refused: "number-seen", afterMs: minute })
    assert.deepStrictEqual(a.kinds(), ["type-relabelling"])
    const b = known()
    b.message(104, { isControl: true, signs: ["control-odd"] })
    assert.deepStrictEqual(b.kinds(), ["type-relabelling"])
  })

  it("MAC guessing by its rate, not by a device whose key is wrong", () => {
    const guess = (everyMs: number) => {
      const a = air()
      for (let i = 0; i < 12; i++) {
        const mac = `00${String(i).padStart(2, "0")}`
        for (const station of home)
          a.frame({ device, station, seq: 9, rank: 1, mac, check: "wrong-mac" })
        a.wait(everyMs)
      }
      return a.found()
    }
    const [finding] = guess(4000)
    assert.deepInclude(finding, { kind: "mac-guessing", device, count: 5 })
    assert.deepStrictEqual(guess(10 * minute), [])
  })

  it("a desync: a jump from elsewhere, then the true device refused", () => {
    const a = known()
    a.message(243, { ...foreign, missing: 139 })
    assert.deepStrictEqual(a.kinds(), [])
    a.message(104, { refused: "out-of-sequence" })
    const [finding, ...others] = a.found()
    assert.deepStrictEqual(others, [])
    assert.deepInclude(finding, { kind: "desync", message: "4D33DB:243" })
  })

  it("a clone: one number with two payloads", () => {
    const a = known()
    a.message(104, { ...foreign, payload: "other" })
    a.message(104, { refused: "number-seen" })
    const [finding, ...others] = a.found()
    assert.deepStrictEqual(others, [])
    assert.deepInclude(finding, { kind: "clone", message: "4D33DB:104" })
  })

  it("a clone: heard far away and at home in turn, faster than any journey", () => {
    const a = known()
    a.message(104, foreign)
    a.message(105, foreign)
    a.message(106)
    const [finding] = a.found()
    assert.deepInclude(finding, { kind: "clone", device })
    assert.isTrue(finding.facts.some(({ text }) => text.includes("km/h")))
  })

  it("massive cloning: many devices at one station that are not themselves", () => {
    const a = air()
    const devices = Array.from({ length: 9 }, (_, i) => `AA0${i}`)
    for (const one of devices)
      for (const seq of [1, 2]) a.message(seq, { device: one, afterMs: minute })
    for (const one of devices.slice(0, 7))
      a.message(3, { ...foreign, device: one, payload: "x", afterMs: minute })
    assert.deepStrictEqual(a.kinds(), [])
    for (const one of devices.slice(7))
      a.message(3, { ...foreign, device: one, payload: "x", afterMs: minute })
    assert.deepStrictEqual(
      a
        .found()
        .map((finding) => `${finding.kind} ${finding.device}`)
        .toSorted(),
      devices.map((one) => `massive-cloning ${one}`),
    )
  })

  it("jamming of a city, while others are heard as before", () => {
    const a = air()
    const hear = (minutes: number, isJammed: boolean) => {
      for (let i = 0; i < minutes; i++)
        for (let n = 0; n < 6; n++) {
          const isHome = n < 3
          if (isHome && isJammed) continue
          const stations = isHome ? home : away
          a.message(i % 4096, { device: `B${n}`, stations, afterMs: minute / 6, ranks: [1] })
        }
    }
    hear(120, false)
    assert.deepStrictEqual(
      a.kinds().filter((kind) => kind === "jamming"),
      [],
    )
    hear(40, true)
    const jammed = a.found().filter(({ kind }) => kind === "jamming")
    assert.deepStrictEqual(
      jammed.map(({ area }) => area),
      ["Home"],
    )
  })

  it("jamming of a city with many devices when ten minutes of it are over", () => {
    const a = air()
    const hear = (minutes: number, isJammed: boolean) => {
      for (let i = 0; i < minutes; i++)
        for (let n = 0; n < 24; n++) {
          const isHome = n < 12
          // One of three still comes through.
          if (isHome && isJammed && n > 3) continue
          const stations = isHome ? home : away
          a.message(i % 4096, { device: `B${n}`, stations, afterMs: minute / 24, ranks: [1] })
        }
    }
    hear(120, false)
    hear(24, true)
    assert.deepStrictEqual(
      a
        .found()
        .filter(({ kind }) => kind === "jamming")
        .map(({ area }) => area),
      ["Home"],
    )
  })

  it("downlinks that the device never confirmed", () => {
    const acked = {
      _tag: "ServiceReported",
      source: SourceId.make("test"),
      device,
      service: "acknowledge",
      fields: { infoCode: "0" },
    } as const
    const a = known()
    a.event(acked)
    a.message(104, { isControl: true, payloadLength: 8, afterMs: 30_000 })
    a.message(105)
    assert.deepStrictEqual(a.kinds(), [])
    a.event(acked)
    a.message(106)
    const [finding] = a.found()
    assert.deepInclude(finding, { kind: "downlink-unconfirmed", device, confidence: 0.3 })
  })

  describe("downlink jamming", () => {
    it("of a city, three of whose devices confirm nothing one after the other", () => {
      const a = known()
      a.event(unconfirmed("A1"))
      a.event(unconfirmed("A2", "H2"))
      assert.deepStrictEqual(a.found(), [])
      a.event(unconfirmed("A3"))
      const [finding] = a.found()
      assert.deepInclude(finding, { kind: "downlink-unconfirmed", area: "Home", device: null })
      assert.isAbove(finding.confidence, 0.6)
    })

    it("is not one device that confirms nothing, nor three of three cities", () => {
      const a = known()
      for (let i = 0; i < 6; i++) a.event(unconfirmed("A1"))
      a.event(unconfirmed("A2", "W1"))
      a.event(unconfirmed("A3", "W2"))
      assert.deepStrictEqual(a.found(), [])
    })

    it("is over with a device there that confirms, and after half a day", () => {
      const a = known()
      a.event(unconfirmed("A1"))
      a.event(unconfirmed("A2"))
      a.event(confirmed(device))
      a.event(unconfirmed("A3"))
      a.wait(13 * 60 * minute)
      a.event(unconfirmed("A4"))
      a.event(unconfirmed("A5"))
      assert.deepStrictEqual(a.found(), [])
    })
  })

  it("strangers, when they are several", () => {
    const a = air()
    for (const [i, stranger] of ["C1", "C2", "C3"].entries()) {
      assert.strictEqual(a.found().length, 0, `${i}`)
      const rest = { station: "H1", seq: 1, rank: 1, afterMs: minute } as const
      a.frame({ device: stranger, check: "unknown-device", ...rest })
    }
    assert.deepStrictEqual(a.kinds(), ["strangers"])
  })
})

it("keeps no more findings than its bound, the latest", () => {
  const a = air()
  const total = findingsMax + 10
  for (let i = 0; i < total; i++)
    a.event({
      _tag: "ReceptionsRepeated",
      source: SourceId.make("test"),
      station: StationId.make(`S${i}`),
      count: 1,
    })
  const found = a.found()
  assert.strictEqual(found.length, findingsMax)
  assert.strictEqual(found[0].station, `S${total - 1}`)
})
