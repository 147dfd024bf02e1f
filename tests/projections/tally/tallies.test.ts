import { assert, describe, it } from "@effect/vitest"
import type { Event } from "../../../core/event/Event.ts"
import { SourceMessageId } from "../../../core/event/ids.ts"
import type { FrameHeard } from "../../../core/event/reception.ts"
import type { MessageReported } from "../../../core/event/report.ts"
import { linkQuality } from "../../../core/frame/linkQuality.ts"
import * as Tallies from "../../../projections/tally/Tallies.ts"
import * as Tally from "../../../projections/tally/Tally.ts"
import { the } from "../the.ts"
import { device, historyOf, source, station } from "../../laws/histories.ts"

const frame = (of: Partial<FrameHeard> = {}): FrameHeard => ({
  _tag: "FrameHeard",
  source,
  station: station(1),
  device: device(1),
  frameType: 0x35f,
  rank: 1,
  flags: 0,
  seq: 5,
  mac: "beef",
  crc: 1,
  payload: { digest: "aa", length: 2, bytes: new Uint8Array(18) },
  check: "ok",
  keyVersion: 1,
  ...of,
})

const report = (of: Partial<MessageReported> = {}): MessageReported => ({
  _tag: "MessageReported",
  source,
  report: "uplink",
  device: device(1),
  stations: [],
  ...of,
})

const reception = (n: number, id: string): Event => ({
  _tag: "ReceptionReported",
  source,
  station: station(n),
  device: device(1),
  id: SourceMessageId.make(id),
})

interface At {
  readonly afterMs?: number
  readonly causesBack?: ReadonlyArray<number>
}

const fold = (...steps: ReadonlyArray<readonly [Event, At?]>): Tallies.State => {
  const state = Tallies.projection.initial()
  for (const recorded of historyOf(
    steps.map(([event, at]) => ({
      event,
      occurredDeltaMs: at?.afterMs ?? 500,
      recordedDeltaMs: 0,
      causesBack: at?.causesBack ?? [],
    })),
  ))
    Tallies.projection.apply(state, recorded)
  return state
}

