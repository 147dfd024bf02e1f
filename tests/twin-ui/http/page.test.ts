import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { ask, askRaw, at, world } from "./world.ts"

/** A built page with one script whose name carries its hash, until the scope closes. */
const built = Effect.acquireRelease(
  Effect.sync(() => {
    const folder = mkdtempSync(join(tmpdir(), "sigtwin-page-"))
    const root = join(folder, "web")
    mkdirSync(join(root, "assets"), { recursive: true })
    writeFileSync(join(root, "index.html"), "<!doctype html><title>sigtwin</title>")
    writeFileSync(join(root, "icon.svg"), "<svg/>")
    writeFileSync(join(root, "assets", "main-B1a2C3d4.js"), "export {}")
    writeFileSync(join(folder, "secret.txt"), "not yours")
    return { folder, root }
  }),
  ({ folder }) => Effect.sync(() => rmSync(folder, { recursive: true, force: true })),
)

const withPage = <A, E, R>(test: Effect.Effect<A, E, R>) =>
  Effect.flatMap(built, ({ root }) => Effect.provide(test, world({ pageRoot: root }))).pipe(
    Effect.scoped,
  )

describe("the page", () => {
  it.live(
    "is served with its types; what carries a hash is kept for good, the rest asked for again",
    () =>
      withPage(
        Effect.gen(function* () {
          const index = yield* ask("/")
          assert.strictEqual(index.status, 200)
          assert.match(index.headers.get("content-type") ?? "", /^text\/html/)
          assert.strictEqual(index.headers.get("cache-control"), "no-cache")
          assert.include(index.headers.get("content-security-policy") ?? "", "default-src 'self'")
          const script = yield* ask("/assets/main-B1a2C3d4.js")
          assert.match(script.headers.get("content-type") ?? "", /^text\/javascript/)
          assert.include(script.headers.get("cache-control") ?? "", "immutable")
          assert.strictEqual((yield* ask("/icon.svg")).headers.get("content-type"), "image/svg+xml")
          const again = yield* ask("/", {
            headers: { "if-none-match": index.headers.get("etag") ?? "" },
          })
          assert.strictEqual(again.status, 304)
        }),
      ),
  )

  it.live("answers places within it with its index, and files that are not there with 404", () =>
    withPage(
      Effect.gen(function* () {
        assert.include((yield* ask("/device/4D33DB?at=12")).text, "<title>sigtwin")
        assert.strictEqual((yield* ask("/assets/gone-12345678.js")).status, 404)
        const api = yield* ask("/api/nowhere")
        assert.strictEqual(api.status, 404)
        assert.strictEqual(at(api, "type"), "/docs#problem-no-such-path")
        assert.strictEqual((yield* ask("/", { method: "POST" })).status, 404)
      }),
    ),
  )

  it.live("lets nobody out of its folder", () =>
    withPage(
      Effect.gen(function* () {
        for (const path of [
          "/../secret.txt",
          "/assets/../../secret.txt",
          "/%2e%2e/secret.txt",
          "/..%2fsecret.txt",
          "/assets/..%5c..%5csecret.txt",
          "//secret.txt",
        ])
          assert.notInclude((yield* askRaw(path, {})).text, "not yours", path)
      }),
    ),
  )

  it.live("says how to build it where it is not", () =>
    Effect.gen(function* () {
      const answer = yield* ask("/")
      assert.strictEqual(answer.status, 404)
      assert.include(answer.text, "npm run build")
    }).pipe(Effect.provide(world({ pageRoot: join(tmpdir(), "sigtwin-no-such-folder") }))),
  )
})
