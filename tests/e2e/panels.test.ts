import { mkdir } from "node:fs/promises"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import type { Browser, Page } from "playwright-core"
import { afterAll, beforeAll } from "vitest"
import { EventsAnswer } from "../../twin-ui/api/Events.ts"
import { violationsIn } from "./axe.ts"
import * as Chromium from "./Chromium.ts"
import { apartMs, endpoint, send, tell } from "./panelWorld.ts"
import { type Served, serveEmpty } from "./servers.ts"

const path = Chromium.find()
if (path === undefined)
  console.log("panel tests skipped: no Chromium found (set CHROMIUM to its path to run them)")

const pictures = join(import.meta.dirname, "..", "output", "panels")

const settled = async (page: Page): Promise<void> => {
  await page.waitForSelector("#panel h2")
  // Not a text to evaluate: the page's own security policy forbids it as soon as it must be asked twice.
  await page.waitForSelector("#panel [aria-busy]", { state: "detached" })
}

const valueOf = (page: Page, label: string): Promise<string> =>
  page
    .locator(`#panel dt:text-is("${label}") + dd`)
    .first()
    .innerText()
    // Without the position beside it.
    .then((text) => text.split("#", 1)[0].trim())

describe.skipIf(path === undefined)("the panels on the real server", { timeout: 240_000 }, () => {
  let browser: Browser
  let served: Served
  let startMs = 0
  beforeAll(async () => {
    served = await serveEmpty()
    startMs = await tell(served.url)
    browser = await Chromium.open(path ?? "")
    await mkdir(pictures, { recursive: true })
  }, 300_000)
  afterAll(async () => {
    await browser?.close()
    await served?.close()
  })

  const visit = async (query: string, see: (page: Page) => Promise<void>): Promise<void> => {
    const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } })
    const errors: Array<string> = []
    page.on("pageerror", (error) => errors.push(String(error)))
    page.on("console", (message) => {
      if (message.text().includes("Content Security Policy")) errors.push(message.text())
    })
    page.setDefaultTimeout(100_000)
    try {
      await page.goto(`${served.url}/${query}`)
      await settled(page)
      await see(page)
    } finally {
      await page.close()
    }
    assert.deepStrictEqual(errors, [])
  }
  /** What the command line prints with --json, as it asks the same. */
  const answerTo = async (asked: string): Promise<unknown> =>
    (await fetch(served.url + asked)).json()

  it("lead from a station's lost trust to the first cause", () =>
    visit("?show=station%3ABS-1", async (page) => {
      await page.waitForSelector("#panel .status:has-text('trust lost')")
      for (;;) {
        const closed = page.locator("#panel .why .more[aria-expanded=false]")
        if ((await closed.count()) === 0) break
        await closed.first().click()
      }
      await page.locator("#panel .why li:not(:has(li)) > .at").first().click()
      await page.waitForSelector("#panel small:has-text('Event')")
      await settled(page)
      // It rests on nothing.
      assert.strictEqual(await page.locator("#panel h3:has-text('Caused by')").count(), 0)
    }))

  it("count as the API counts", () =>
    visit("?show=station%3ABS-1", async (page) => {
      const blast = await answerTo("/api/blast/station/BS-1")
      const rested = Reflect.get(Object(blast), "count")
      assert.strictEqual(await valueOf(page, "accepted messages"), String(rested))
      const station = JSON.stringify(await answerTo("/api/stations/BS-1"))
      const receptions = await valueOf(page, "receptions")
      assert.include(station, `"label":"receptions","value":"${receptions}"`)
      await page.goto(`${served.url}/?show=device%3A4D33DB`)
      await settled(page)
      const device = await answerTo("/api/devices/4D33DB")
      assert.include(JSON.stringify(device), await valueOf(page, "last number"))
      assert.match(await page.locator("#panel .matrix").innerText(), /-11\d dBm/)
    }))

  it("show a callback set up, sent to again, broken and changed", async () => {
    const hydro = await endpoint()
    try {
      await visit("?show=customer%3Ahydro", async (page) => {
        const setUp = async (url: string): Promise<void> => {
          const fold = page.locator("#panel .fold:has-text('Set up or change')")
          if ((await fold.getAttribute("aria-expanded")) === "false") await fold.click()
          await page.fill("#panel input[name=destination]", "main")
          await page.fill("#panel input[name=url]", url)
          await page.check("#panel input[name=loopback]")
          await page.click("#panel .fields button[type=submit]")
          await page.waitForSelector("#panel .outcome .good:has-text('callback main of hydro')")
        }
        await setUp(hydro.url)
        await send(served.url, 14, { atMs: startMs + 5 * apartMs, stations: ["BS-2"] })
        await page.waitForSelector("#panel .events .text:text-is('delivered')")
        assert.strictEqual(hydro.got.length, 1)

        // Once more from the log, while nothing waits before it: order is kept per device.
        await page.goto(`${served.url}/?show=message%3A4D33DB%3A14`)
        await settled(page)
        await page.click("#panel .actions button:has-text('again')")
        await page.waitForSelector("#panel .outcome .good")
        await page.waitForSelector("#panel .waterfall li:nth-of-type(n+6)")
        assert.isAtLeast(hydro.got.length, 2)

        await page.goto(`${served.url}/?show=customer%3Ahydro`)
        hydro.status = 503
        await send(served.url, 15, { atMs: startMs + 6 * apartMs, stations: ["BS-2"] })
        await page.waitForSelector("#panel .status:has-text('failing')")
        await page.waitForSelector("#panel section:has(h3:text-is('Pending')) td:has-text('503')")

        hydro.status = 200
        await setUp(`${hydro.url}?again`)
        await page.waitForSelector("#panel dd:has-text('?again')")
      })
    } finally {
      await hydro.close()
    }
  })

  it("mark what differs from a pinned instant, and list it", async () => {
    const answer = await fetch(`${served.url}/api/events?kind=StationTrustLost`)
    const { events } = Schema.decodeUnknownSync(EventsAnswer)(await answer.json())
    const lostAt = events[0]?.position ?? 0
    await visit(`?at=${lostAt}&pinned=${lostAt - 1}&tab=changes`, async (page) => {
      await page.waitForSelector("#panel .changes:has-text('BS-1')")
      assert.match(await page.locator("#panel .changes").allInnerTexts().then(String), /trust/)
      await page.click("#panel .changes button.link:has-text('BS-1')")
      await page.waitForSelector("#panel .status:has-text('trust lost')")
      assert.include(page.url(), `pinned=${lostAt - 1}`)
    })
  })

  it("keep a case: opened, a note on the instant, found again", () =>
    visit("?tab=cases", async (page) => {
      await page.fill("#panel input[name=name]", "tuesday")
      await page.click("#panel .fields button[type=submit]")
      await page.click("#panel .card-head:has-text('tuesday')")
      await page.fill("#panel input[name=note]", "BS-1 changed")
      await page.check("#panel input[name=pin]")
      await page.click("#panel .fields button[type=submit]")
      await page.waitForSelector("#panel .entries:has-text('BS-1 changed')")
      assert.match(page.url(), /tab=cases%2Ftuesday/)
    }))

  it("are worked by keys: tabs by arrows, events to the end of the list", () =>
    visit("", async (page) => {
      await page.locator("#panel [role=tab][aria-selected=true]").focus()
      for (const title of ["Incidents", "Core", "Events"]) {
        await page.keyboard.press("ArrowRight")
        await page.waitForSelector(`#panel [role=tab][aria-selected=true]:has-text("${title}")`)
      }
      await page.waitForSelector("#panel .raw li")
      await page.locator("#panel .raw").focus()
      assert.strictEqual(await page.locator("#panel .raw:focus").count(), 1)
    }))

  it.each([
    ["network", ""],
    ["incidents", "?tab=incidents"],
    ["core", "?tab=core"],
    ["events", "?tab=events"],
    ["frame", "?tab=frame%2F35f01a0db334d00abad1deadc32758a"],
    ["device", "?show=device%3A4D33DB"],
    ["station", "?show=station%3ABS-1"],
    ["customer", "?show=customer%3Ahydro"],
    ["message", "?show=message%3A4D33DB%3A11"],
    ["event", "?show=event%3A12"],
  ])("are fit for everybody: %s", async (name, query) =>
    visit(query, async (page) => {
      assert.deepStrictEqual(await violationsIn(page, "#panel"), [])
      await page.locator("#panel").screenshot({ path: join(pictures, `${name}.png`) })
      await page.emulateMedia({ colorScheme: "light" })
      assert.deepStrictEqual(await violationsIn(page, "#panel", ["color-contrast"]), [])
    }),
  )
})
