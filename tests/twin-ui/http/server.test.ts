import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { createServer } from "node:net"
import { CannotServe, Server } from "../../../twin-ui/http/server.ts"
import { addOperator } from "./people.ts"
import { ask, askRaw, at, post, uplink, world, worldAfter, worldWith } from "./world.ts"

const station = { station: "1E6A" }

/** Starts a server in a scope of its own, to be stopped by the test. */
const start = Effect.fnUntraced(function* (changed: Parameters<typeof world>[0] = {}) {
  const scope = yield* Scope.make()
  const context = yield* Layer.buildWithScope(world(changed), scope)
  return { scope, context }
})

const reasonOf = (exit: Exit.Exit<unknown, unknown>): string | undefined => {
  if (Exit.isSuccess(exit)) return undefined
  const failed = exit.cause.reasons.find((reason) => reason._tag === "Fail")
  return failed?.error instanceof CannotServe ? failed.error.reason : "another error"
}

describe("starting and stopping", () => {
  it.live("names the port that is taken", () =>
    Effect.gen(function* () {
      const other = createServer()
      const port = yield* Effect.callback<number>((resume) => {
        other.listen(0, "127.0.0.1", () => {
          const address = other.address()
          resume(Effect.succeed(typeof address === "object" ? (address?.port ?? 0) : 0))
        })
      })
      const failed = yield* Effect.flip(Effect.scoped(Layer.build(world({ port }))))
      assert.instanceOf(failed, CannotServe)
      if (failed instanceof CannotServe) {
        assert.strictEqual(failed.reason, "port-taken")
        assert.include(failed.message, `127.0.0.1:${port}`)
      }
      other.close()
    }),
  )

  it.live("does not listen beyond this machine without an account", () =>
    Effect.gen(function* () {
      const token = Redacted.make("token")
      const beyond = world({ host: "0.0.0.0", ingestToken: token, commandToken: token })
      const exit = yield* Effect.exit(Effect.scoped(Layer.build(beyond)))
      assert.strictEqual(reasonOf(exit), "no-account")
    }),
  )

  it.live("says that an address is not of this machine", () =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(
        Effect.scoped(
          Layer.build(worldAfter(Effect.asVoid(addOperator("ann")), { host: "192.0.2.1" })),
        ),
      )
      assert.strictEqual(reasonOf(exit), "no-such-address")
    }),
  )

  it.live("ends the feeds when it stops, and takes no more connections", () =>
    Effect.gen(function* () {
      const { context, scope } = yield* start()
      yield* Effect.gen(function* () {
        const { url } = yield* Server
        const readers = yield* Effect.promise(() =>
          Promise.all(["/feed", "/feed/chain", "/feed"].map((path) => fetch(url + path))),
        )
        assert.deepStrictEqual(
          readers.map(({ status }) => status),
          [200, 200, 200],
        )
        const texts = readers.map((reader) => reader.text())
        yield* Scope.close(scope, Exit.void)
        const ended = yield* Effect.promise(() => Promise.all(texts))
        assert.include(ended[1], '{"_tag":"end","reason":"shutdown"}')
        const refused = yield* Effect.promise(() =>
          fetch(url).then(
            () => false,
            () => true,
          ),
        )
        assert.isTrue(refused)
      }).pipe(Effect.provide(context))
    }),
  )
})

describe("the Host header", () => {
  it.live("must name this server (DNS rebinding)", () =>
    Effect.gen(function* () {
      const { port } = yield* Server
      for (const host of [
        "evil.example",
        `evil.example:${port}`,
        "127.0.0.1.evil.example",
        "[evil",
      ]) {
        const answer = yield* askRaw("/api/stats", { host })
        assert.strictEqual(answer.status, 421, host)
        assert.include(answer.text, "/docs#problem-foreign-host")
      }
      for (const host of ["localhost", `127.0.0.1:${port}`, "[::1]:4280", "LOCALHOST:80"])
        assert.strictEqual((yield* askRaw("/api/stats", { host })).status, 200, host)
    }).pipe(Effect.provide(world())),
  )

  it.live("is checked on the page and on ingest too", () =>
    Effect.gen(function* () {
      for (const path of [
        "/",
        "/docs",
        "/healthz",
        "/ingest/callbacks?device=1",
        "/feed",
        "/nowhere",
      ])
        assert.strictEqual((yield* askRaw(path, { host: "evil.example" })).status, 421, path)
    }).pipe(Effect.provide(world())),
  )

  it.live("may be a name that was configured", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* askRaw("/api/stats", { host: "twin.example" })).status, 200)
      assert.strictEqual((yield* askRaw("/api/stats", { host: "other.example" })).status, 421)
    }).pipe(Effect.provide(world({ hostNames: ["Twin.example"] }))),
  )

  it.live("may be any address in numbers when the server listens on all", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* askRaw("/healthz", { host: "192.0.2.7:4280" })).status, 200)
      assert.strictEqual((yield* askRaw("/healthz", { host: "evil.example" })).status, 421)
    }).pipe(Effect.provide(worldAfter(Effect.asVoid(addOperator("ann")), { host: "0.0.0.0" }))),
  )
})