describe("a tally", () => {
  it("brings together the copies of one packet, with what each station measured", () => {
    const state = fold(
      [frame({ rssiDbm: -120, frequencyHz: 868_130_000 })],
      [frame({ station: station(2), rssiDbm: -130 })],
      [frame({ rank: 2 }), { afterMs: 2_000 }],
    )
    const tally = the(Tallies.find(state, "D1", 5))
    assert.deepStrictEqual(
      tally.cells.map(({ delayMs, rank, rssiDbm, station: id }) => [id, rank, delayMs, rssiDbm]),
      [
        ["S1", 1, 0, -120],
        ["S2", 1, 500, -130],
        ["S1", 2, 2_500, null],
      ],
    )
    assert.strictEqual(tally.cells[0].frequencyHz, 868_130_000)
    assert.deepStrictEqual(Tally.stationsOf(tally), ["S1", "S2"])
    assert.strictEqual(Tally.aloneAt(tally), undefined)
    assert.strictEqual(state.opened, 1)
  })

  it("of the same packet after the window is another one: a replay does not hide", () => {
    const state = fold([frame()], [frame({ station: station(2) }), { afterMs: 30_001 }])
    assert.strictEqual(Tallies.ofDevice(state, "D1").length, 2)
    assert.strictEqual(Tallies.find(state, "D1", 5)?.firstAt, 1)
  })

  it("of another packet with the same number is another one", () => {
    const other = { digest: "bb", length: 2, bytes: new Uint8Array(18) }
    assert.strictEqual(fold([frame()], [frame({ payload: other })]).opened, 2)
    assert.strictEqual(fold([frame()], [frame({ frameType: 0xf67 })]).opened, 2)
  })

  it("holds no frame that did not pass its checks", () => {
    assert.strictEqual(fold([frame({ check: "wrong-mac" })]).opened, 0)
    assert.strictEqual(fold([frame({ check: "unknown-device" })]).opened, 0)
  })

  it("takes the verdict that its first reception caused, and goes on", () => {
    const accepted: Event = {
      _tag: "MessageAccepted",
      device: device(1),
      seq: 5,
      epoch: 2,
      kind: "data",
      downlinkAsked: false,
      missing: 0,
      policy: 3,
    }
    const state = fold(
      [frame()],
      [accepted, { causesBack: [1] }],
      [frame({ rank: 2 })],
      [frame({ rank: 3 })],
    )
    const tally = the(Tallies.find(state, "D1", 5, 2))
    const verdict = the(tally.verdict)
    assert.strictEqual(verdict.position, 1)
    assert.isTrue(verdict.accepted)
    assert.strictEqual(tally.cells.length, 3)
    assert.strictEqual(Tally.nameOf(tally), "D1:5@2")
    assert.strictEqual(Tallies.find(state, "D1", 5, 1), undefined)
  })

  it("brings together the reports of one message, each station once", () => {
    const state = fold(
      [report({ seq: 7, stations: [{ station: station(1), rssiDbm: -120 }] })],
      [
        report({
          seq: 7,
          report: "data-advanced",
          lqi: 2,
          stations: [{ station: station(1) }, { station: station(2), repetitions: 3 }],
        }),
        { afterMs: 25_000 },
      ],
    )
    const tally = the(Tallies.find(state, "D1", 7))
    assert.deepStrictEqual(
      tally.cells.map((cell) => [cell.station, cell.rssiDbm, cell.repetitions]),
      [
        ["S1", -120, null],
        ["S2", null, 3],
      ],
    )
    assert.strictEqual(tally.reportedLqi, 2)
    assert.isTrue(tally.reported)
    assert.strictEqual(state.openedReported, 1)
  })

  it("brings together reported receptions by the source's own id", () => {
    const state = fold([reception(1, "m1")], [reception(2, "m2")], [reception(3, "m1")])
    assert.strictEqual(state.openedReported, 2)
    const tally = the(Tallies.findById(state, "test", "m1"))
    assert.deepStrictEqual(Tally.stationsOf(tally), ["S1", "S3"])
    assert.strictEqual(Tally.nameOf(tally), "test:m1")
  })

  it("keeps what was checked and what was reported apart", () => {
    const state = fold([frame()], [report({ seq: 5 })])
    assert.deepStrictEqual(
      Tallies.ofDevice(state, "D1").map(({ reported }) => reported),
      [true, false],
    )
  })
})

/** One reception at each station, so strong. */
const cells = (...rssis: ReadonlyArray<number>): ReadonlyArray<Tally.Cell> =>
  rssis.map((rssiDbm, n) => ({
    position: n,
    station: `S${n}`,
    rank: 1,
    repetitions: null,
    rssiDbm,
    snrDb: null,
    frequencyHz: null,
    delayMs: 0,
  }))

describe("link quality", () => {
  it.each([
    ["excellent with three above -122 dBm", [-100, -121, -121], "RC1", 3],
    ["good with three between", [-123, -130, -134], "RC1", 2],
    ["good with one above", [-121, -140], "RC1", 2],
    ["average with one or two between", [-130, -134], "RC1", 1],
    ["limit below -135 dBm", [-136, -140, -140], "RC1", 0],
    ["judged higher in RC2", [-115, -116, -117], "RC1", 3],
    ["judged higher in RC2", [-115, -116, -117], "RC2", 2],
    ["judged higher in RC4", [-128, -130], "RC4", 0],
  ] as const)("is %s", (_, rssis, zone, expected) => {
    assert.strictEqual(linkQuality(cells(...rssis), zone), expected)
  })

  it("counts a station once, by its best", () => {
    const [first] = cells(-100)
    assert.strictEqual(linkQuality([first, first, { ...first, rssiDbm: -140 }], "RC1"), 2)
  })

  it("is unknown where no strength is known", () => {
    assert.strictEqual(linkQuality([], null), undefined)
  })
})
