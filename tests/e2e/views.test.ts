import { readFile } from "node:fs/promises"
import { assert, describe, it } from "@effect/vitest"
import { source as axeSource } from "axe-core"
import type { Browser, Page } from "playwright-core"
import { afterAll, beforeAll } from "vitest"
import * as Chromium from "./Chromium.ts"
import { digestAt } from "./digestAt.ts"
import { serveDouble } from "./servers.ts"

const path = Chromium.find()
if (path === undefined)
  console.log("views' tests skipped: no Chromium found (set CHROMIUM to its path to run them)")

interface Violation {
  readonly id: string
  readonly nodes: ReadonlyArray<{ readonly html: string }>
}

/** What axe-core finds wrong with the page as it stands: contrast, names, roles. */
const violationsOn = async (page: Page): Promise<ReadonlyArray<string>> => {
  await page.evaluate(axeSource)
  // Of axe-core's own making, in the page.
  const found = (await page.evaluate(
    `axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21aa"] }).then((r) => r.violations)`,
  )) as ReadonlyArray<Violation>
  return found.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`,
  )
}

const shown = (page: Page) =>
  page.waitForSelector("#chain g[data-kind=station]", { state: "attached" })

describe.skipIf(path === undefined)("the page's views", { timeout: 240_000 }, () => {
  let browser: Browser
  let served: Awaited<ReturnType<typeof serveDouble>>
  beforeAll(async () => {
    served = await serveDouble()
    browser = await Chromium.open(path ?? "")
  }, 300_000)
  afterAll(async () => {
    await browser?.close()
    await served?.close()
  })

  const visit = async (
    query: string,
    see: (page: Page) => Promise<void>,
    options: Parameters<Browser["newPage"]>[0] = {},
  ): Promise<void> => {
    const page = await browser.newPage({
      viewport: { width: 1280, height: 720 },
      reducedMotion: "reduce",
      ...options,
    })
    const errors: Array<string> = []
    page.on("pageerror", (error) => errors.push(String(error)))
    page.setDefaultTimeout(100_000)
    try {
      await page.goto(`${served.url}/${query}`)
      await see(page)
    } finally {
      await page.close()
    }
    assert.deepStrictEqual(errors, [])
  }
  it("holds what the server's as-of state is, whatever devices are grouped by", () =>
    visit("?at=2000", async (page) => {
      await page.waitForSelector("#timeline[data-digest]")
      assert.strictEqual(
        await page.getAttribute("#timeline", "data-digest"),
        await digestAt(served.url, 2000, "customer"),
      )
      await page.keyboard.press("g")
      const bySite = await digestAt(served.url, 2000, "site")
      await page.waitForSelector(`#timeline[data-digest="${bySite}"]`)
      assert.include(page.url(), "by=site")
    }))

  it("shows something of another instant at once, and says that it sharpens", () =>
    visit("?at=2000", async (page) => {
      await shown(page)
      await page.route("**/feed/**", (route) => setTimeout(() => void route.continue(), 2_000))
      await page.keyboard.press("ArrowRight")
      await page.waitForSelector("body.stale .notice:has-text('nearest instant known')")
      assert.isAbove(await page.locator("#chain g[data-kind=station]").count(), 0)
      await page.waitForSelector("body:not(.stale)")
      await page.waitForSelector("#timeline[data-position='2001']")
    }))

  it("closes a group and a site by keys, keeps that in the address, and opens them from it", () =>
    visit("?at=2000", async (page) => {
      await shown(page)
      const fold = page.locator("#chain .group-folds .fold[tabindex='0']")
      const key = await fold.getAttribute("data-fold")
      await fold.focus()
      await page.keyboard.press("Enter")
      await page.waitForSelector(`.fold[data-fold="${key}"][aria-expanded=false]`)
      await page.locator("#chain .site-folds .fold[tabindex='0']").focus()
      await page.keyboard.press("ArrowDown")
      await page.keyboard.press("Enter")
      await page.waitForSelector("#chain .site-folds .fold[aria-expanded=false]")
      const before = await page.locator("#chain g[data-kind=station]").count()
      await page.goto(page.url())
      await page.waitForSelector(`.fold[data-fold="${key}"][aria-expanded=false]`)
      assert.strictEqual(await page.locator("#chain g[data-kind=station]").count(), before)
    }))

  it("shows the same selection on the map: who hears the device, and back", () =>
    visit("?at=4000", async (page) => {
      await shown(page)
      await page.keyboard.press("m")
      await page.waitForSelector("#map .place")
      await page.waitForSelector("#map .reach circle", { state: "attached" })
      const place = page.locator("#map .place[tabindex='0']")
      const id = await place.getAttribute("data-id")
      await place.focus()
      await page.keyboard.press("Enter")
      await page.waitForSelector(`#map .place.selected[data-id="${id}"]`)
      await page.waitForSelector("#map .rays line", { state: "attached" })
      assert.include(page.url(), `show=station%3A${id}`)
      await page.locator("#map > svg.over").focus()
      await page.keyboard.press("+")
      await page.waitForFunction(() => location.search.includes("map="))
      await page.keyboard.press("0")
      await page.waitForFunction(() => !location.search.includes("map="))
      await page.keyboard.press("c")
      await page.waitForSelector(`#chain .station.selected[data-id="${id}"]`)
    }))

  it("is zoomed by keys and by a brush, down to seconds, and the address keeps it", () =>
    visit("?at=2000", async (page) => {
      await page.waitForSelector("#timeline .bars rect")
      await page.keyboard.press("+")
      await page.waitForFunction(() => location.search.includes("span="))
      const box = await page.locator("#timeline").boundingBox()
      const [x, y] = [(box?.x ?? 0) + 300, (box?.y ?? 0) + 15]
      await page.keyboard.down("Shift")
      await page.mouse.move(x, y)
      await page.mouse.down()
      await page.mouse.move(x + 30, y, { steps: 3 })
      await page.waitForSelector("#timeline .brush rect")
      const before = page.url()
      await page.mouse.up()
      await page.keyboard.up("Shift")
      await page.waitForFunction((url) => location.href !== url, before)
      const span = /span=(\d+)-(\d+)/.exec(page.url())
      assert.isBelow(Number(span?.[2]) - Number(span?.[1]), 3_600_000)
      assert.strictEqual(await page.locator("#timeline .brush rect").count(), 0)
    }))

  it("saves what is seen as SVG, and its rows as CSV", () =>
    visit("?at=2000", async (page) => {
      await shown(page)
      const saved = async (format: string): Promise<string> => {
        await page.click("#export summary")
        const [download] = await Promise.all([
          page.waitForEvent("download"),
          page.click(`#export [data-format=${format}]`),
        ])
        return readFile(await download.path(), "utf8")
      }
      const svg = await saved("svg")
      assert.match(svg, /^<svg xmlns/)
      assert.include(svg, "Base stations")
      assert.isAbove(svg.split("<path").length, 200)
      const rows = (await saved("csv")).split("\r\n")
      assert.match(rows[0], /^kind,id,name/)
      assert.isTrue(rows.some((row) => row.startsWith("station,BS-")))
    }))

  it("says so where nobody is logged in, and where the account may not see it", async () => {
    for (const [status, words] of [
      [401, "You are not logged in"],
      [403, "hidden from you"],
    ] as const) {
      const page = await browser.newPage()
      await page.route("**/feed/**", (route) => route.fulfill({ status, body: "{}" }))
      await page.goto(served.url)
      await page.waitForSelector("#empty h2")
      assert.include(await page.innerText("#empty h2"), words)
      await page.close()
    }
  })

  for (const [name, query, colorScheme] of [
    ["chain", "?at=2000", "dark"],
    ["chain, light, a station selected", "?at=2000&show=station:BS-0017", "light"],
    ["map", "?at=4000&view=map", "dark"],
    ["map, light", "?at=4000&view=map", "light"],
  ] as const)
    it(`has contrast and names that axe-core finds nothing wrong with: ${name}`, () =>
      visit(
        query,
        async (page) => {
          await shown(page)
          await page.waitForSelector("#timeline .bars rect")
          if (query.includes("map")) await page.waitForSelector("#map .place")
          assert.deepStrictEqual(await violationsOn(page), [])
        },
        { colorScheme },
      ))
})
