/**
 * Builds the page into a folder, when its sources changed since it was last built there. In the checkout the server
 * calls this when it starts, so that `npm start` is the only step; a published package has the page built.
 */
import { createHash } from "node:crypto"
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises"
import { join, relative } from "node:path"

const root = join(import.meta.dirname, "..", "..")
/** Everything that the page's modules are made from. */
const sources = [
  "twin-ui/web",
  "twin-ui/api",
  "core/stream",
  "core/event",
  "core/kernel",
  "core/frame",
  "projections/anomaly",
  "projections/chain",
  "projections/time/blast",
  "projections/Projection.ts",
  "package-lock.json",
]
const stampName = ".stamp"

/** True when it had to build. Fails with vite's own error when the sources cannot be built. */
export const buildPage = async (outDir: string): Promise<boolean> => {
  const stamp = await stampOf()
  if ((await readOr(join(outDir, stampName))) === stamp) return false
  // Only here, so that a package without development tools still starts.
  const { build } = await import("vite")
  await build({
    configFile: join(root, "vite.config.ts"),
    logLevel: "error",
    build: { outDir, emptyOutDir: true },
  })
  await mkdir(outDir, { recursive: true })
  await writeFile(join(outDir, stampName), stamp)
  return true
}

/** A digest of names and contents. */
const stampOf = async (): Promise<string> => {
  const hash = createHash("sha256")
  for (const path of (await Promise.all(sources.map(filesOf))).flat().toSorted()) {
    hash.update(`${relative(root, path)}\0`)
    hash.update(await readFile(path))
  }
  return hash.digest("hex")
}

const filesOf = async (source: string): Promise<ReadonlyArray<string>> => {
  const path = join(root, source)
  if (/\.\w+$/.test(source)) return [path]
  const found = await readdir(path, { recursive: true, withFileTypes: true })
  return found.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name))
}

const readOr = (path: string): Promise<string | undefined> =>
  readFile(path, "utf8").catch(() => undefined)
