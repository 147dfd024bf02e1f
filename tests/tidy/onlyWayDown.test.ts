/** A device is reached through `core/network/downlink.ts` and by no other way: held by reading who imports what. */
import { assert, describe, it } from "vitest"
import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"

const root = join(import.meta.dirname, "../..")

const sources = globSync("{core,projections,twin-ui}/**/*.ts", { cwd: root }).map((path) => ({
  path: path.replaceAll("\\", "/"),
  text: readFileSync(join(root, path), "utf8"),
}))

/** Files whose text, comments left out, matches. */
const using = (pattern: RegExp): ReadonlyArray<string> =>
  sources
    .filter(({ text }) => pattern.test(text.replaceAll(/\/\*[^]*?\*\/|\/\/.*$/gm, "")))
    .map(({ path }) => path)
    .toSorted()

const sender = "core/network/downlink.ts"

describe("the only way to a device", () => {
  it("has sources to look at, and would see a second way", () => {
    assert.isAbove(sources.length, 200)
    assert.include(using(/Uplink\.encode\(/), "core/frame/checkUplinkRecord.ts")
  })

  it("is where downlink frames are made, beside the checks of vectors", () => {
    assert.deepStrictEqual(using(/\bDownlink\.encode\b/), [
      "core/frame/checkDownlinkRecord.ts",
      sender,
    ])
    // Nobody takes the function out of its module by name.
    assert.deepStrictEqual(using(/import \{[^}]*\} from "[^"]*\/Downlink\.ts"/), [])
    assert.deepStrictEqual(using(/from "[^"]*\/frame\/Downlink\.ts"/).filter(isActing), [sender])
  })

  it("is where a downlink's MAC is asked of the vault", () => {
    assert.deepStrictEqual(using(/vault\.downlinkMac\(/i), [sender])
  })

  it("is who gives orders to stations", () => {
    assert.deepStrictEqual(using(/\.transmit\(/), [sender])
    assert.deepStrictEqual(using(/yield\* Stations\b/), [sender])
  })

  it("begins at an uplink's answer: steps of a downlink come from the network's parts alone", () => {
    assert.deepStrictEqual(using(/pipeline\.downlink\(/i), ["core/network/deliver.ts", sender])
  })
})

/** What runs in the server and may act; the dissector, the checks of vectors and simulated devices only read. */
const isActing = (path: string): boolean =>
  !path.startsWith("core/frame/") &&
  path !== "core/sim/Confirmation.ts" &&
  !path.startsWith("twin-ui/cli/frame")
