import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import type { Recorded } from "../../../core/event/Envelope.ts"
import type { Event } from "../../../core/event/Event.ts"
import { applyStep } from "../../../projections/chain/applyStep.ts"
import { Chain } from "../../../projections/chain/Chain.ts"
import * as View from "../../../projections/chain/ChainView.ts"
import { leapsBelieved } from "../../../projections/chain/advance.ts"
import { stepOf } from "../../../projections/chain/stepOf.ts"
import { troubleMs } from "../../../projections/chain/verdictOf.ts"
import { incidentsOf, viewOf } from "../../../projections/chain/view.ts"
import { fold, type Projection } from "../../../projections/Projection.ts"
import { histogramOf, Timeline } from "../../../projections/chain/Timeline.ts"
import { story } from "./Story.ts"

const told = story({ stations: 12, devices: 60, minutes: 60, messagesPerMinute: 20 })
const leaving = (event: Event): Event | undefined => {
  if (event._tag === "DeviceRegistered") return { _tag: "DeviceRetired", device: event.device }
  return event._tag === "StationEnrolled"
    ? { _tag: "StationRetired", station: event.station }
    : undefined
}

/** The story, and after it a third of all things leave. */
const withLeaving = (): ReadonlyArray<Recorded> => {
  const log = [...told]
  const events = told.map(({ event }) => leaving(event)).filter((event) => event !== undefined)
  for (const [index, event] of events.entries())
    if (index % 3 === 0)
      log.push({ ...log[log.length - 1], position: log.length, causes: [], event })
  return log
}
const small = withLeaving()
const after = (events: ReadonlyArray<Recorded>) => fold(Chain, Chain.initial(), events)
const digest = <State>(projection: Projection<State>, state: State): string =>
  JSON.stringify(projection.encode(state))

const kindsOf = (events: ReadonlyArray<Recorded>) =>
  incidentsOf(after(events)).map((incident) => incident.kind)

const laws = <State>(projection: Projection<State>) =>
  describe(`laws of ${projection.name}`, () => {
    const whole = fold(projection, projection.initial(), small)
    it("gives the same state however the log is cut, with a snapshot at the cut", () => {
      fc.assert(
        fc.property(fc.nat(small.length), (cut) => {
          const first = fold(projection, projection.initial(), small.slice(0, cut))
          const read = projection.decode(JSON.parse(JSON.stringify(projection.encode(first))))
          const both = fold(projection, read, small.slice(cut))
          assert.strictEqual(digest(projection, both), digest(projection, whole))
        }),
        { numRuns: 20 },
      )
    })
    it("leaves the state it started from as it was", () => {
      const before = fold(projection, projection.initial(), small.slice(0, 500))
      const was = digest(projection, before)
      fold(projection, before, small.slice(500))
      assert.strictEqual(digest(projection, before), was)
    })
  })

laws(Chain)
laws(Timeline)

