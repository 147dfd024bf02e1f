/**
 * The page in headless Chromium: frames a second, reception-to-pixel, heap and first paint, with a plain d3-force SVG of the
 * same network as the reference, in the same browser and run. (Kiali and Kibana draw so; both name 1,000 nodes as much.)
 *
 * The network is made up and moves at the rate asked for; the server's part (folding events into steps, ten a second at
 * most) is done by the same functions. `SIGTWIN_BENCH_PAGE_S` says for how many seconds each size runs: 6 unless given, 600
 * for what the heap does in ten minutes.
 */
import { join } from "node:path"
import type { Browser, CDPSession, Page } from "playwright-core"
import { buildPage } from "../../twin-ui/web/build.ts"
import * as Chromium from "../e2e/Chromium.ts"
import { firstScripts } from "../twin-ui/web/firstScripts.ts"
import { startStream, stepMs } from "./pageStream.ts"
import { type Bench, type Row, row } from "./Bench.ts"

interface Scale {
  readonly name: string
  readonly stations: number
  readonly devices: number
  readonly perSecond: number
}

const scales: ReadonlyArray<Scale> = [
  { name: "300 stations", stations: 300, devices: 2_000, perSecond: 2_000 },
  { name: "3,000 stations", stations: 3_000, devices: 100_000, perSecond: 10_000 },
]
const tinyScale: Scale = { name: "tiny", stations: 12, devices: 60, perSecond: 100 }

export const bench: Bench = {
  name: "page",
  run: async (size) => {
    const path = Chromium.find()
    if (path === undefined) {
      console.error("page: no Chromium found (set CHROMIUM to its path)")
      return []
    }
    const seconds = size === "tiny" ? 1 : Number(process.env.SIGTWIN_BENCH_PAGE_S ?? 6)
    // Where the server has it too: built again only when its sources changed.
    const pageDir = join(import.meta.dirname, "..", "..", "dist", "web")
    const browser = await Chromium.open(path)
    try {
      await buildPage(pageDir)
      const rows: Array<Row> = [
        row({
          bench: "page",
          metric: "scripts, gzip",
          value: (await firstScripts(pageDir)) / 1024,
          unit: "KB",
          reference: null,
        }),
      ]
      for (const scale of size === "tiny" ? [tinyScale] : scales)
        // One after the other: they would disturb each other's times.
        // oxlint-disable-next-line no-await-in-loop
        rows.push(...(await measure(browser, pageDir, scale, seconds)))
      return rows
    } finally {
      await browser.close()
    }
  },
}

const measure = async (
  browser: Browser,
  pageDir: string,
  scale: Scale,
  seconds: number,
): Promise<ReadonlyArray<Row>> => {
  const stream = await startStream({ ...scale, pageDir })
  const context = await browser.newContext({ viewport: { width: 1600, height: 1000 } })
  const page = await context.newPage()
  // A page that draws a hundred thousand devices on a busy machine takes its time.
  page.setDefaultTimeout(120_000)
  const session = await context.newCDPSession(page)
  // The processor's time, not the clock's: others may want the processor too.
  await session.send("Performance.enable", { timeDomain: "threadTicks" })
  try {
    await page.goto(stream.url)
    await page.waitForSelector("#chain g[data-kind=station]", { state: "attached" })
    const paintMs = await firstPaint(page)
    await page.waitForTimeout(Math.min(2_000, seconds * 500))
    const workBefore = await workOf(session)
    // In ten minutes: from when the first has passed, when all that is kept for a while is kept.
    const warm = Math.min(60, seconds / 10)
    const started = await framesOf(page, warm, "page")
    const before = await heapOf(session)
    const own =
      seconds < 60
        ? await framesOf(page, seconds, "page")
        : await framesOf(page, seconds - warm, "page")
    const after = await heapOf(session)
    const work = ((await workOf(session)) - workBefore) / (started.frames + own.frames)
    const scrubs = await scrubsOf(page, seconds < 2 ? 2 : 20)
    await page.goto(`${stream.url}/reference`)
    await page.waitForSelector("svg circle")
    const plainBefore = await workOf(session)
    const plain = await framesOf(page, Math.min(seconds, 6), "reference")
    const plainWork = ((await workOf(session)) - plainBefore) / plain.frames
    const metric = (name: string): string => `${name}, ${scale.name}`
    const told = (name: string, unit: string, value: number, reference: number | null): Row =>
      row({ bench: "page", metric: metric(name), value, unit, reference })
    return [
      told("frames, median", "1/s", own.median, plain.median),
      told("frames, p5", "1/s", own.p5, plain.p5),
      told("work of the page's thread a frame", "ms", work * 1000, plainWork * 1000),
      told("reception to pixel, p50", "ms", own.delayP50, null),
      told("reception to pixel, p99", "ms", own.delayP99, null),
      told("scrub to a picture, p50", "ms", scrubs.p50, null),
      told("scrub to a picture, the longest", "ms", scrubs.most, null),
      told("heap", "MB", before / 1e6, null),
      told("heap at the end, of that at first", "ratio", after / before, null),
      told("first paint", "ms", paintMs, null),
    ]
  } finally {
    await context.close()
    await stream.close()
  }
}

