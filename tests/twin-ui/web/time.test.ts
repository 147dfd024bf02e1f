import { assert, describe, it } from "@effect/vitest"
import { tap } from "rxjs"
import { TestScheduler } from "rxjs/testing"
import { perFrame } from "../../../core/stream/perFrame.ts"
import { fineBarsOf, histogramOf, Timeline } from "../../../projections/chain/Timeline.ts"
import { fold } from "../../../projections/Projection.ts"
import { zoomed } from "../../../twin-ui/web/interact/bindTimeline.ts"
import { marksOf, msAt, onClock, positionAt } from "../../../twin-ui/web/model/TimelineMarks.ts"
import { story } from "../../projections/chain/Story.ts"

const log = story({ stations: 8, devices: 40, minutes: 30, messagesPerMinute: 20 })
const state = fold(Timeline, Timeline.initial(), log)
const size = { width: 900, height: 138 }

describe("bars on either clock", () => {
  it("count every event that they speak of, once", () => {
    const accepted = log.filter(({ event }) => event._tag === "MessageAccepted").length
    for (const clock of ["occurred", "recorded"] as const) {
      const { bars } = histogramOf(state, { bars: 50 }, clock)
      assert.strictEqual(
        bars.reduce((sum, bar) => sum + bar.accepted, 0),
        accepted,
      )
    }
  })

  it("finer than a minute are those of the span's own events, and positions rise along them", () => {
    const [fromMs, toMs] = [log[200].occurredMs, log[200].occurredMs + 30_000]
    const events = log.filter(({ occurredMs }) => occurredMs >= fromMs && occurredMs <= toMs)
    const { bars, bucketMs } = fineBarsOf(
      events,
      { fromMs, toMs, bars: 240, before: 199 },
      "occurred",
    )
    assert.isAtMost(bucketMs, 126)
    assert.isAbove(bars.length, 1)
    const accepted = events.filter(({ event }) => event._tag === "MessageAccepted").length
    assert.strictEqual(
      bars.reduce((sum, bar) => sum + bar.accepted, 0),
      accepted,
    )
    for (const [index, bar] of bars.entries())
      assert.isAtLeast(bar.position, index === 0 ? 199 : bars[index - 1].position)
  })
})

describe("a place on the time line", () => {
  const { bars: buckets, ...rest } = histogramOf(state, { bars: 60 }, "recorded")
  const incident = {
    id: "x",
    kind: "outage",
    label: "x",
    tone: "suspicious",
    start: { position: 300, ms: 7 },
    count: 1,
  } as const
  const answer = {
    ...rest,
    buckets,
    incidents: [incident],
    events: log.length,
    head: log.length - 1,
  }

  it("leads to a position and back to nearly the same place", () => {
    for (const position of [10, 200, 450]) {
      const ms = msAt(answer, position)
      assert.isAtMost(Math.abs(positionAt(answer, ms) - position), 1)
    }
  })

  it("is outside of the span for what lies outside", () => {
    assert.isBelow(msAt({ ...answer, before: 50 }, 50), answer.fromMs)
    assert.isAbove(msAt(answer, log.length + 5), answer.toMs)
  })

  it("puts incidents where their events were recorded, on that clock", () => {
    const [moved] = onClock(answer, "recorded").incidents
    assert.strictEqual(moved.start.ms, msAt(answer, 300))
    assert.strictEqual(onClock(answer, "occurred"), answer)
  })

  it("shows no bars of another span while its own are on their way", () => {
    const span = { fromMs: answer.fromMs, toMs: answer.fromMs + answer.bucketMs }
    assert.deepStrictEqual(marksOf(answer, span, undefined, size).bars, [])
  })

  it("zooms from all of time to milliseconds and stays within it", () => {
    const bounds = { fromMs: 0, toMs: 5 * 365 * 86_400_000 }
    let span = bounds
    for (let i = 0; i < 60; i++) span = zoomed(span, 1e11, 0.5, bounds)
    assert.strictEqual(span.toMs - span.fromMs, 20)
    assert.isTrue(span.fromMs <= 1e11 && span.toMs >= 1e11)
    for (let i = 0; i < 60; i++) span = zoomed(span, 1e11, 2, bounds)
    assert.deepStrictEqual(span, bounds)
  })
})

/** What is drawn of a source, as "frame:value" words, with animation frames at 3, 7 and 15. */
const drawn = (source: string): string => {
  const seen: Array<string> = []
  const test = new TestScheduler(() => undefined)
  test.run(({ animate, expectObservable, hot }) => {
    animate("---x---x-------x")
    const out = hot(source).pipe(
      perFrame(),
      tap((value) => seen.push(`${test.now()}:${value}`)),
    )
    expectObservable(out).toBe("")
  })
  return seen.join(" ")
}

describe("drawing", () => {
  it("happens at most once a frame, with the newest", () => {
    assert.strictEqual(drawn("abc-de---f------"), "3:c 7:e 15:f")
  })

  it("waits while no frame comes, as in a hidden tab, and keeps the newest alone", () => {
    assert.strictEqual(drawn("--------abcdefg-"), "15:g")
  })
})
