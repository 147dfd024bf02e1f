import { assert, describe, it } from "@effect/vitest"
import type { Browser, Page } from "playwright-core"
import { afterAll, beforeAll } from "vitest"
import * as Schema from "effect/Schema"
import { FindingsAnswer } from "../../twin-ui/api/Findings.ts"
import { TimelineAnswer } from "../../twin-ui/api/Timeline.ts"
import * as Chromium from "./Chromium.ts"
import { digestAt } from "./digestAt.ts"
import { serveDouble, serveReal, type Served } from "./servers.ts"

const path = Chromium.find()
if (path === undefined)
  console.log("page tests skipped: no Chromium found (set CHROMIUM to its path to run them)")

const patience = 100_000

const pill = (page: Page): Promise<string> => page.locator("#pill").innerText()
const positionOf = async (page: Page): Promise<number> =>
  Number(await page.locator("#timeline").getAttribute("data-position"))
const passes = (page: Page, position: number): Promise<unknown> =>
  page.waitForFunction(
    (least) => Number(document.querySelector("#timeline")?.getAttribute("data-position")) > least,
    position,
  )
const isAt = (page: Page, position: number): Promise<unknown> =>
  page.waitForSelector(`#timeline[data-position="${position}"]`)

/** A page of its own that fails the test when a script of it fails. */
const visitOn =
  (site: () => { readonly browser: Browser; readonly url: string }) =>
  async (query: string, see: (page: Page) => Promise<void>): Promise<void> => {
    const { browser, url } = site()
    const page = await browser.newPage({ viewport: { width: 1280, height: 720 } })
    const errors: Array<string> = []
    page.on("pageerror", (error) => errors.push(String(error)))
    page.on("console", (message) => {
      if (message.text().includes("Content Security Policy")) errors.push(message.text())
    })
    page.setDefaultTimeout(patience)
    try {
      await page.goto(`${url}/${query}`)
      await page.waitForSelector("#chain g[data-kind=station]")
      await see(page)
    } finally {
      await page.close()
    }
    assert.deepStrictEqual(errors, [])
  }

/** Something happens: a network reports a message of a meter, a minute after the newest event. */
const happen = async (url: string, lastMs: number): Promise<void> => {
  const time = Math.floor(lastMs / 1000) + 60
  const answer = await fetch(`${url}/ingest/callbacks`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ device: "4D33DB", time, data: "00aa", seqNumber: 7 }),
  })
  assert.isTrue(answer.ok, await answer.text())
}

