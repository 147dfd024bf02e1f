/** What is bounded stays so under floods, counts what it leaves out, and resumes alike when full. */
import { assert, describe, it } from "@effect/vitest"
import type { Recorded } from "../../core/event/Envelope.ts"
import type { Event } from "../../core/event/Event.ts"
import { DeviceId, StationId } from "../../core/event/ids.ts"
import type { FrameHeard } from "../../core/event/reception.ts"
import * as Delivery from "../../projections/delivery/Delivery.ts"
import * as Ledger from "../../projections/delivery/Ledger.ts"
import * as Device from "../../projections/device/Device.ts"
import * as Integrity from "../../projections/integrity/Integrity.ts"
import { unenrolledMax } from "../../projections/integrity/Station.ts"
import type { Json, Projection } from "../../projections/Projection.ts"
import * as Account from "../../projections/replay/Account.ts"
import * as Replay from "../../projections/replay/Replay.ts"
import * as Adopted from "../../projections/policy/Adopted.ts"
import { policyDefault } from "../../core/event/policy.ts"
import { digest } from "../../projections/run/digest.ts"
import * as Tallies from "../../projections/tally/Tallies.ts"
import * as Tally from "../../projections/tally/Tally.ts"
import { customer, destination, device, historyOf, source, station } from "./histories.ts"

const recorded = (events: ReadonlyArray<Event>): ReadonlyArray<Recorded> =>
  historyOf(
    events.map((event) => ({ event, occurredDeltaMs: 100, recordedDeltaMs: 100, causesBack: [1] })),
  )

/** Folds all, and the same with a snapshot taken half way; both must agree. */
const flood = <State>(projection: Projection<State>, events: ReadonlyArray<Event>): State => {
  const state = projection.initial()
  let resumed = projection.initial()
  const cut = Math.floor(events.length * 0.7)
  recorded(events).forEach((each, i) => {
    if (i === cut)
      resumed = projection.decode(JSON.parse(JSON.stringify(projection.encode(resumed))) as Json)
    projection.apply(state, each)
    projection.apply(resumed, each)
  })
  assert.strictEqual(digest(projection, resumed), digest(projection, state))
  return state
}

const frame = (of: Partial<FrameHeard>): FrameHeard => ({
  _tag: "FrameHeard",
  source,
  station: station(0),
  device: device(0),
  frameType: 0x35f,
  rank: 1,
  flags: 0,
  seq: 1,
  mac: "beef",
  crc: 1,
  payload: { digest: "aa", length: 2, bytes: new Uint8Array(18) },
  check: "ok",
  keyVersion: 1,
  ...of,
})

const times = <A>(count: number, make: (n: number) => A): ReadonlyArray<A> =>
  Array.from({ length: count }, (_, n) => make(n))

const obligation = (seq: number) => ({
  device: device(0),
  seq,
  epoch: 0,
  customer: customer(0),
  destination: destination(0),
})

