// @vitest-environment happy-dom
import { assert, describe, it } from "@effect/vitest"
import { select } from "d3"
import { Chain } from "../../../projections/chain/Chain.ts"
import { viewOf } from "../../../projections/chain/view.ts"
import { fold } from "../../../projections/Projection.ts"
import { differenceMarks, none, signs } from "../../../twin-ui/web/model/DifferenceMarks.ts"
import { filterOf } from "../../../twin-ui/web/model/Filter.ts"
import { layoutOf } from "../../../twin-ui/web/model/Layout.ts"
import type { Difference, Differences } from "../../../twin-ui/web/panel/changes.ts"
import { drawDifferences } from "../../../twin-ui/web/view/drawDifferences.ts"
import { story } from "../../projections/chain/Story.ts"

const view = viewOf(fold(Chain, Chain.initial(), story({ stations: 8, devices: 40, minutes: 12 })))
const layout = layoutOf(view, {
  size: { width: 1216, height: 760 },
  selection: undefined,
  filter: filterOf("", false),
  closed: [],
})
const [station, other] = layout.stations
const [{ dots }] = layout.groups
const differing = (...things: ReadonlyArray<readonly [string, Difference]>): Differences => ({
  things: new Map(things),
  beyond: 0,
})

const differences = differing(
  [`station:${station.id}`, "changed"],
  ["station:BS-9999", "gone"],
  [`customer:${layout.customers[0].id}`, "added"],
  [`centre:${layout.centres[0].id}`, "changed"],
  [`device:${dots[0].id}`, "changed"],
  [`device:${dots[1].id}`, "added"],
  ["device:FFFFFF", "gone"],
)

const svg = () => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", "svg")
  document.body.append(element)
  return element
}

describe("what differs from the pinned instant", () => {
  it("is marked around the thing itself, by a sign and in words", () => {
    const { badges } = differenceMarks(layout, differences)
    assert.deepStrictEqual(
      badges.map(({ key, sign }) => `${sign} ${key}`),
      [
        `~ station:${station.id}`,
        `~ centre:${layout.centres[0].id}`,
        `+ customer:${layout.customers[0].id}`,
      ],
    )
    assert.strictEqual(badges[0].label, `station ${station.id}: changed since the pinned instant`)
    const { box } = badges[0]
    assert.isTrue(box.y <= station.y && station.y <= box.y + box.height)
    assert.isFalse(badges.some(({ key }) => key === `station:${other.id}`))
  })

  it("is counted for each column, and what is gone is named", () => {
    const { sums } = differenceMarks(layout, differences)
    const told = sums.map(({ key, parts }) => `${key}: ${parts.map(({ text }) => text).join(" ")}`)
    assert.deepStrictEqual(told, [
      "devices: + 1 ~ 1 − FFFFFF",
      "stations: ~ 1 − BS-9999",
      "core: ~ 1",
      "customers: + 1",
    ])
    assert.strictEqual(sums[1].title, "gone: BS-9999")
  })

  it("has a sign of its own at each dot, of a shape for each kind", () => {
    const { dots: marks } = differenceMarks(layout, differences)
    assert.lengthOf(marks, 2)
    assert.strictEqual(new Set(marks.map(({ path }) => path.replace(/^M[^m]*/, ""))).size, 2)
    assert.strictEqual(new Set(Object.values(signs)).size, 3)
  })

  it("is drawn once, and goes when nothing is pinned any more", () => {
    const on = svg()
    const marks = differenceMarks(layout, differences)
    drawDifferences(select(on), marks)
    const once = on.outerHTML
    drawDifferences(select(on), marks)
    assert.strictEqual(on.outerHTML, once)
    assert.lengthOf(on.querySelectorAll("[data-differs][aria-label]"), 3)
    assert.strictEqual(differenceMarks(layout, undefined), none)
    drawDifferences(select(on), none)
    assert.lengthOf(on.querySelectorAll("g.differences > *"), 0)
  })
})
