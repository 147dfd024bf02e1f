/** Version of this build: that of the package it stands in, in the checkout and in `dist` alike. */
import { existsSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"

const packageFile = (folder: string): string => {
  const file = join(folder, "package.json")
  return existsSync(file) || dirname(folder) === folder ? file : packageFile(dirname(folder))
}

const versionIn = (json: unknown): string =>
  typeof json === "object" && json !== null && "version" in json ? String(json.version) : "unknown"

export const version = versionIn(JSON.parse(readFileSync(packageFile(import.meta.dirname), "utf8")))
