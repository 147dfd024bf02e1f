// @vitest-environment happy-dom
import { assert, describe, it } from "@effect/vitest"
import { select } from "d3"
import { Chain } from "../../../projections/chain/Chain.ts"
import { viewOf } from "../../../projections/chain/view.ts"
import { fold } from "../../../projections/Projection.ts"
import * as Picture from "../../../twin-ui/web/data/Picture.ts"
import { filterOf } from "../../../twin-ui/web/model/Filter.ts"
import { layoutOf } from "../../../twin-ui/web/model/Layout.ts"
import { drawChain } from "../../../twin-ui/web/view/drawChain.ts"
import { emptyOf, noticeOf } from "../../../twin-ui/web/view/noticeOf.ts"
import { h, patch } from "../../../twin-ui/web/view/patch.ts"
import { story } from "../../projections/chain/Story.ts"

const log = story({ stations: 20, devices: 100, minutes: 30, messagesPerMinute: 30 })
const viewAt = (position: number) =>
  viewOf(fold(Chain, Chain.initial(), log.slice(0, position + 1)))
const shown = {
  size: { width: 1200, height: 700 },
  selection: undefined,
  filter: filterOf("", false),
  closed: [],
}

const svg = () => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", "svg")
  document.body.append(element)
  return element
}
const draw = (on: SVGSVGElement, position: number): void => {
  const view = viewAt(position)
  drawChain(select(on), layoutOf(view, shown), view)
}
const end = log.length - 1

const marks = (on: SVGSVGElement): ReadonlyArray<string> =>
  [...on.querySelectorAll("g[data-id]")].map((mark) => mark.outerHTML).toSorted()
const place = () => document.body.appendChild(document.createElement("div"))
const text = (trees: Parameters<typeof patch>[1]): string => {
  const on = document.createElement("div")
  patch(on, trees)
  return on.textContent ?? ""
}

const notices = (picture: Picture.Picture): string =>
  text(noticeOf(picture, 10_000, { retry: () => undefined, live: () => undefined }))

describe("the drawn chain", () => {
  it("is the same when drawn twice", () => {
    const on = svg()
    draw(on, end)
    const once = on.outerHTML
    assert.isAbove(on.querySelectorAll("g.station").length, 10)
    draw(on, end)
    assert.strictEqual(on.outerHTML, once)
  })

  it("is the same whatever was drawn before it", () => {
    const [direct, later] = [svg(), svg()]
    draw(direct, end)
    draw(later, 40)
    draw(later, 400)
    draw(later, end)
    assert.deepStrictEqual(marks(later), marks(direct))
  })

  it("keeps a station's element while its state changes", () => {
    const on = svg()
    draw(on, 400)
    const before = on.querySelector("g.station[data-id='BS-0017']")
    draw(on, end)
    assert.isNotNull(before)
    assert.strictEqual(on.querySelector("g.station[data-id='BS-0017']"), before)
  })

  it("leaves each link in its place when one of them changes", () => {
    const on = svg()
    const view = viewAt(end)
    const broken = {
      ...view,
      dataCentres: view.dataCentres.map((centre) => ({
        ...centre,
        links: centre.links.map((link, index) => ({ ...link, up: index === 0 })),
      })),
    }
    const places = () =>
      [...on.querySelectorAll("g.link")].map((link) => link.getAttribute("transform"))
    drawChain(select(on), layoutOf(view, shown), view)
    const before = places()
    assert.isAbove(new Set(before).size, 1)
    drawChain(select(on), layoutOf(broken, shown), broken)
    assert.deepStrictEqual(places(), before)
  })

  it("names every mark for a screen reader, and puts one of each column in the tab order", () => {
    const on = svg()
    draw(on, end)
    for (const mark of on.querySelectorAll("[role=button], [role=application]"))
      assert.isNotEmpty(mark.getAttribute("aria-label"))
    for (const column of ["stations", "centres", "customers"])
      assert.strictEqual(on.querySelectorAll(`g.${column} > [tabindex="0"]`).length, 1)
  })
})

describe("patched trees", () => {
  it("become what the tree says, from anything", () => {
    const on = place()
    patch(on, [h("p", { class: "a" }, ["one", h("b", {}, ["two"])]), "three"])
    patch(on, ["three", h("p", { id: "x" }, ["four"])])
    assert.strictEqual(on.innerHTML, `three<p id="x">four</p>`)
    patch(on, [])
    assert.strictEqual(on.innerHTML, "")
  })

  it("keep elements that stay, and call the newest handler", () => {
    const on = place()
    const calls: Array<number> = []
    const tree = (n: number) => [h("button", {}, [`${n}`], () => calls.push(n))]
    patch(on, tree(1))
    const button = on.querySelector("button")
    patch(on, tree(2))
    assert.strictEqual(on.querySelector("button"), button)
    button?.click()
    assert.deepStrictEqual(calls, [2])
  })

  it("never read text as markup", () => {
    const on = place()
    patch(on, [h("p", {}, ["<img src=x onerror=alert(1)>"])])
    assert.strictEqual(on.querySelectorAll("img").length, 0)
  })
})

describe("states of the page", () => {
  const open: Picture.Picture = {
    ...Picture.initial,
    view: viewAt(end),
    fresh: true,
    feed: { _tag: "open" },
    isNow: true,
  }

  it("says what to type when there is nothing", () => {
    const empty = { ...open, view: viewOf(Chain.initial()) }
    assert.match(text(emptyOf(empty)), /npm start/)
    assert.strictEqual(text(emptyOf(open)), "")
  })

  it("is silent when all is well, and says since when the feed is lost", () => {
    assert.strictEqual(notices(open), "")
    const lost = { _tag: "lost", reason: "gone", attempt: 3, sinceMs: 4000, retryMs: 500 } as const
    assert.match(notices({ ...open, feed: { _tag: "lost", lost } }), /Feed lost.*6\.0 s ago.*gone/)
  })

  it("says that it catches up, rebuilds, or passed something over", () => {
    assert.match(notices({ ...open, behind: 1200 }), /1,200 events behind/)
    assert.match(notices({ ...open, loading: { done: 5, total: 10 } }), /5 of 10 events/)
    assert.match(notices({ ...open, gap: { from: 10, to: 19 } }), /10 events/)
  })
})
