import { mkdtemp, readdir, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import { buildPage } from "../../../twin-ui/web/build.ts"

const scriptsMax = 150 * 1024

describe("the built page", () => {
  it("loads at most 150 KB of scripts at first, and its map only when that is looked at", async () => {
    const folder = await mkdtemp(join(tmpdir(), "sigtwin-size-"))
    try {
      await buildPage(folder)
      const html = await readFile(join(folder, "index.html"), "utf8")
      const first = [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.js)"/g)].map(
        ([, name]) => name,
      )
      assert.isAbove(first.length, 0)
      const sizes = await Promise.all(
        first.map(async (name) => gzipSync(await readFile(join(folder, name))).length),
      )
      assert.isAtMost(
        sizes.reduce((sum, size) => sum + size, 0),
        scriptsMax,
      )
      const later = (await readdir(join(folder, "assets"))).filter((name) =>
        name.startsWith("mapOn"),
      )
      assert.lengthOf(later, 1)
      assert.isFalse(first.some((name) => name.includes("mapOn")))
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
