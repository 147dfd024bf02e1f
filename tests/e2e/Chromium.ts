/** The browser of the machine, where there is one: `CHROMIUM`, or what a Debian or a Mac calls it. */
import { execFileSync } from "node:child_process"
import { existsSync } from "node:fs"
import { chromium, type Browser } from "playwright-core"

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]

export const find = (): string | undefined => {
  const given = process.env.CHROMIUM
  if (given !== undefined && given !== "") return existsSync(given) ? given : undefined
  for (const name of names) {
    const path = which(name)
    if (path !== undefined) return path
  }
  return undefined
}

const which = (name: string): string | undefined => {
  try {
    return execFileSync("which", [name], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim()
  } catch {
    return undefined
  }
}

/** It asks nothing of the network but the page. */
const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
]

export const open = (executablePath: string): Promise<Browser> =>
  chromium.launch({ executablePath, args: flags })
