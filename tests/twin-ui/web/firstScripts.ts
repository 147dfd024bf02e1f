/** Bytes of the scripts that the built page loads at first, compressed. */
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { gzipSync } from "node:zlib"

export const firstScriptNames = async (folder: string): Promise<ReadonlyArray<string>> => {
  const html = await readFile(join(folder, "index.html"), "utf8")
  return [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.js)"/g)].map(([, name]) => name)
}

export const firstScripts = async (folder: string): Promise<number> => {
  const sizes = (await firstScriptNames(folder)).map(
    async (name) => gzipSync(await readFile(join(folder, name))).length,
  )
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}
