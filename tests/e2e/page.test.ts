import { assert, describe, it } from "@effect/vitest"
import type { Browser, Page } from "playwright-core"
import { afterAll, beforeAll } from "vitest"
import * as Chromium from "./Chromium.ts"
import { serve, type Served } from "./servers.ts"

const path = Chromium.find()
if (path === undefined)
  console.log("page tests skipped: no Chromium found (set CHROMIUM to its path to run them)")

const patience = 30_000

const pill = (page: Page): Promise<string> => page.locator("#pill").innerText()
const positionOf = async (page: Page): Promise<number> =>
  Number(await page.locator("#timeline").getAttribute("aria-valuenow"))
const passes = (page: Page, position: number): Promise<unknown> =>
  page.waitForFunction(
    (least) => Number(document.querySelector("#timeline")?.getAttribute("aria-valuenow")) > least,
    position,
  )
const isAt = (page: Page, position: number): Promise<unknown> =>
  page.waitForSelector(`#timeline[aria-valuenow="${position}"]`)

describe.skipIf(path === undefined)("the page in a browser", { timeout: 60_000 }, () => {
  let browser: Browser
  let served: Served
  beforeAll(async () => {
    served = await serve()
    browser = await Chromium.open(path ?? "")
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    await served?.close()
  })

  /** A page of its own that fails the test when a script of it fails. */
  const visit = async (query: string, see: (page: Page) => Promise<void>): Promise<void> => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 720 } })
    const errors: Array<string> = []
    page.on("pageerror", (error) => errors.push(String(error)))
    page.on("console", (message) => {
      if (message.text().includes("Content Security Policy")) errors.push(message.text())
    })
    page.setDefaultTimeout(patience)
    try {
      await page.goto(`${served.url}/${query}`)
      await page.waitForSelector("g.station")
      await see(page)
    } finally {
      await page.close()
    }
    assert.deepStrictEqual(errors, [])
  }
  it("shows the chain live, in four columns, and moves on", () =>
    visit("", async (page) => {
      assert.match(await pill(page), /live/)
      for (const title of ["Devices", "Base stations", "Core network", "Customers"])
        assert.strictEqual(await page.locator("#chain .title", { hasText: title }).count(), 1)
      assert.isAbove(await page.locator("g.group").count(), 0)
      assert.isAbove(await page.locator("g.customer").count(), 0)
      const before = await positionOf(page)
      await passes(page, before)
    }))

  it("opens a station with its state and latest events, keeps it in the address, and closes it", () =>
    visit("", async (page) => {
      const station = page.locator("g.station").first()
      const id = await station.getAttribute("data-id")
      await station.click()
      await page.waitForSelector("#panel .events li")
      assert.include(await page.locator("#panel h2").innerText(), "Station")
      assert.include(page.url(), `show=station%3A${id}`)
      await page.keyboard.press("Escape")
      await page.waitForSelector("#panel .reasons, #panel >> text=Deliveries")
      assert.notInclude(page.url(), "show=")
    }))

  it("goes to the past when the playhead is dragged, and says so; L brings it back", () =>
    visit("", async (page) => {
      await page.waitForSelector("#timeline .bars rect")
      const box = await page.locator("#timeline").boundingBox()
      assert.isNotNull(box)
      const [x, y] = [(box?.x ?? 0) + (box?.width ?? 0) * 0.5, (box?.y ?? 0) + 20]
      await page.mouse.move(x, y)
      await page.mouse.down()
      await page.mouse.move(x + 20, y, { steps: 4 })
      await page.mouse.up()
      await page.waitForSelector("body.past")
      await page.waitForSelector("body:not(.stale)")
      assert.match(await pill(page), /as of\s.*ago/s)
      assert.match(page.url(), /at=\d+/)
      await page.keyboard.press("l")
      await page.waitForSelector("body:not(.past)")
      assert.match(await pill(page), /live/)
    }))

  it("holds an instant given in the address, and plays on from there", () =>
    visit("?at=2000", async (page) => {
      await isAt(page, 2000)
      const shown = await pill(page)
      await page.keyboard.press("ArrowRight")
      await isAt(page, 2001)
      await page.keyboard.press("Space")
      await passes(page, 2100)
      assert.match(await pill(page), /replay/)
      await page.keyboard.press("Space")
      await page.waitForSelector('#pill:has-text("as of")')
      assert.notStrictEqual(await pill(page), shown)
    }))

  it("is worked by keys alone: a station, its neighbour, a device", () =>
    visit("", async (page) => {
      await page.locator("g.station[tabindex='0']").focus()
      await page.keyboard.press("ArrowDown")
      const id = await page.evaluate(`document.activeElement.getAttribute("data-id")`)
      await page.keyboard.press("Enter")
      await page.waitForSelector(`#panel .what:has-text("${String(id)}")`)
      await page.locator("g.group").first().focus()
      await page.keyboard.press("ArrowRight")
      assert.match(await page.locator("#said").innerText(), /^device /)
      await page.keyboard.press("Enter")
      await page.waitForSelector(`#panel small:has-text("Device")`)
    }))

  it("finds by name, and dims the rest", () =>
    visit("", async (page) => {
      await page.keyboard.press("/")
      const id = (await page.locator("g.customer").nth(1).getAttribute("data-id")) ?? ""
      await page.keyboard.type(`customer:${id}`)
      await page.waitForSelector("g.customer.dim")
      assert.strictEqual(await page.locator("g.customer:not(.dim)").count(), 1)
      await page.keyboard.press("Enter")
      await page.waitForSelector(`#panel .what:has-text("${id}")`)
    }))

  it("clips no text and lets no two texts of a column overlap", () =>
    visit("", async (page) => {
      // Read in the page: boxes of all texts that say something.
      const boxes = await page.$$eval("#chain text", (texts) =>
        texts
          .filter((text) => (text.textContent ?? "") !== "")
          .map((text) => {
            const { left, right, top, bottom } = text.getBoundingClientRect()
            return { left, right, top, bottom, text: text.textContent ?? "" }
          }),
      )
      assert.isAbove(boxes.length, 20)
      const stage = await page.locator("#stage").boundingBox()
      const edge = (stage?.x ?? 0) + (stage?.width ?? 0)
      const clipped = boxes.filter(({ left, right }) => left < 0 || right > edge)
      assert.deepStrictEqual(clipped, [])
      const overlaps = boxes.flatMap((a, index) =>
        boxes
          .slice(index + 1)
          .filter(
            (b) =>
              Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
              Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4,
          )
          .map((b) => `${a.text} | ${b.text}`),
      )
      assert.deepStrictEqual(overlaps, [])
    }))

  it("says that the feed is lost, and goes on without a gap when it is back", async ({ skip }) => {
    const { cut } = served
    if (cut === undefined) return skip("the server is not ours to break")
    await visit("", async (page) => {
      await page.route("**/feed/**", (route) => route.abort())
      cut()
      await page.waitForSelector(".notice >> text=Feed lost")
      const before = await positionOf(page)
      await page.unroute("**/feed/**")
      await page.click(".notice button")
      await page.waitForSelector("body:not(.lost)")
      await passes(page, before)
      assert.strictEqual(await page.locator(".notice").count(), 0)
    })
  })
})
