/** What is usual is learnt, what is not is said, and it clears itself. */
import { assert, describe, it } from "@effect/vitest"
import type { Recorded } from "../../../core/event/Envelope.ts"
import type { Event } from "../../../core/event/Event.ts"
import { CustomerId, DestinationId, DeviceId, StationId } from "../../../core/event/ids.ts"
import * as Series from "../../../projections/anomaly/watch/Series.ts"
import * as Unusual from "../../../projections/anomaly/watch/Unusual.ts"
import * as Watch from "../../../projections/anomaly/watch/Watch.ts"

const startMs = Date.UTC(2026, 5, 1)
const minute = 60_000
const customer = CustomerId.make("hydro")
const destination = DestinationId.make("main")
const device = DeviceId.make("4D33DB")
const station = StationId.make("BS-1")

/** A log that is written with a clock of its own. */
const tape = () => {
  const watch = Watch.make()
  let position = 0
  let nowMs = startMs
  const put = (event: Event, causes: ReadonlyArray<number> = []): void => {
    const recorded: Recorded = {
      position,
      stream: "test",
      revision: 0,
      occurredMs: nowMs,
      recordedMs: nowMs,
      causes,
      event,
    }
    Watch.advance(watch, nowMs, position)
    Watch.apply(watch, recorded, nowMs)
    position++
  }
  put({ _tag: "CustomerRegistered", customer })
  put({ _tag: "DeviceRegistered", device, customer, keyVersion: 1 })
  put({ _tag: "StationEnrolled", station })
  put({
    _tag: "DestinationAdded",
    customer,
    destination,
    url: "https://hydro.example/",
    loopbackAllowed: false,
  })
  const obligation = { device, seq: 1, epoch: 0, customer, destination }
  return {
    watch,
    put,
    at: () => nowMs,
    wait: (ms: number) => {
      nowMs += ms
    },
    tick: () => put({ _tag: "Ticked", due: "watch" }),
    accept: () =>
      put({
        _tag: "MessageAccepted",
        device,
        seq: 1,
        epoch: 0,
        kind: "data",
        downlinkAsked: false,
        missing: 0,
        policy: 0,
      }),
    refuse: (reason: "wrong-mac" | "number-seen") =>
      put({ _tag: "MessageRefused", device, seq: 1, reason, policy: 0 }),
    delivered: (durationMs: number) =>
      put({ _tag: "DeliverySucceeded", ...obligation, attempt: 1, status: 200, durationMs }),
    failed: () =>
      put({
        _tag: "DeliveryFailed",
        ...obligation,
        attempt: 1,
        error: "timeout",
        durationMs: 10_000,
        nextAttemptAtMs: nowMs,
      }),
    kinds: () => Unusual.openOnes(watch.list).map(({ kind }) => kind),
    last: () => Unusual.newestFirst(watch.list)[0],
  }
}

/** So many messages in each ten minutes. */
const run = (
  log: ReturnType<typeof tape>,
  bins: number,
  perBin: number | ((bin: number) => number),
) => {
  for (let bin = 0; bin < bins; bin++) {
    const count = typeof perBin === "number" ? perBin : perBin(Math.floor(log.at() / Series.binMs))
    for (let i = 0; i < count; i++) {
      log.wait(Series.binMs / count)
      log.accept()
    }
    if (count === 0) {
      log.wait(Series.binMs)
      log.tick()
    }
  }
}

const byHour = (bin: number): number => (Math.floor(bin / 6) % 24 < 7 ? 6 : 60)