describe("other origins", () => {
  it.live("may neither read nor change anything", () =>
    Effect.gen(function* () {
      const origin = "https://evil.example"
      for (const path of ["/api/stats", "/feed", "/metrics", "/openapi.json"])
        assert.strictEqual((yield* ask(path, { headers: { origin } })).status, 403, path)
      assert.strictEqual((yield* post("/api/stations", station, { origin })).status, 403)
      assert.strictEqual((yield* post("/api/stations", station, { origin: "null" })).status, 403)
      const callback = yield* post("/ingest/callbacks", uplink("4D33DB", 1), { origin })
      assert.strictEqual(callback.status, 403)
      assert.strictEqual(at(callback, "where"), "header.origin")
    }).pipe(Effect.provide(world())),
  )

  it.live("are known by Sec-Fetch-Site where there is no Origin", () =>
    Effect.gen(function* () {
      for (const [site, status] of [
        ["cross-site", 403],
        ["same-site", 403],
        ["same-origin", 200],
        ["none", 200],
      ] as const)
        assert.strictEqual(
          (yield* askRaw("/api/stats", { "sec-fetch-site": site })).status,
          status,
          site,
        )
    }).pipe(Effect.provide(world())),
  )

  it.live("do not include our own page's", () =>
    Effect.gen(function* () {
      const { url } = yield* Server
      assert.strictEqual((yield* post("/api/stations", station, { origin: url })).status, 201)
    }).pipe(Effect.provide(world())),
  )

  it.live("get no permission by a preflight", () =>
    Effect.gen(function* () {
      const answer = yield* ask("/api/stations", {
        method: "OPTIONS",
        headers: { origin: "https://evil.example", "access-control-request-method": "POST" },
      })
      assert.strictEqual(answer.status, 405)
      assert.isNull(answer.headers.get("access-control-allow-origin"))
    }).pipe(Effect.provide(world())),
  )
})

describe("commands", () => {
  it.live("ask for their own token where one is set", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* post("/api/stations", station)).status, 401)
      const wrong = yield* post("/api/stations", station, { authorization: "Bearer ingest" })
      assert.strictEqual(wrong.status, 401)
      const right = yield* post("/api/stations", station, { authorization: "Bearer command" })
      assert.strictEqual(right.status, 201)
    }).pipe(
      Effect.provide(
        world({ commandToken: Redacted.make("command"), ingestToken: Redacted.make("ingest") }),
      ),
    ),
  )
})

describe("every answer", () => {
  it.live("carries the headers that keep it in its place", () =>
    Effect.gen(function* () {
      for (const path of ["/api/stats", "/api/nowhere", "/docs", "/feed?from=x", "/nowhere.js"]) {
        const { headers } = yield* ask(path)
        assert.strictEqual(headers.get("x-content-type-options"), "nosniff", path)
        assert.include(headers.get("content-security-policy") ?? "", "frame-ancestors 'none'", path)
        assert.strictEqual(headers.get("cache-control"), "no-store", path)
      }
      const api = yield* ask("/api/stats")
      assert.include(api.headers.get("content-security-policy") ?? "", "default-src 'none'")
      const page = yield* ask("/docs")
      assert.include(page.headers.get("content-security-policy") ?? "", "default-src 'self'")
    }).pipe(Effect.provide(world())),
  )

  it.live("to what is not there is a problem, as is one to a wrong method", () =>
    Effect.gen(function* () {
      const nowhere = yield* ask("/api/nowhere")
      assert.strictEqual(nowhere.status, 404)
      assert.strictEqual(at(nowhere, "title"), "No such path")
      const wrong = yield* ask("/api/devices", { method: "DELETE" })
      assert.strictEqual(wrong.status, 405)
      assert.strictEqual(wrong.headers.get("allow"), "GET, POST")
      assert.strictEqual(at(wrong, "status"), 405)
    }).pipe(Effect.provide(world())),
  )

  it.live("to a failure of ours tells nothing of our insides", () =>
    Effect.gen(function* () {
      const answer = yield* post("/ingest/callbacks", uplink("4D33DB", 1))
      assert.strictEqual(answer.status, 500)
      assert.strictEqual(at(answer, "type"), "/docs#problem-our-bug")
      assert.notInclude(answer.text, "secret detail")
    }).pipe(Effect.provide(worldWith({ offer: () => Effect.die(new Error("secret detail")) }))),
  )
})
