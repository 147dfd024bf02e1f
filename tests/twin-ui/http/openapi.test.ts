import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { pathOf } from "../../../twin-ui/http/openapi.ts"
import * as Problem from "../../../twin-ui/http/Problem.ts"
import { Server } from "../../../twin-ui/http/server.ts"
import { ask, at, world } from "./world.ts"

const methods = new Set(["get", "post", "put", "delete", "patch", "head", "options"])

/** `METHOD /path` of every operation in the document. */
const documented = Effect.map(ask("/openapi.json"), (answer) =>
  Object.entries(Object(at(answer, "paths"))).flatMap(([path, item]) =>
    Object.keys(Object(item))
      .filter((method) => methods.has(method))
      .map((method) => `${method.toUpperCase()} ${path}`),
  ),
)

/** A value that every kind of parameter takes or refuses with 400: never a path that is not there. */
const filled = (path: string): string => path.replace(/\{[^}]+\}/g, "1")

describe("the OpenAPI document", () => {
  it.live("has every route that is served, and no other", () =>
    Effect.gen(function* () {
      const { routes } = yield* Server
      const served = routes.map((route) => `${route.method} ${pathOf(route)}`)
      assert.isAbove(served.length, 30)
      assert.deepStrictEqual((yield* documented).toSorted(), served.toSorted())
    }).pipe(Effect.provide(world())),
  )

  it.live("names only what the server answers to", () =>
    Effect.gen(function* () {
      for (const operation of yield* documented) {
        const [method, path] = operation.split(" ")
        if (path.startsWith("/feed")) continue
        const answer = yield* ask(filled(path), { method })
        const problem = at(answer, "type")
        assert.notInclude(
          [Problem.typeOf("no-such-path"), Problem.typeOf("wrong-method")],
          problem,
          operation,
        )
      }
    }).pipe(Effect.provide(world())),
  )

  it.live(
    "is one of version 3.1, whose operations have names of their own and whose references are there",
    () =>
      Effect.gen(function* () {
        const answer = yield* ask("/openapi.json")
        assert.strictEqual(at(answer, "openapi"), "3.1.0")
        const { routes } = yield* Server
        assert.strictEqual(new Set(routes.map(({ operation }) => operation)).size, routes.length)
        const references = [...answer.text.matchAll(/"\$ref":"#\/components\/([^"]+)"/g)]
        assert.isAbove(references.length, 0)
        for (const [, path] of references)
          assert.isDefined(at(answer, `components.${path.replaceAll("/", ".")}`), path)
      }).pipe(Effect.provide(world())),
  )

  it.live("describes parameters, bodies and answers by the schemas that are used", () =>
    Effect.gen(function* () {
      const answer = yield* ask("/openapi.json")
      const paths = Object(at(answer, "paths"))
      const register = paths["/api/devices"].post
      const body = register.requestBody.content["application/json"].schema
      assert.deepStrictEqual(body.required, ["device"])
      assert.isDefined(body.properties.key)
      const events = paths["/api/events"].get
      const limit = events.parameters.find((each: { name: string }) => each.name === "limit")
      assert.deepInclude(limit.schema, { type: "integer", minimum: 1, maximum: 1000, default: 50 })
      assert.isDefined(events.responses["400"].content["application/problem+json"])
      const frames = paths["/ingest/frames"].post
      assert.deepStrictEqual(frames.security, [{ ingest: [] }, {}])
      for (const status of ["200", "400", "401", "413", "415", "503"])
        assert.isDefined(frames.responses[status], status)
    }).pipe(Effect.provide(world())),
  )
})

describe("the page of documents", () => {
  it.live("lists every operation and explains every type of problem, without a script", () =>
    Effect.gen(function* () {
      const { routes } = yield* Server
      const page = yield* ask("/docs")
      assert.match(page.headers.get("content-type") ?? "", /^text\/html/)
      for (const route of routes) assert.include(page.text, `id="${route.operation}"`)
      for (const kind of Object.keys(Problem.kinds))
        assert.include(page.text, `id="problem-${kind}"`)
      assert.notInclude(page.text, "<script")
      assert.notMatch(page.text, /(src|href)="https?:/)
      const [, style] = /href="([^"]+\.css)"/.exec(page.text) ?? []
      assert.match((yield* ask(style)).headers.get("content-type") ?? "", /^text\/css/)
    }).pipe(Effect.provide(world())),
  )
})

describe("health and metrics", () => {
  it.live("say that all is well, and where the log stands", () =>
    Effect.gen(function* () {
      const answer = yield* ask("/healthz")
      assert.deepStrictEqual(answer.json, { status: "ok", version: "0.0.0-test", head: 0 })
    }).pipe(Effect.provide(world())),
  )
})
