/**
 * The servers that the page is tried against. The real one is the command line's `serve`, as a process of its own,
 * over a log that `simulate` made: small, and the same each time. The double is for what a test cannot have of the
 * real one: a feed that moves fast, and breaks when told to.
 */
import { execFile, spawn } from "node:child_process"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { buildPage } from "../../twin-ui/web/build.ts"
import { story } from "../projections/chain/Story.ts"
import { startDouble } from "../twin-ui/web/Double.ts"

export interface Served {
  readonly url: string
  readonly close: () => Promise<void>
}

const main = join(import.meta.dirname, "..", "..", "twin-ui", "cli", "main.ts")

/** Sixty thin days, then eight hours with a tampered station, somebody who guesses MACs, a customer that is out. */
const world = "--scenario demo --duration 8h --devices 150 --stations 12 --seed 1".split(" ")

export const serveReal = async (): Promise<Served> => {
  const folder = await mkdtemp(join(tmpdir(), "sigtwin-e2e-"))
  const log = `sqlite:${join(folder, "world.db")}`
  await promisify(execFile)(process.execPath, [main, "simulate", ...world, "--out", log, "--json"])
  return servedFrom(folder, log)
}

/** Over a log that holds nothing yet. */
export const serveEmpty = async (): Promise<Served> => {
  const folder = await mkdtemp(join(tmpdir(), "sigtwin-e2e-"))
  return servedFrom(folder, `sqlite:${join(folder, "world.db")}`)
}

/** The folder goes with the server. */
const servedFrom = async (folder: string, log: string): Promise<Served> => {
  const served = await serveLog(log)
  return {
    url: served.url,
    close: async () => {
      await served.close()
      await rm(folder, { recursive: true })
    },
  }
}

/** The command line's `serve` over a log that is there. */
export const serveLog = async (log: string): Promise<Served> => {
  const serve = [main, "serve", "--log", log, "--port", "0", "--json"]
  const child = spawn(process.execPath, serve, { stdio: ["ignore", "pipe", "inherit"] })
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()))
  const url = await new Promise<string>((resolve, reject) => {
    let text = ""
    child.stdout.on("data", (part: Buffer) => {
      text += part.toString()
      const found = /"url":"([^"]+)"/.exec(text)?.[1]
      if (found !== undefined) resolve(found)
    })
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}: ${text}`)))
  })
  return {
    url,
    close: async () => {
      child.kill()
      await ended
    },
  }
}

/** Breaks all feeds with `cut`. */
export const serveDouble = async (): Promise<Served & { readonly cut: () => void }> => {
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