/** Of a page that the server has at hand, from the start of the navigation. */
const firstPaint = async (page: Page): Promise<number> =>
  Number(
    await page.evaluate(
      `performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? performance.now()`,
    ),
  )

const heapOf = async (session: CDPSession): Promise<number> => {
  await session.send("HeapProfiler.collectGarbage")
  const { usedSize } = await session.send("Runtime.getHeapUsage")
  return usedSize
}

/** Seconds that the page's main thread worked. */
const workOf = async (session: CDPSession): Promise<number> => {
  const { metrics } = await session.send("Performance.getMetrics")
  return metrics.find(({ name }) => name === "TaskDuration")?.value ?? 0
}

interface Scrubs {
  readonly p50: number
  readonly most: number
}

/** From a key that asks for another instant to the frame that shows the nearest one known, while the server takes its time. */
const scrubsOf = async (page: Page, many: number): Promise<Scrubs> =>
  // What the script below gives.
  (await page.evaluate(`(async () => {
    const press = (key) => document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }))
    const frame = () => new Promise(requestAnimationFrame)
    const until = async (isPast) => {
      while (document.body.classList.contains("past") !== isPast) await frame()
      await frame()
    }
    const times = []
    for (let i = 0; i < ${many}; i++) {
      const start = performance.now()
      press("ArrowLeft")
      await until(true)
      times.push(performance.now() - start)
      press("l")
      await until(false)
    }
    times.sort((a, b) => a - b)
    return { p50: times[Math.floor(times.length / 2)], most: times.at(-1) }
  })()`)) as Scrubs

interface Frames {
  readonly frames: number
  readonly median: number
  readonly p5: number
  readonly delayP50: number
  readonly delayP99: number
}

/**
 * Frames as the browser makes them; a delay is from when the server made a step's events to the frame after which its
 * position stands on the page.
 */
const framesOf = async (page: Page, seconds: number, what: "page" | "reference"): Promise<Frames> =>
  // What the script below gives.
  (await page.evaluate(`new Promise((done) => {
    const gaps = [], delays = []
    let last = performance.now(), seen = -1
    const end = last + ${seconds * 1000}
    const slider = document.querySelector("#timeline")
    const frame = (now) => {
      gaps.push(now - last)
      last = now
      if (${what === "page"} && slider !== null) {
        const position = Number(slider.getAttribute("data-position"))
        if (position !== seen) {
          seen = position
          const text = slider.getAttribute("data-occurred")
          // A step holds what came since the one before: of its events, the newest waited least.
          for (let part = 0; text !== null && part < 10; part++)
            delays.push(Date.now() - Number(text) + part * ${stepMs / 10})
        }
      }
      if (now < end) return requestAnimationFrame(frame)
      const part = (list, p) => list.length === 0 ? 0 : list.toSorted((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * p))]
      const some = gaps.slice(1).filter((gap) => gap > 0)
      done({
        frames: Math.max(1, gaps.length),
        median: 1000 / Math.max(1, part(some, 0.5)),
        p5: 1000 / Math.max(1, part(some, 0.95)),
        delayP50: part(delays, 0.5),
        delayP99: part(delays, 0.99),
      })
    }
    requestAnimationFrame(frame)
  })`)) as Frames