describe("the watch", () => {
  it("says nothing of traffic before it knows what is usual, and says until when it learns", () => {
    const log = tape()
    run(log, 6, 30)
    run(log, 2, 300)
    assert.deepStrictEqual(log.kinds(), [])
    const learnt = Series.learntOf(log.watch.network.traffic, log.watch.bin, log.at())
    assert.strictEqual(learnt.stage, "learning")
    assert.isAbove(learnt.untilMs ?? 0, log.at())
  })

  it("opens a surge with what was expected and seen, and clears it when it is over", () => {
    const log = tape()
    run(log, 24, 30)
    run(log, 1, 300)
    log.wait(1)
    log.accept()
    const surge = Unusual.openOnes(log.watch.list).find((one) => one.customer === null)
    assert.strictEqual(surge?.kind, "traffic-surge")
    assert.closeTo(surge?.expected.value ?? 0, 30, 5)
    assert.isAbove(surge?.seen.value ?? 0, 200)
    assert.strictEqual(surge?.seen.unit, "messages in 10 minutes")
    assert.isNotEmpty(surge?.causes ?? [])
    assert.deepStrictEqual(log.kinds(), ["traffic-surge", "traffic-surge"])
    run(log, 4, 30)
    assert.deepStrictEqual(log.kinds(), [])
    assert.isAbove(log.last()?.clearedMs ?? 0, surge?.openedMs ?? Infinity)
    assert.include(log.last()?.clearedWhy ?? "", "are usual")
  })

  it("calls it no surge, hours later, that too little traffic to judge grew for good", () => {
    const log = tape()
    run(log, 288, 2)
    run(log, 48, 40)
    assert.strictEqual(log.watch.list.opened, 0)
    // What begins then is one.
    run(log, 1, 400)
    log.wait(1)
    log.accept()
    assert.include(log.kinds(), "traffic-surge")
  })

  it("opens a drop of a customer that falls silent while time is kept", () => {
    const log = tape()
    run(log, 30, 40)
    run(log, 8, 0)
    assert.include(log.kinds(), "traffic-drop")
    run(log, 8, 40)
    assert.deepStrictEqual(log.kinds(), [])
  })

  it("concludes nothing from time in which the twin was not there", () => {
    const log = tape()
    run(log, 30, 40)
    log.wait(3 * 60 * minute)
    run(log, 6, 40)
    assert.strictEqual(log.watch.list.opened, 0)
  })

  it("learns the hours of the day, so that a night is no drop and a morning no surge", () => {
    const log = tape()
    run(log, 144 * 3, byHour)
    const opened = log.watch.list.opened
    run(log, 144 * 3, byHour)
    assert.strictEqual(log.watch.list.opened, opened)
    assert.isTrue(Series.knowsHour(log.watch.network.traffic, log.watch.bin))
  })

  it("takes what goes on for longer than a day as the usual", () => {
    const log = tape()
    run(log, 24, 10)
    run(log, 100, 100)
    assert.include(log.kinds(), "traffic-surge")
    run(log, 100, 100)
    assert.deepStrictEqual(log.kinds(), [])
  })

  it("tells a storm of wrong MACs and of numbers out of order from the usual few", () => {
    const log = tape()
    for (let bin = 0; bin < 24; bin++) {
      run(log, 1, 30)
      log.refuse("wrong-mac")
    }
    assert.deepStrictEqual(log.kinds(), [])
    for (let i = 0; i < 60; i++) log.refuse("wrong-mac")
    for (let i = 0; i < 40; i++) log.refuse("number-seen")
    run(log, 2, 30)
    assert.includeMembers(log.kinds(), ["mac-storm", "sequence-disorder"])
    run(log, 8, 30)
    assert.notInclude(log.kinds(), "mac-storm")
    assert.notInclude(log.kinds(), "sequence-disorder")
  })

  it("opens a delivery outage at the fifth failure in a row and clears it when it is delivered again", () => {
    const log = tape()
    for (let i = 0; i < 4; i++) log.failed()
    assert.deepStrictEqual(log.kinds(), [])
    log.failed()
    assert.deepStrictEqual(log.kinds(), ["delivery-outage"])
    assert.strictEqual(log.last()?.destination, "main")
    log.delivered(100)
    log.delivered(100)
    assert.deepStrictEqual(log.kinds(), [])
  })

  it("opens a callback's latency when answers take three times as long, and clears it", () => {
    const log = tape()
    for (let i = 0; i < 80; i++) log.delivered(150 + (i % 7) * 10)
    assert.deepStrictEqual(log.kinds(), [])
    for (let i = 0; i < 20; i++) log.delivered(3_000)
    assert.deepStrictEqual(log.kinds(), ["callback-latency"])
    assert.closeTo(log.last()?.expected.value ?? 0, 180, 40)
    for (let i = 0; i < 20; i++) log.delivered(180)
    assert.deepStrictEqual(log.kinds(), [])
  })

  it("opens an attestation's silence and clears it when a challenge is answered", () => {
    const log = tape()
    log.wait(30 * minute)
    log.put({ _tag: "StationFellSilent", station, sinceMs: startMs, policy: 0 })
    assert.deepStrictEqual(log.kinds(), ["attestation-silence"])
    assert.deepStrictEqual(log.last()?.seen, { value: 30, unit: "minutes without evidence" })
    log.put({
      _tag: "EvidenceAppraised",
      station,
      identity: "aa",
      nonce: "n1",
      result: {
        _tag: "QuoteRefused",
        rule: 1,
        reason: "pcr_reference",
        detail: "",
        about: [],
        warnings: [],
      },
      reference: "r",
      policy: 0,
      rules: 1,
    })
    assert.deepStrictEqual(log.kinds(), [])
  })

  it("forgets what is gone with the thing itself", () => {
    const log = tape()
    for (let i = 0; i < 6; i++) log.failed()
    log.put({ _tag: "DestinationRemoved", customer, destination })
    assert.deepStrictEqual(log.kinds(), [])
    assert.strictEqual(log.last()?.clearedWhy, "it is no longer there")
  })
})
