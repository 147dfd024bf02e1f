/** The console of questions in a browser, against the real server over a small log. */
import { assert, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Browser, Page } from "playwright-core"
import { afterAll, beforeAll } from "vitest"
import { violationsIn } from "./axe.ts"
import * as Chromium from "./Chromium.ts"
import { serveLog, type Served } from "./servers.ts"

const path = Chromium.find()
if (path === undefined)
  console.log("console tests skipped: no Chromium found (set CHROMIUM to its path to run them)")

const main = join(import.meta.dirname, "../../twin-ui/cli/main.ts")

/** Forty messages; the first hundred receptions of the network that reported them. */
const csv = [
  "messid,bsid,did,nseq,rssi,time_ux,bs_lat,bs_lng",
  ...Array.from(
    { length: 100 },
    (_, i) =>
      `m${i % 40},${2841 + (i % 7)},473335.0,0.5,${-120 - (i % 9)},${1_463_546_329_000 + (i % 40) * 60_000},39.${10 + (i % 7)},-104.9`,
  ),
].join("\n")

const status = (page: Page, text: string) =>
  page.waitForSelector(`#status:has-text(${JSON.stringify(text)})`)

describe.skipIf(path === undefined)("the console", { timeout: 60_000 }, () => {
  let browser: Browser
  let served: Served
  const folder = mkdtempSync(join(tmpdir(), "sigtwin-console-"))
  beforeAll(async () => {
    const file = join(folder, "receptions.csv")
    const log = `sqlite:${join(folder, "own.db")}`
    writeFileSync(file, `${csv}\n`)
    execFileSync(process.execPath, [main, "import", file, "--format", "denver-csv", "--log", log])
    served = await serveLog(log)
    browser = await Chromium.open(path ?? "")
  }, 90_000)
  afterAll(async () => {
    await browser?.close()
    await served?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const visit = async (query: string, see: (page: Page) => Promise<void>): Promise<void> => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
    const errors: Array<string> = []
    page.on("pageerror", (error) => errors.push(String(error)))
    page.on("console", (message) => {
      if (message.text().includes("Content Security Policy")) errors.push(message.text())
    })
    page.setDefaultTimeout(100_000)
    try {
      await page.goto(`${served.url}/questions.html${query}`)
      await see(page)
    } finally {
      await page.close()
    }
    assert.deepStrictEqual(errors, [])
  }

  for (const scheme of ["light", "dark"] as const)
    it(`has nothing that axe finds wrong, ${scheme}, with an answer and while SQL is written`, () =>
      visit("?ask=stations-per-message", async (page) => {
        await page.emulateMedia({ colorScheme: scheme })
        await status(page, "rows")
        assert.deepStrictEqual(await violationsIn(page, "body"), [])
        await page.goto(`${served.url}/questions.html?sql=SELECT+count(*)+FROM+receptions`)
        await status(page, "1 row")
        assert.deepStrictEqual(await violationsIn(page, "body"), [])
      }))

  it("answers a question that its address names, as a picture and a table, and the next by the keyboard", () =>
    visit("?ask=unique-carriage&top=3", async (page) => {
      await status(page, "3 rows")
      assert.strictEqual(await page.locator("#figure svg[role=img] rect.beam").count(), 3)
      assert.strictEqual(await page.locator("#rows table").getAttribute("aria-rowcount"), "4")
      await page.fill("#given-top", "2")
      await page.keyboard.press("Enter")
      await status(page, "2 rows")
      assert.include(page.url(), "top=2")
      await page.getByRole("button", { name: "stations that heard a message" }).focus()
      await page.keyboard.press("Enter")
      await page.waitForSelector("h2:has-text('stations that heard a message')")
      await page.goBack()
      await page.waitForSelector("h2:has-text('stations by unique carriage')")
    }))

  it("completes a column, asks with Ctrl+Enter, makes only the rows in sight, and remembers", () =>
    visit("?sql=SELECT+1", async (page) => {
      await status(page, "1 row")
      await page.fill("#sql", "SELECT sta")
      await page.keyboard.press("Control+Space")
      await page.waitForSelector("#offers [role=option][aria-selected=true]:has-text('station')")
      await page.keyboard.press("Enter")
      assert.strictEqual(await page.inputValue("#sql"), "SELECT station")
      await page.fill("#sql", "SELECT range FROM range(20000)")
      await page.keyboard.press("Control+Enter")
      await status(page, "20,000 rows")
      assert.isBelow(await page.locator("#rows tr").count(), 120)
      await page.locator("#rows").evaluate((rows) => rows.scrollTo(0, 240_000))
      await page.waitForSelector("#rows td:text-is('10,000')")
      await page.waitForSelector("#list .history button:has-text('range(20000)')")
    }))

  it("says what is wrong with a statement, and where nothing fits", () =>
    visit("?sql=SELECT+nope+FROM+receptions", async (page) => {
      await page.waitForSelector("#status .refused:has-text('nope')")
      await page.getByRole("button", { name: "counter gaps" }).click()
      await status(page, "nothing fits")
      assert.isFalse(await page.locator("#rows").isVisible())
    }))
})
