import { assert, describe, it } from "@effect/vitest"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { layerOf, liesIn, mayImport, onNode, withoutNode } from "./layers.ts"
import { importsOf, root, sourcesOf } from "./sources.ts"

const sources = sourcesOf("core", "projections", "twin-ui")
const tests = sourcesOf("tests")

describe("imports", () => {
  it("are found at all", () => {
    const all = sources.flatMap(importsOf)
    assert.isAbove(all.filter((name) => name.startsWith("core/")).length, 300)
    assert.include(all, "effect/Effect")
    assert.include(
      importsOf({ path: "core/a/b.ts", text: 'import type { X } from "../kernel/X.ts"\n' }),
      "core/kernel/X.ts",
    )
  })

  it("follow the arrows of the architecture", () => {
    const wrong = sources.flatMap((source) =>
      importsOf(source)
        .filter((name) => /^(core|projections|twin-ui|tests)\//.test(name))
        .filter((name) => !mayImport(source.path, name))
        .map((name) => `${source.path} imports ${name}`),
    )
    assert.deepStrictEqual(wrong, [])
  })

  it("would be refused where an arrow is missing", () => {
    assert.isFalse(mayImport("core/frame/Uplink.ts", "core/log/EventLog.ts"))
    assert.isFalse(mayImport("projections/device/Device.ts", "core/log/EventLog.ts"))
    assert.isFalse(mayImport("twin-ui/web/main.ts", "twin-ui/http/server.ts"))
    assert.isFalse(mayImport("twin-ui/http/server.ts", "core/sim/World.ts"))
    assert.isTrue(mayImport("twin-ui/cli/simulate.ts", "core/sim/World.ts"))
  })

  it("keep Node out of what runs in a browser or is pure", () => {
    const wrong = sources
      .filter(({ path }) => withoutNode.some((part) => liesIn(path, part)))
      .filter(({ path }) => !onNode.some((part) => liesIn(path, part)))
      .flatMap((source) =>
        importsOf(source)
          .filter((name) => name.startsWith("node:"))
          .map((name) => `${source.path} imports ${name}`),
      )
    assert.deepStrictEqual(wrong, [])
  })

  it("leave node:crypto to core/crypto", () => {
    const wrong = sources
      .filter((source) => importsOf(source).includes("node:crypto"))
      // The page's build hashes its sources to see whether they changed: no secret is near.
      .filter(({ path }) => !liesIn(path, "core/crypto") && path !== "twin-ui/web/build.ts")
    assert.deepStrictEqual(
      wrong.map(({ path }) => path),
      [],
    )
  })

  it("know every folder's place", () => {
    const strays = sources.filter(({ path }) => layerOf(path) === undefined)
    assert.deepStrictEqual(
      strays.map(({ path }) => path),
      [],
    )
  })
})

describe("files", () => {
  it("are named after what they hold", () => {
    const banned = /(^|\/)(utils?|helpers?|common|misc|manager|index)\.ts$/
    const wrong = [...sources, ...tests].filter(({ path }) => banned.test(path))
    assert.deepStrictEqual(
      wrong.map(({ path }) => path),
      [],
    )
  })

  it("leave nothing for later and skip no test silently", () => {
    // Written backwards, so that these lines are not found themselves.
    const marks = new RegExp(["ODOT", "EMXIF", "KCAH"].map(backwards).map(word).join("|"))
    const exclusive = new RegExp(`\\.(${["ylno", "odot"].map(backwards).join("|")})\\(`)
    const wrong = [...sources, ...tests].filter(
      ({ text }) => marks.test(text) || exclusive.test(text),
    )
    assert.deepStrictEqual(
      wrong.map(({ path }) => path),
      [],
    )
  })

  it("begin with what they are for", () => {
    const wrong = sources.filter(({ text }) => !/^(#!.*\n)?(import "[^"]+"\n+)?\/\*\*/.test(text))
    assert.deepStrictEqual(
      wrong.map(({ path }) => path),
      [],
    )
  })

  it("of the top level are the ones that were agreed on", () => {
    const folders = readdirSync(root, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
      .map(({ name }) => name)
      .filter((name) => !["node_modules", "dist", "coverage"].includes(name))
    assert.includeMembers(["core", "projections", "twin-ui", "tests", "docs"], folders)
  })
})

describe("documents", () => {
  it("link only to files that are there", () => {
    const documents = ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", ...markdownIn("docs")]
    const links = documents.flatMap((path) =>
      [...readFileSync(join(root, path), "utf8").matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(
        ([, target]) => ({ path, target, at: join(root, path, "..", target) }),
      ),
    )
    assert.isAbove(links.length, 5)
    const missing = links.filter(({ at }) => !exists(at))
    assert.deepStrictEqual(
      missing.map(({ path, target }) => `${path} -> ${target}`),
      [],
    )
  })
})

const backwards = (text: string): string => Array.from(text).toReversed().join("")

const word = (text: string): string => `\\b${text}\\b`

const markdownIn = (folder: string): ReadonlyArray<string> =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".md"))
    .map((path) => `${folder}/${path}`)

const exists = (path: string): boolean => {
  try {
    readFileSync(path)
    return true
  } catch (cause) {
    return cause instanceof Error && "code" in cause && cause.code === "EISDIR"
  }
}
