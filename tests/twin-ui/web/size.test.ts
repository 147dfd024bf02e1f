import { mkdtemp, readdir, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { buildPage } from "../../../twin-ui/web/build.ts"
import { firstScriptNames, firstScripts } from "./firstScripts.ts"

const scriptsMax = 150 * 1024

describe("the built page", () => {
  it("loads at most 150 KB of scripts at first, and its map only when that is looked at", async () => {
    const folder = await mkdtemp(join(tmpdir(), "sigtwin-size-"))
    try {
      await buildPage(folder)
      const first = await firstScriptNames(folder)
      assert.isAbove(first.length, 0)
      assert.isAtMost(await firstScripts(folder), scriptsMax)
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
