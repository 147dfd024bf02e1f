import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import { createServer } from "node:https"
import { join } from "node:path"
import * as post from "../../../core/network/post.ts"

const file = (name: string): string => readFileSync(join(import.meta.dirname, "tls", name), "utf8")
const cert = file("test-only-certificate.pem")

/** A customer's endpoint behind real TLS; gives its port and what it was sent. */
const secureEndpoint = Effect.acquireRelease(
  Effect.callback<{
    readonly port: number
    readonly bodies: Array<string>
    readonly close: () => void
  }>((resume) => {
    const bodies: Array<string> = []
    const server = createServer({ key: file("test-only-key.pem"), cert }, (request, response) => {
      let text = ""
      request.on("data", (chunk: Buffer) => {
        text += chunk.toString("utf8")
      })
      request.on("end", () => {
        bodies.push(text)
        response.writeHead(204).end()
      })
    })
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      const close = (): void => {
        server.closeAllConnections()
        server.close()
      }
      resume(Effect.succeed({ port, bodies, close }))
    })
  }),
  ({ close }) => Effect.sync(close),
)

const poster = (options: { readonly ca?: string } = {}) =>
  Effect.acquireRelease(
    Effect.sync(() => post.make(options)),
    ({ close }) => Effect.sync(close),
  )

const body = '{"device":"4D33DB"}'
const request = { method: "POST", headers: {}, privateAllowed: false, body } as const

describe("a delivery's request", () => {
  it.live("goes over TLS to an endpoint whose certificate is trusted", () =>
    Effect.gen(function* () {
      const at = yield* secureEndpoint
      const { post: send } = yield* poster({ ca: cert })
      const url = `https://localhost:${at.port}/uplink`
      const answer = yield* send({ ...request, url, loopbackAllowed: true })
      assert.deepStrictEqual(answer, { _tag: "Answered", status: 204, body: "" })
      assert.deepStrictEqual(at.bodies, [body])
    }),
  )

  it.live("says nothing to an endpoint with a self-signed certificate", () =>
    Effect.gen(function* () {
      const at = yield* secureEndpoint
      const { post: send } = yield* poster()
      const url = `https://localhost:${at.port}/uplink`
      const answer = yield* send({ ...request, url, loopbackAllowed: true })
      assert.deepStrictEqual(answer, { _tag: "NotAnswered", error: "tls" })
      assert.deepStrictEqual(at.bodies, [])
    }),
  )

  it.live("reaches this machine neither by address nor by name where that was not allowed", () =>
    Effect.gen(function* () {
      const at = yield* secureEndpoint
      const { post: send } = yield* poster({ ca: cert })
      for (const host of ["127.0.0.1", "localhost"]) {
        const url = `https://${host}:${at.port}/uplink`
        const answer = yield* send({ ...request, url, loopbackAllowed: false })
        assert.deepStrictEqual(answer, { _tag: "NotAnswered", error: "not-allowed" })
      }
      assert.deepStrictEqual(at.bodies, [])
    }),
  )

  it.live("does not ride on a connection that others, who may go there, have open", () =>
    Effect.gen(function* () {
      const at = yield* secureEndpoint
      const { post: send } = yield* poster({ ca: cert })
      const url = `https://localhost:${at.port}/uplink`
      const first = yield* send({ ...request, url, loopbackAllowed: true })
      assert.strictEqual(first._tag, "Answered")
      // Until it is free.
      yield* Effect.sleep("20 millis")
      const second = yield* send({ ...request, url, loopbackAllowed: false })
      assert.deepStrictEqual(second, { _tag: "NotAnswered", error: "not-allowed" })
      assert.deepStrictEqual(at.bodies, [body])
    }),
  )
})
