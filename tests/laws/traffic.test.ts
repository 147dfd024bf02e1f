import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Histogram from "../../projections/traffic/Histogram.ts"
import * as Traffic from "../../projections/traffic/Traffic.ts"
import { arbitrary, type History, plausible } from "./histories.ts"

const stateAfter = (events: History): Traffic.State => {
  const state = Traffic.projection.initial()
  for (const recorded of events) Traffic.projection.apply(state, recorded)
  return state
}

const countOf = (events: History, ...tags: ReadonlyArray<string>): number =>
  events.filter(({ event }) => tags.includes(event._tag)).length

describe("traffic", () => {
  it("counts what a recount of the events counts", () => {
    fc.assert(
      fc.property(fc.oneof(plausible(), arbitrary), (events) => {
        const totals = Traffic.totals(stateAfter(events))
        assert.strictEqual(totals.events, events.length)
        assert.strictEqual(totals.frames, countOf(events, "FrameHeard", "BytesHeard"))
        assert.strictEqual(totals.accepted, countOf(events, "MessageAccepted"))
        assert.strictEqual(totals.refused, countOf(events, "MessageRefused"))
        assert.strictEqual(totals.messageReports, countOf(events, "MessageReported"))
        assert.strictEqual(totals.owed, countOf(events, "DeliveryOwed"))
        assert.strictEqual(totals.delivered, countOf(events, "DeliverySucceeded"))
        assert.strictEqual(totals.abandoned, countOf(events, "DeliveryAbandoned"))
        assert.strictEqual(totals.failedAttempts, countOf(events, "DeliveryFailed"))
        const reasons: Record<string, number> = {}
        let rows = 0
        for (const { event } of events) {
          if (event._tag === "MessageRefused")
            reasons[event.reason] = (reasons[event.reason] ?? 0) + 1
          if (event._tag === "ReceptionReported") rows++
          if (event._tag === "MessageReported") rows += event.stations.length
        }
        assert.deepStrictEqual({ ...totals.refusedFor }, reasons)
        assert.strictEqual(totals.reportedReceptions, rows)
      }),
      { numRuns: 200 },
    )
  })

  it("knows the first and the last instant of both clocks", () => {
    fc.assert(
      fc.property(plausible(), (events) => {
        const state = stateAfter(events)
        const occurred = events
          .filter(({ occurredMs, recordedMs }) => occurredMs <= recordedMs + Traffic.aheadMsMax)
          .map(({ occurredMs }) => occurredMs)
        assert.strictEqual(
          state.firstOccurredMs,
          occurred.length === 0 ? null : Math.min(...occurred),
        )
        assert.strictEqual(
          state.lastOccurredMs,
          occurred.length === 0 ? null : Math.max(...occurred),
        )
        assert.strictEqual(state.implausible, events.length - occurred.length)
        assert.strictEqual(state.firstRecordedMs, events.at(0)?.recordedMs ?? null)
        assert.strictEqual(state.lastRecordedMs, events.at(-1)?.recordedMs ?? null)
      }),
    )
  })
})

const shown = (order: ReadonlyArray<number>): unknown => {
  const histogram = Histogram.make()
  for (const ms of order) Histogram.add(histogram, ms, 0, 0)
  return Histogram.encode(histogram)
}

const instants = fc.array(
  fc.oneof(
    fc.integer({ min: 0, max: 5_000_000 }),
    fc.integer({ min: 1_700_000_000_000, max: 1_700_000_100_000 }),
  ),
  { maxLength: 200 },
)

describe("the histogram", () => {
  it("puts each instant into the bucket it belongs to, whatever came before", () => {
    fc.assert(
      fc.property(instants, (times) => {
        const histogram = Histogram.make()
        times.forEach((ms, i) => Histogram.add(histogram, ms, i % 2, i))
        assert.isAtMost(histogram.used, Histogram.bucketsMax)
        for (const bucket of Histogram.buckets(histogram)) {
          const inside = (parity: number): number =>
            times.filter((ms, i) => i % 2 === parity && ms >= bucket.fromMs && ms < bucket.toMs)
              .length
          assert.strictEqual(bucket.counts.receptions, inside(0))
          assert.strictEqual(bucket.counts.accepted, inside(1))
          const until = times.flatMap((ms, i) => (ms < bucket.toMs ? [i] : []))
          assert.strictEqual(bucket.position, Math.max(-1, ...until))
        }
        const counted = Histogram.buckets(histogram).reduce(
          (sum, { counts }) => sum + counts.receptions + counts.accepted,
          0,
        )
        assert.strictEqual(counted, times.length)
      }),
      { numRuns: 300 },
    )
  })

  it("does not depend on the order in which instants come", () => {
    fc.assert(
      fc.property(instants, (times) => {
        assert.deepStrictEqual(shown(times), shown(times.toReversed()))
      }),
    )
  })

  it("is no wider than it must be", () => {
    const histogram = Histogram.make()
    Histogram.add(histogram, 0, 0, 0)
    Histogram.add(histogram, (Histogram.bucketsMax - 1) * Histogram.widthMsMin, 0, 1)
    assert.strictEqual(histogram.widthMs, Histogram.widthMsMin)
    Histogram.add(histogram, Histogram.bucketsMax * Histogram.widthMsMin, 0, 2)
    assert.strictEqual(histogram.widthMs, 2 * Histogram.widthMsMin)
  })
})
