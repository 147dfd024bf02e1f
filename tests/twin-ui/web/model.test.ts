import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { Grouping, type MotionKind } from "../../../projections/chain/ChainView.ts"
import { Chain } from "../../../projections/chain/Chain.ts"
import { fold } from "../../../projections/Projection.ts"
import { histogramOf, Timeline } from "../../../projections/chain/Timeline.ts"
import { incidentsOf, viewOf } from "../../../projections/chain/view.ts"
import * as Address from "../../../twin-ui/web/data/Address.ts"
import * as Picture from "../../../twin-ui/web/data/Picture.ts"
import * as Source from "../../../twin-ui/web/data/Source.ts"
import { zoomed } from "../../../twin-ui/web/interact/bindTimeline.ts"
import { targetDot } from "../../../twin-ui/web/interact/roving.ts"
import { concernedBy } from "../../../twin-ui/web/model/concerned.ts"
import { filterOf } from "../../../twin-ui/web/model/Filter.ts"
import { rowsCsv } from "../../../twin-ui/web/export/rowsCsv.ts"
import { svgInk } from "../../../twin-ui/web/export/SvgInk.ts"
import * as Format from "../../../twin-ui/web/model/format.ts"
import { layoutOf, type Layout } from "../../../twin-ui/web/model/Layout.ts"
import { legMs, legsOf, placeAt } from "../../../twin-ui/web/model/motionAt.ts"
import { spanFor } from "../../../twin-ui/web/model/spanFor.ts"
import { marksOf, positionAt } from "../../../twin-ui/web/model/TimelineMarks.ts"
import { story } from "../../projections/chain/Story.ts"

const all = filterOf("", false)
const sizes = [
  { width: 1216, height: 760 },
  { width: 972, height: 506 },
  { width: 2100, height: 1100 },
]
const networks = [
  { stations: 48, devices: 2000 },
  { stations: 300, devices: 2000 },
  { stations: 3, devices: 5 },
  { stations: 400, devices: 6000 },
].map(({ stations, devices }) => {
  const log = story({ stations, devices, minutes: 12, messagesPerMinute: 120 })
  return {
    name: `${stations} stations, ${devices} devices`,
    log,
    view: viewOf(fold(Chain, Chain.initial(), log)),
  }
})

const each = (check: (layout: Layout, network: (typeof networks)[number]) => void): void => {
  for (const network of networks)
    for (const size of sizes)
      check(
        layoutOf(network.view, { size, selection: undefined, filter: all, closed: [] }),
        network,
      )
}

const orNone = <Value>(some: fc.Arbitrary<Value>) => fc.option(some, { nil: undefined })

