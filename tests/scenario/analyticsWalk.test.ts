/**
 * The walk of `docs/analytics.md` through real traffic: each command is run, and what it prints is what is written.
 * `SIGTWIN_WRITE_WALKS=1` writes the document anew.
 */
import { existsSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { folder as freshFolder } from "../twin-ui/cli/runSigtwin.ts"
import { play, withoutTimes } from "./walk.ts"

const path = join(import.meta.dirname, "../../docs/analytics.md")
const data = join(import.meta.dirname, "../../../shared/data/denver/receptions.csv")
const isThere = existsSync(data)
if (!isThere)
  console.log("skipped: the walk through Denver's traffic, since ../shared/data is not here")

describe.skipIf(!isThere)("the walk through Denver's traffic", () => {
  it.live(
    "prints what it says",
    () =>
      Effect.gen(function* () {
        const played = yield* play("analytics.md", yield* freshFolder, {
          path,
          files: { "denver.csv": data },
        })
        assert.isAbove(played.commands.length, 10)
        // The one that is refused says so.
        assert.deepStrictEqual(
          played.commands
            .filter((_, i) => played.codes[i] !== 0)
            .map((each) => each.includes("DROP")),
          [true],
        )
        if (process.env["SIGTWIN_WRITE_WALKS"] === "1") writeFileSync(path, played.real)
        else assert.strictEqual(withoutTimes(played.written), played.real)
      }),
    120_000,
  )
})