describe("view", () => {
  it("is what its schema says, at any position", () => {
    const decode = Schema.decodeUnknownSync(View.ChainView)
    for (let cut = 0; cut <= small.length; cut += 97) {
      const view = viewOf(after(small.slice(0, cut)))
      assert.deepStrictEqual(decode(JSON.parse(JSON.stringify(view))), view)
      assert.strictEqual(view.position, cut - 1)
    }
  })

  it("a step takes one view to the next, over any cuts", () => {
    fc.assert(
      fc.property(fc.nat(small.length), fc.nat(small.length), (one, other) => {
        const [from, to] = [Math.min(one, other), Math.max(one, other)]
        const before = viewOf(after(small.slice(0, from)))
        const state = after(small.slice(0, to))
        const { step, view } = stepOf(before, state, small.slice(from, to))
        const sent = Schema.decodeUnknownSync(View.Step)(JSON.parse(JSON.stringify(step)))
        assert.deepStrictEqual(applyStep(before, sent), viewOf(state))
        assert.deepStrictEqual(view, viewOf(state))
      }),
      { numRuns: 40 },
    )
  })

  it("shows findings of another projection beside its own incidents, over steps too", () => {
    const before = viewOf(after(small.slice(0, 400)))
    const state = after(small)
    // One that nothing is wrong with.
    const device = viewOf(state)
      .groups.flatMap(({ shown }) => shown)
      .find(({ verdict }) => verdict === "ok")
    if (device === undefined) return assert.fail("the story has a healthy device")
    const finding: View.Incident = {
      id: "finding|clone|1",
      kind: "finding",
      label: `cloned device · ${device.id}`,
      tone: "suspicious",
      start: { position: 401, ms: state.nowMs - 1000 },
      count: 1,
      confidence: 0.9,
      device: device.id,
    }
    const { step } = stepOf(before, state, [], [finding])
    const view = viewOf(state, [finding])
    assert.deepStrictEqual(applyStep(before, step), view)
    assert.include(view.incidents, finding)
    const shown = view.groups.flatMap(({ shown: all }) => all).find(({ id }) => id === device.id)
    assert.strictEqual(shown?.verdict, "suspicious")
    assert.strictEqual(shown?.reason, "cloned device")
    const over = { ...finding, end: { position: 402, ms: state.nowMs } }
    const later = viewOf(state, [over]).groups.flatMap(({ shown: all }) => all)
    assert.strictEqual(later.find(({ id }) => id === device.id)?.verdict, "ok")
  })

  it("keeps what goes on when more incidents are than fit", () => {
    const state = after(small)
    const over = Array.from({ length: View.incidentsShownMax + 5 }, (_, n): View.Incident => {
      const end = { position: 1000 + n, ms: state.nowMs }
      const about = { kind: "finding", label: "x", tone: "suspicious", count: 1 } as const
      return { id: `finding|x|${n}`, ...about, start: end, ...(n === 0 ? {} : { end }) }
    })
    const { incidents } = viewOf(state, over)
    assert.lengthOf(incidents, View.incidentsShownMax)
    assert.include(incidents, over[0])
  })

  it("has every device in one group, whatever it is grouped by, and steps keep to it", () => {
    const [before, state] = [after(small.slice(0, 700)), after(small)]
    for (const by of View.Grouping.literals) {
      const view = viewOf(state, [], by)
      const counted = view.groups.reduce((sum, { devices }) => sum + devices, 0)
      assert.strictEqual(counted, view.totals.devices)
      const { step } = stepOf(viewOf(before, [], by), state, small.slice(700), [], by)
      assert.deepStrictEqual(applyStep(viewOf(before, [], by), step), view)
      const keys = new Set(view.groups.map(({ key }) => key))
      assert.isTrue(view.heard.length > 0 && view.heard.every(({ from }) => keys.has(from)))
      for (const { group } of step.motions) if (group !== undefined) assert.isTrue(keys.has(group))
    }
  })

  it("refuses a step that starts elsewhere", () => {
    const before = viewOf(after(small.slice(0, 100)))
    const { step } = stepOf(before, after(small.slice(0, 200)), [])
    assert.isUndefined(applyStep(viewOf(after(small.slice(0, 99))), step))
  })

  it("stays within its bounds, shows every troubled device, and counts the rest", () => {
    const big = story({ stations: 400, devices: 6000, minutes: 20, messagesPerMinute: 300 })
    const state = after(big)
    const view = viewOf(state)
    const shown = view.groups.flatMap((group) => group.shown)
    const hidden = view.groups.reduce((sum, group) => sum + group.hidden, 0)
    assert.isAtMost(shown.length, View.devicesShownMax)
    assert.strictEqual(shown.length + hidden, 6000)
    assert.strictEqual(view.stations.length, View.stationsShownMax)
    assert.strictEqual(view.totals.stationsHidden, 400 - View.stationsShownMax)
    assert.isAtMost(view.heard.length, View.edgesShownMax)
    const refused = view.groups.reduce((sum, group) => sum + group.refused, 0)
    assert.isAbove(refused, 0)
    assert.strictEqual(shown.filter((device) => device.verdict === "refused").length, refused)
    assert.isTrue(
      view.stations.some((station) => station.trust === "lost") || state.stationsLost === 0,
    )
    const { step } = stepOf(viewOf(Chain.initial()), state, big)
    for (const kind of View.MotionKind.literals)
      assert.isAtMost(
        step.motions.filter((motion) => motion.kind === kind).length,
        View.motionsOfKindMax,
      )
    assert.isAtMost(step.notable.length, View.notableMax)
    for (const kind of ["reception", "message"])
      assert.isAbove(
        step.motionsSeen[kind],
        step.motions.filter((motion) => motion.kind === kind).length,
      )
  })

  it("keeps the ledger whole: owed is delivered, pending and abandoned together", () => {
    for (let cut = 0; cut <= small.length; cut += 211) {
      const events = small.slice(0, cut)
      const owed = events.filter(({ event }) => event._tag === "DeliveryOwed").length
      const { delivered, pending, abandoned, failing } = viewOf(after(events)).totals
      assert.strictEqual(delivered + pending + abandoned, owed)
      assert.isAtMost(failing, pending)
    }
  })

  it("agrees with a plain count of the log", () => {
    const count = (tag: string) => small.filter(({ event }) => event._tag === tag).length
    const { totals } = viewOf(after(small))
    assert.isAbove(totals.refused, 0)
    assert.strictEqual(totals.receptions, count("FrameHeard"))
    assert.strictEqual(totals.accepted, count("MessageAccepted"))
    assert.strictEqual(totals.refused, count("MessageRefused"))
    assert.strictEqual(totals.delivered, count("DeliverySucceeded"))
    const { bars } = histogramOf(fold(Timeline, Timeline.initial(), small), { bars: 7 })
    assert.isAtMost(bars.length, 8)
    assert.strictEqual(
      bars.reduce((sum, bar) => sum + bar.accepted, 0),
      totals.accepted,
    )
    assert.strictEqual(bars.at(-1)?.position, small.length - 1)
  })
})

