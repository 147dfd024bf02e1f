/**
 * The server that the page is tried against: `SIGTWIN_E2E_URL` where one runs already (a demo with some minutes
 * of history), else the double over a made-up log.
 */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { buildPage } from "../../twin-ui/web/build.ts"
import { story } from "../projections/chain/Story.ts"
import { startDouble } from "../twin-ui/web/Double.ts"

export interface Served {
  readonly url: string
  /** Breaks all feeds; undefined where the server is not ours to break. */
  readonly cut: (() => void) | undefined
  readonly close: () => Promise<void>
}

export const serve = async (): Promise<Served> => {
  const url = process.env.SIGTWIN_E2E_URL
  if (url !== undefined && url !== "") return { url, cut: undefined, close: async () => undefined }
  const pageDir = await mkdtemp(join(tmpdir(), "sigtwin-page-"))
  await buildPage(pageDir)
  const log = story({ minutes: 160, messagesPerMinute: 60, stations: 48, devices: 600 })
  const double = await startDouble({ log, begun: 0.5, speed: 30, pageDir })
  return {
    url: double.url,
    cut: double.cut,
    close: async () => {
      await double.close()
      await rm(pageDir, { recursive: true })
    },
  }
}