describe.skipIf(path === undefined)("the page on the real server", { timeout: 240_000 }, () => {
  let browser: Browser
  let served: Served
  beforeAll(async () => {
    served = await serveReal()
    browser = await Chromium.open(path ?? "")
  }, 300_000)
  afterAll(async () => {
    await browser?.close()
    await served?.close()
  })
  const visit = visitOn(() => ({ browser, url: served.url }))

  const answerOf = async <A>(schema: Schema.Codec<A, unknown>, asked: string): Promise<A> =>
    Schema.decodeUnknownSync(schema)(await (await fetch(served.url + asked)).json())

  const lostTrust = async () => {
    const { incidents } = await answerOf(TimelineAnswer, "/api/timeline")
    const found = incidents.find(({ kind }) => kind === "trust-lost")
    return found ?? assert.fail("a station of this world loses trust")
  }

  it("shows the chain live, in four columns, and moves on", () =>
    visit("", async (page) => {
      assert.match(await pill(page), /live/)
      for (const title of ["Devices", "Base stations", "Core network", "Customers"])
        assert.strictEqual(await page.locator("#chain .title", { hasText: title }).count(), 1)
      assert.isAbove(await page.locator("g.group").count(), 0)
      assert.isAbove(await page.locator("g.customer").count(), 0)
      const before = await positionOf(page)
      const { lastMs } = await answerOf(TimelineAnswer, "/api/timeline")
      await happen(served.url, lastMs ?? 0)
      await passes(page, before)
    }))

  it("goes to an incident from its mark: its station, why, and each event of that", () =>
    visit("", async (page) => {
      const { id, start, station } = await lostTrust()
      await page.click('.spans button:has-text("all")')
      await page.locator(`#timeline [data-incident="${id}"] .extent`).click({ force: true })
      await isAt(page, start.position)
      await page.waitForSelector("#panel .status:has-text('trust lost')")
      assert.match(await pill(page), /as of/)
      assert.include(page.url(), `show=station%3A${station}`)
      await page.locator("#panel .why .at").first().click()
      await page.waitForSelector("#panel .what:has-text('#')")
      await page.waitForSelector("#panel >> text=Caused by")
    }))

  it("says what the twin thinks of a device, how sure it is, and which events show it", () =>
    visit("", async (page) => {
      const { findings } = await answerOf(FindingsAnswer, "/api/findings?benign=without")
      const finding = findings.find(({ device }) => device !== undefined)
      assert.isDefined(finding)
      await page.fill("#find", `device:${finding?.device}`)
      await page.keyboard.press("Enter")
      await page.waitForSelector(`#panel .thoughts:has-text("${finding?.words}")`)
      assert.match(await page.locator("#panel .thoughts").first().innerText(), /\d+ % sure/)
      await page.locator("#panel .thoughts .at").first().click()
      await page.waitForSelector(`#panel .what:has-text("#")`)
    }))

  it("follows a message from an event to its receptions and its customer", () =>
    visit("", async (page) => {
      await page.locator("g.customer").first().click()
      await page.waitForSelector("#panel small:has-text('Customer')")
      await page.locator("#panel .events button").first().click()
      await page.waitForSelector("#panel small:has-text('Event')")
      await page.locator("#panel dt:has-text('message') + dd button").first().click()
      await page.waitForSelector("#panel small:has-text('Message')")
      await page.waitForSelector("#panel h3:has-text('Receptions')")
      assert.match(page.url(), /show=message%3A/)
    }))

  it("shows a data centre with its links", () =>
    visit("", async (page) => {
      await page.locator("g.centre").first().click()
      await page.waitForSelector("#panel h3:has-text('Links')")
      assert.match(await page.locator("#panel").innerText(), /transit-a/)
    }))

  it("leaves what is well in the dark when only problems are asked for", () =>
    visit("", async (page) => {
      const { start, station } = await lostTrust()
      await page.goto(`${served.url}/?at=${start.position}&problems=1`)
      await page.waitForSelector(`[data-kind=station][data-id="${station}"]:not(.dim)`)
      assert.strictEqual(await page.locator("[data-kind=station]:not(.dim)").count(), 1)
    }))

  it("opens a station with its state and latest events, keeps it in the address, and closes it", () =>
    visit("", async (page) => {
      const station = page.locator("#chain [data-kind=station]").first()
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
      // What is shown is exactly the server's state as of the position that the address names.
      await page.waitForSelector("#timeline[data-digest]")
      const at = Number(/at=(\d+)/.exec(page.url())?.[1])
      assert.strictEqual(await positionOf(page), at)
      assert.strictEqual(
        await page.getAttribute("#timeline", "data-digest"),
        await digestAt(served.url, at, "customer"),
      )
      await page.keyboard.press("l")
      await page.waitForSelector("body:not(.past)")
      assert.match(await pill(page), /live/)
    }))

  it("holds an instant given in the address, and plays on from there", () =>
    visit("?at=15000", async (page) => {
      await isAt(page, 15_000)
      const shown = await pill(page)
      await page.keyboard.press("ArrowRight")
      await isAt(page, 15_001)
      await page.keyboard.press("Space")
      await passes(page, 15_020)
      assert.match(await pill(page), /replay/)
      await page.keyboard.press("Space")
      await page.waitForSelector('#pill:has-text("as of")')
      assert.notStrictEqual(await pill(page), shown)
    }))

  it("is worked by keys alone: a station, its neighbour, a device", () =>
    visit("", async (page) => {
      await page.locator("#chain [data-kind=station][tabindex='0']").first().focus()
      await page.keyboard.press("ArrowDown")
      const id = await page.evaluate(`document.activeElement.getAttribute("data-id")`)
      await page.keyboard.press("Enter")
      await page.waitForSelector(`#panel:has-text("${String(id)}")`)
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
})

describe.skipIf(path === undefined)("the page on a feed that breaks", { timeout: 240_000 }, () => {
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
  const visit = visitOn(() => ({ browser, url: served.url }))

  it("moves on by itself", () =>
    visit("", async (page) => {
      const before = await positionOf(page)
      await passes(page, before)
      assert.isAbove(await positionOf(page), before)
    }))

  it("says that the feed is lost, and goes on without a gap when it is back", () =>
    visit("", async (page) => {
      await page.route("**/feed/**", (route) => route.abort())
      served.cut()
      await page.waitForSelector(".notice >> text=Feed lost")
      const before = await positionOf(page)
      await page.unroute("**/feed/**")
      await page.click(".notice button")
      await page.waitForSelector("body:not(.lost)")
      await passes(page, before)
      assert.strictEqual(await page.locator(".notice").count(), 0)
    }))
})