describe("rates and edges", () => {
  const view = viewOf(after(told))

  it("lead each accepted message over a data centre to its customer", () => {
    const carriers = view.dataCentres.reduce((sum, { rate }) => sum + rate, 0)
    assert.closeTo(carriers, view.totals.acceptedPerMinute, 2)
    const led = new Set(view.carried.map(({ to }) => to))
    const busy = view.customers.filter(({ rate }) => rate > 0)
    assert.isAbove(busy.length, 2)
    for (const { id } of busy) assert.isTrue(led.has(id), id)
  })

  it("are those of the last minutes, not of all time", () => {
    const { totals, stations } = view
    assert.closeTo(totals.acceptedPerMinute, 20, 4)
    const heard = stations.reduce((sum, { rate }) => sum + rate, 0)
    assert.closeTo(heard, totals.receptionsPerMinute, stations.length / 2)
  })
})

describe("things that leave", () => {
  it("are gone from the view and from the counts", () => {
    const [before, later] = [viewOf(after(told)).totals, viewOf(after(small)).totals]
    assert.isBelow(later.devices, before.devices)
    assert.isBelow(later.stations, before.stations)
    assert.isAtMost(later.stationsAttested + later.stationsLost, later.stations)
  })
})

describe("incidents", () => {
  it("names the replay, the link, the outage and the station of the story", () => {
    const kinds = new Set(kindsOf(small))
    for (const kind of ["refusals", "trust-lost", "link-down", "outage"] as const)
      assert.isTrue(kinds.has(kind), kind)
  })

  it("ends an outage at the first success, and starts it at the first failure", () => {
    const outage = incidentsOf(after(small)).find((incident) => incident.kind === "outage")
    const first = small.find(({ event }) => event._tag === "DeliveryFailed")
    assert.strictEqual(outage?.start.position, first?.position)
    assert.isDefined(outage?.end)
  })

  it("are quiet in a quiet log", () => {
    const quiet = small.filter(
      ({ event }) =>
        event._tag !== "MessageRefused" &&
        event._tag !== "StationTrustLost" &&
        event._tag !== "LinkReported" &&
        event._tag !== "DeliveryFailed",
    )
    assert.deepStrictEqual(kindsOf(quiet), [])
  })
})

describe("time", () => {
  it("does not follow one clock that lies ahead, and follows many", () => {
    const state = after(small)
    const newest = small[small.length - 1]
    const ahead = (n: number): Recorded => ({
      ...newest,
      position: small.length + n,
      occurredMs: newest.occurredMs + 1e10,
      event: { _tag: "Ticked", due: "test" },
    })
    const one = fold(Chain, state, [ahead(0)])
    assert.strictEqual(one.nowMs, state.nowMs)
    const many = fold(
      Chain,
      state,
      Array.from({ length: leapsBelieved }, (_, n) => ahead(n)),
    )
    assert.strictEqual(many.nowMs, newest.occurredMs + 1e10)
  })

  it("keeps a refusal visible over the device's next good message, and lets it go later", () => {
    const refusal = small.findLast(({ event }) => event._tag === "MessageRefused")
    assert.isDefined(refusal)
    if (refusal === undefined || refusal.event._tag !== "MessageRefused") return
    const { device } = refusal.event
    const state = after(small.slice(0, refusal.position + 1))
    const shown = (at: typeof state) =>
      viewOf(at)
        .groups.flatMap((group) => group.shown)
        .find((one) => one.id === device)?.verdict
    assert.strictEqual(shown(state), "refused")
    const later = (ms: number): Recorded => ({
      ...refusal,
      position: refusal.position + 1,
      occurredMs: state.nowMs + ms,
      event: {
        _tag: "MessageAccepted",
        device,
        seq: 1,
        epoch: 1,
        kind: "data",
        downlinkAsked: false,
        missing: 0,
        policy: 1,
      },
    })
    assert.strictEqual(shown(fold(Chain, state, [later(1000)])), "refused")
    assert.strictEqual(shown(fold(Chain, state, [later(troubleMs)])), "ok")
  })
})