describe("under a flood", () => {
  it("strangers share a table: no device comes of them, and none goes uncounted", () => {
    const count = Device.strangersMax + 500
    const state = flood(
      Device.projection,
      times(count, (n) => frame({ device: DeviceId.make(`X${n}`), check: "unknown-device" })),
    )
    assert.strictEqual(state.devices.size, 0)
    assert.strictEqual(state.strangers.values.size, Device.strangersMax)
    assert.strictEqual(state.overflow, 500)
    assert.isFalse(state.strangers.values.has("X0"))
    assert.isTrue(state.strangers.values.has(`X${count - 1}`))
  })

  it("a device keeps the latest stations and positions", () => {
    const state = flood(Device.projection, [
      { _tag: "DeviceRegistered", device: device(0), keyVersion: 1 },
      ...times(50, (n) => frame({ station: station(n) })),
    ])
    const known = Device.find(state, "D0")
    assert.deepStrictEqual(
      known?.stations.map(({ station: id }) => id),
      times(Device.stationsMax, (n) => `S${49 - n}`),
    )
    assert.strictEqual(known?.recent.length, Device.recentMax)
    assert.strictEqual(known?.receptions, 50)
  })

  it("stations nobody enrolled are bounded, and further receptions counted", () => {
    const count = unenrolledMax + 10
    const state = flood(
      Integrity.projection,
      times(count, (n) => frame({ station: StationId.make(`N${n}`) })),
    )
    assert.strictEqual(state.stations.size, unenrolledMax)
    assert.strictEqual(state.overflow, 10)
  })

  it("tallies are bounded in all and for one device, the oldest go first", () => {
    const count = Tally.messagesMax + 300
    const state = flood(
      Tallies.projection,
      times(count, (n) =>
        frame({ device: DeviceId.make(`X${n % 3000}`), seq: Math.floor(n / 3000) }),
      ),
    )
    const kept = [...state.byDevice.values()].flatMap(({ tallies }) => tallies)
    assert.strictEqual(kept.length, Tally.messagesMax)
    assert.strictEqual(Math.min(...kept.map(({ serial }) => serial)), 300)
    assert.strictEqual(state.opened, count)
    assert.strictEqual(state.ring.length, Tally.messagesMax)
  })

  it("one device's tallies make room for its own, and for nobody else's", () => {
    const state = flood(Tallies.projection, [
      frame({ device: device(1) }),
      ...times(Tally.messagesMax, (n) => frame({ seq: n })),
      frame({ device: device(2) }),
    ])
    assert.strictEqual(state.byDevice.get("D0")?.tallies.length, Tally.perDeviceMax)
    assert.isFalse(state.byDevice.has("D1"))
    assert.strictEqual(state.byDevice.get("D2")?.tallies.length, 1)
  })

  it("a tally keeps so many receptions and counts the rest", () => {
    const state = flood(
      Tallies.projection,
      times(Tally.cellsMax + 7, (n) => frame({ station: station(n) })),
    )
    const tally = Tallies.find(state, "D0", 1)
    assert.strictEqual(tally?.cells.length, Tally.cellsMax)
    assert.strictEqual(tally?.cellsOver, 7)
  })

  it("the ledger lists so much, counts all, and reconciles when the customer is back", () => {
    const count = Ledger.pendingMax + 2_000
    const owed = times(count, (n): Event => ({ _tag: "DeliveryOwed", ...obligation(n) }))
    const outage = flood(Delivery.projection, owed)
    const during = Delivery.findLedger(outage, "c0", "to0")
    assert.strictEqual(during?.pending.size, Ledger.pendingMax)
    assert.strictEqual(during?.counters.unlistedFrom, Ledger.pendingMax)
    assert.strictEqual(Delivery.sums(outage.ledgers.values()).pending, count)

    const after = flood(Delivery.projection, [
      ...owed,
      ...times(count, (n): Event => {
        const outcome = obligation(n)
        return n % 2 === 0
          ? { _tag: "DeliverySucceeded", ...outcome, attempt: 1, status: 200, durationMs: 5 }
          : { _tag: "DeliveryAbandoned", ...outcome, attempts: 4, error: "timeout" }
      }),
    ])
    const sums = Delivery.sums(after.ledgers.values())
    assert.deepInclude(sums, { pending: 0, delivered: count / 2, abandoned: count / 2 })
    const ledger = Delivery.findLedger(after, "c0", "to0")
    assert.strictEqual(ledger?.abandoned.values.size, Ledger.abandonedMax)
    assert.strictEqual(ledger?.counters.unlistedFrom, null)
  })

  it("opinions and runs of lost numbers are bounded, the counts are not", () => {
    const state = flood(
      Replay.projection,
      times(200, (n): Event => ({
        _tag: "MessageReported",
        source,
        report: "uplink",
        device: device(0),
        seq: (2 * n) % 4096,
        stations: [],
      })),
    )
    const account = Replay.find(state, "D0")?.reported
    assert.strictEqual(account?.opinions.length, Account.opinionsMax)
    assert.strictEqual(account?.lostRuns.length, Account.lostRunsMax)
    assert.strictEqual(account?.accepted, 200)
    assert.strictEqual(account?.lost, 199)
  })

  it("adopted policies are bounded, and the last one holds", () => {
    const state = flood(
      Adopted.projection,
      times(100, (n): Event => ({
        _tag: "PolicyAdopted",
        version: n + 1,
        policy: policyDefault,
        note: "",
      })),
    )
    assert.strictEqual(state.adopted.length, Adopted.adoptedMax)
    assert.strictEqual(Adopted.current(state).version, 100)
    assert.strictEqual(state.count, 100)
  })
})