describe("layout", () => {
  it("keeps every mark on the stage", () => {
    each(({ groups, stations, customers, centres, size }) => {
      for (const { dots } of groups)
        for (const { x, y } of dots) {
          assert.isTrue(x > 0 && x < size.width)
          assert.isTrue(y > 0 && y < size.height)
        }
      for (const { x, y, height } of stations)
        assert.isTrue(x > 0 && y - height / 2 >= 0 && y + height / 2 <= size.height + 1)
      for (const { y, height } of [...customers, ...centres])
        assert.isTrue(y >= 0 && y + height <= size.height)
    })
  })

  it("puts no two things in one place", () => {
    each(({ groups, stations, customers }) => {
      const places = [...groups.flatMap(({ dots }) => dots), ...stations].map(
        ({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`,
      )
      assert.strictEqual(new Set(places).size, places.length)
      for (const [index, group] of groups.entries())
        if (index > 0) assert.isAtLeast(group.y, groups[index - 1].y + groups[index - 1].height)
      for (const [index, card] of customers.entries())
        if (index > 0)
          assert.isAtLeast(card.y, customers[index - 1].y + customers[index - 1].height)
    })
  })

  it("shows every device in trouble that the view has, and says how many others are left out", () => {
    each(({ groups }, { view }) => {
      for (const { group, dots, more } of groups) {
        const bad = dots.filter(({ verdict }) => verdict === "refused" || verdict === "suspicious")
        if (dots.length >= group.refused + group.suspicious)
          assert.strictEqual(bad.length, group.refused + group.suspicious)
        assert.strictEqual(more !== "", dots.length < group.devices)
      }
      assert.strictEqual(groups.length, view.groups.filter(({ devices }) => devices > 0).length)
    })
  })

  it("has a row for a station that lost trust, and leaves the others where they were", () => {
    const { view } = networks[1]
    const shown = { size: sizes[0], selection: undefined, filter: all, closed: [] }
    const before = layoutOf(view, shown)
    const id = view.stations[100].id
    const changed = {
      ...view,
      stations: view.stations.with(100, { ...view.stations[100], trust: "lost" }),
    }
    const after = layoutOf(changed, shown)
    const mark = after.stations.find((one) => one.id === id)
    assert.isTrue(mark?.isRow)
    const xOf = (layout: Layout) =>
      new Map(layout.stations.filter((one) => one.id !== id).map((one) => [one.id, one.x]))
    assert.deepStrictEqual(xOf(after), xOf(before))
  })

  it("gives the same marks for the same view", () => {
    const shown = { size: sizes[0], selection: undefined, filter: all, closed: [] }
    assert.deepStrictEqual(layoutOf(networks[0].view, shown), layoutOf(networks[0].view, shown))
  })
})

describe("several things selected", () => {
  it("are all marked, and those of an incident begin with what it is about", () => {
    const [network] = networks
    const [first, second, third] = network.view.stations
    const { stations } = layoutOf(network.view, {
      size: sizes[0],
      selection: { kind: "station", id: second.id },
      also: [
        { kind: "station", id: third.id },
        { kind: "device", id: first.id },
      ],
      filter: all,
      closed: [],
    })
    const marked = stations.filter(({ isSelected }) => isSelected).map(({ id }) => id)
    assert.deepStrictEqual(marked.toSorted(), [second.id, third.id].toSorted())
    const moment = { position: 4, ms: 5 }
    const incident = {
      kind: "finding",
      label: "",
      tone: "refused",
      start: moment,
      count: 1,
    } as const
    assert.deepStrictEqual(
      concernedBy({ ...incident, id: "a", device: "4D33DB", customer: "hydro" }, undefined),
      [
        { kind: "device", id: "4D33DB" },
        { kind: "customer", id: "hydro" },
      ],
    )
    const [jammed, ...around] = concernedBy(
      { ...incident, id: "jam", area: first.city ?? "" },
      network.view,
    )
    assert.deepStrictEqual(jammed, { kind: "incident", id: "jam" })
    assert.isAbove(around.length, 0)
    assert.isTrue(
      around.every(
        ({ id }) => network.view.stations.find((one) => one.id === id)?.city === first.city,
      ),
    )
  })
})

describe("motions", () => {
  const { view } = networks[0]
  const layout = layoutOf(view, { size: sizes[0], selection: undefined, filter: all, closed: [] })
  const [group] = layout.groups
  const dot = group.dots[3]
  const [centre] = layout.centres
  const customer = layout.customers.find(({ id }) => id === group.group.customer)
  const legs = (kind: MotionKind) =>
    legsOf(layout, {
      kind,
      position: 1,
      verdict: "ok",
      device: dot.id,
      group: group.key,
      station: layout.stations[5].id,
      dataCentre: centre.id,
      ...(customer === undefined ? {} : { customer: customer.id }),
    })
  const ends = (kind: MotionKind) => {
    const path = legs(kind)
    return [placeAt(path, 0)?.x, placeAt(path, path.length * legMs - 0.001)?.x].map((x) =>
      Math.round(x ?? -1),
    )
  }

  it("go from where they start to where they end, by what they are", () => {
    const station = layout.stations[5]
    const [at, customerX] = [Math.round(dot.x), Math.round(customer?.x ?? -2)]
    assert.deepStrictEqual(ends("reception"), [at, Math.round(station.in.x)])
    assert.deepStrictEqual(ends("message"), [at, Math.round(centre.x)])
    assert.deepStrictEqual(ends("evidence"), [Math.round(station.out.x), Math.round(centre.x)])
    assert.deepStrictEqual(ends("challenge"), ends("evidence").toReversed())
    assert.deepStrictEqual(ends("delivery"), [Math.round(centre.x + centre.width), customerX])
    assert.deepStrictEqual(ends("downlink"), ends("message").toReversed())
  })

  it("have arrived after their last leg", () => {
    assert.deepStrictEqual(placeAt(legs("message"), 0), { x: dot.x, y: dot.y })
    assert.isUndefined(placeAt(legs("message"), 2 * legMs))
  })
})

describe("filter", () => {
  const { view } = networks[0]
  const [group] = view.groups
  it("asks fields of what has them, and words of everything", () => {
    const filter = filterOf("customer:hydro", false)
    assert.isTrue(filter.station(view.stations[0]))
    const passes = view.customers.filter(filter.customer).map(({ id }) => id)
    assert.deepStrictEqual(passes, ["hydro"])
    assert.isTrue(filterOf(group.shown[0].id.toLowerCase(), false).device(group.shown[0], group))
    assert.isFalse(filterOf("bs-0008", false).station(view.stations[3]))
  })
  it("shows only what is in trouble when asked to", () => {
    const filter = filterOf("", true)
    for (const device of group.shown)
      assert.strictEqual(
        filter.device(device, group),
        device.verdict === "refused" || device.verdict === "suspicious",
      )
  })
})

describe("time line", () => {
  const { log } = networks[0]
  const state = fold(Timeline, Timeline.initial(), log)
  const answerOf = (bars: number) => {
    const { bars: buckets, ...rest } = histogramOf(state, { bars })
    const incidents = incidentsOf(fold(Chain, Chain.initial(), log))
    return { ...rest, buckets, incidents, events: log.length, head: log.length - 1 }
  }
  const answer = answerOf(60)
  const span = { fromMs: answer.fromMs, toMs: answer.toMs }

  const at = (part: number) => positionAt(answer, span.fromMs + (span.toMs - span.fromMs) * part)

  it("finds positions that rise with time, up to the newest", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (a, b) => {
          assert.isAtMost(at(Math.min(a, b)), at(Math.max(a, b)))
        },
      ),
    )
    assert.strictEqual(positionAt(answer, span.toMs), log.length - 1)
    assert.strictEqual(positionAt(answer, span.fromMs - 1), 0)
  })

  it("is near the event at an instant", () => {
    const middle = log[Math.floor(log.length / 2)]
    const found = log[positionAt(answer, middle.occurredMs)]
    assert.isBelow(Math.abs(found.occurredMs - middle.occurredMs), 2 * answer.bucketMs)
  })

  it("keeps labels of incidents apart and on the line", () => {
    const size = { width: 900, height: 138 }
    const marks = marksOf(answer, span, span.toMs, size)
    assert.isAbove(marks.incidents.length, 0)
    const labelled = marks.incidents.filter(({ label }) => label !== "")
    for (const a of labelled)
      for (const b of labelled)
        if (a !== b && a.lane === b.lane && a.labelX <= b.labelX)
          assert.isAtMost(a.labelX + a.label.length * 6.4, b.labelX + 0.01)
    for (const { labelX, label } of labelled)
      assert.isAtMost(labelX + label.length * 6.4, size.width)
  })

  it("follows now, and stands still in the past until the playhead leaves it", () => {
    const base = { firstMs: 0, lastMs: 100_000_000, lengthMs: 3_600_000, zoom: undefined }
    const now = spanFor(undefined, { ...base, playheadMs: 100_000_000, isNow: true })
    assert.strictEqual(now.toMs, 100_000_000)
    const past = spanFor(now, { ...base, playheadMs: 50_000_000, isNow: false })
    assert.isTrue(past.fromMs < 50_000_000 && past.toMs > 50_000_000)
    assert.deepStrictEqual(spanFor(past, { ...base, playheadMs: 50_100_000, isNow: false }), past)
  })

  it("zooms about the pointer and never beyond all of time", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.05, max: 20, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (factor, part) => {
          const bounds = { fromMs: 0, toMs: 86_400_000 }
          const from = { fromMs: 10_000_000, toMs: 20_000_000 }
          const about = from.fromMs + part * 10_000_000
          const to = zoomed(from, about, factor, bounds)
          assert.isAtLeast(to.fromMs, bounds.fromMs - 1)
          assert.isAtMost(to.toMs, bounds.toMs + 1)
          assert.isAbove(to.toMs, to.fromMs)
        },
      ),
    )
  })
})

describe("address", () => {
  it("comes back as it was written", () => {
    const source = fc.oneof(
      fc.constant(Source.live),
      fc.nat().map(Source.held),
      fc
        .tuple(fc.nat(), fc.constantFrom(...Source.speeds))
        .map(([at, speed]) => Source.replay(at, speed)),
    )
    const thing = fc.record({
      kind: fc.constantFrom(...Address.selectable),
      id: fc.string({ minLength: 1 }),
    })
    const address: fc.Arbitrary<Address.Address> = fc.record({
      source,
      view: fc.constantFrom(...Address.views),
      selection: orNone(thing),
      also: fc.array(thing, { maxLength: 6 }),
      query: fc.string(),
      problemsOnly: fc.boolean(),
      grouping: fc.constantFrom(...Grouping.literals),
      closed: fc.array(fc.string(), { maxLength: 8 }),
      clock: fc.constantFrom(...Address.clocks),
      lengthMs: fc.oneof(fc.constant(Infinity), fc.integer({ min: 1 })),
      camera: orNone(
        fc
          .record({
            lng: fc.integer({ min: -1_800_000, max: 1_800_000 }),
            lat: fc.integer({ min: -800_000, max: 800_000 }),
            km: fc.integer({ min: 1, max: 400_000_000 }),
          })
          .map(({ km, lat, lng }) => ({ lng: lng / 1e4, lat: lat / 1e4, km: km / 1e4 })),
      ),
      span: orNone(
        fc
          .tuple(fc.nat(), fc.integer({ min: 1 }))
          .map(([fromMs, length]) => ({ fromMs, toMs: fromMs + length })),
      ),
      pinned: orNone(fc.nat()),
      tab: fc.string({ maxLength: 20 }),
    })
    fc.assert(
      fc.property(address, (given) => {
        assert.deepStrictEqual(Address.fromQuery(Address.toQuery(given)), given)
      }),
    )
    assert.strictEqual(Address.toQuery(Address.initial), "")
  })
  it("is read whatever it holds", () => {
    fc.assert(fc.property(fc.string(), (text) => void Address.fromQuery(text)))
    assert.deepStrictEqual(Address.fromQuery("?at=-4&show=nobody:1&speed=x"), Address.initial)
  })
})

describe("small things", () => {
  it("says durations in two units at most", () => {
    assert.deepStrictEqual(
      [0, 999, 3200, 59_000, 61_000, 3_600_000, 93_600_000].map(Format.duration),
      ["0 ms", "999 ms", "3.2 s", "59 s", "1 min 1 s", "1 h", "1 d 2 h"],
    )
  })
  it("moves among dots without leaving them", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 80 }),
        fc.integer({ min: 1, max: 20 }),
        fc.nat(200),
        fc.constantFrom("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"),
        (count, across, from, key) => {
          const index = from % count
          const to = targetDot(key, index, { count, across })
          assert.isTrue(to !== undefined && to >= 0 && to < count)
        },
      ),
    )
    assert.isUndefined(targetDot("a", 0, { count: 3, across: 2 }))
  })
})

describe("what is taken away", () => {
  it("has a row for each thing, quoted, and nothing that a spreadsheet would run", () => {
    const { view } = networks[0]
    const named = { ...view.stations[0], name: '=1+1,"x"' }
    const lines = rowsCsv({ ...view, stations: [named, ...view.stations.slice(1)] }).split("\r\n")
    const devices = view.groups.reduce((sum, { shown }) => sum + shown.length, 0)
    const things = devices + view.stations.length + view.dataCentres.length + view.customers.length
    assert.lengthOf(lines, things + 2)
    assert.include(lines.join("\n"), `"'=1+1,""x"""`)
  })

  it("draws on paper what a canvas would draw", () => {
    const ink = svgInk()
    ink.strokeStyle = "#123456"
    ink.globalAlpha = 0.5
    ink.beginPath()
    ink.moveTo(0, 0)
    ink.lineTo(2.34567, 2)
    ink.stroke()
    assert.strictEqual(
      ink.elements(),
      `<path d="M0,0L2.35,2" fill="none" stroke="#123456" stroke-width="1" stroke-linecap="butt" opacity="0.5"/>`,
    )
  })
})

const asked = (at: number) => ({ _tag: "source", source: Source.held(at), by: "customer" }) as const
const viewAt = (position: number) => ({ ...networks[0].view, position })

describe("what is known at once of another instant", () => {
  const seen = [100, 900, 400].reduce(
    (picture, at) =>
      Picture.next(Picture.next(picture, asked(at)), {
        _tag: "feed",
        message: { _tag: "view", view: viewAt(at) },
      }),
    Picture.initial,
  )

  it("is the nearest that was looked at, and it says that it is not yet the one", () => {
    const next = Picture.next(seen, asked(850))
    assert.strictEqual(next.view?.position, 900)
    assert.isFalse(next.fresh)
  })

  it("is nothing of another grouping", () => {
    const next = Picture.next(seen, { ...asked(850), by: "site" })
    assert.deepStrictEqual(next.kept, [])
  })

  it("is bounded", () => {
    let picture = seen
    for (let at = 0; at < 40; at++)
      picture = Picture.next(Picture.next(picture, asked(at)), {
        _tag: "feed",
        message: { _tag: "view", view: viewAt(at) },
      })
    assert.lengthOf(picture.kept, Picture.keptMax)
  })
})
