import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { request } from "node:https"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { connect } from "node:tls"
import { Server } from "../../../twin-ui/http/server.ts"
import type { Tls } from "../../../twin-ui/http/Settings.ts"
import { addOperator, testPassword } from "./people.ts"
import { world, worldAfter } from "./world.ts"

/** A certificate of this test's own for 127.0.0.1. */
const pair = (): Tls => {
  const folder = mkdtempSync(join(tmpdir(), "sigtwin-tls-"))
  try {
    const [key, certificate] = ["key.pem", "cert.pem"].map((name) => join(folder, name))
    execFileSync(
      "openssl",
      [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=test",
        "-addext",
        "subjectAltName=IP:127.0.0.1",
        "-keyout",
        key,
        "-out",
        certificate,
      ],
      { stdio: "ignore" },
    )
    return {
      certificate: readFileSync(certificate, "utf8"),
      key: Redacted.make(readFileSync(key, "utf8")),
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

interface Answer {
  readonly status: number | undefined
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
}

const ask = (
  ca: string,
  port: number,
  path: string,
  body?: string,
  method = body === undefined ? "GET" : "POST",
) =>
  Effect.promise(
    () =>
      new Promise<Answer>((resolve, reject) => {
        const asked = request(
          {
            host: "127.0.0.1",
            port,
            path,
            method,
            ca,
            headers:
              body === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" },
          },
          (answer) => {
            answer.resume()
            answer.on("end", () => resolve({ status: answer.statusCode, headers: answer.headers }))
          },
        )
        asked.on("error", reject)
        asked.end(body)
      }),
  )

describe("the server's own TLS", () => {
  const tls = pair()

  it.live("answers with headers that keep browsers on it, and cookies that never leave it", () =>
    Effect.gen(function* () {
      const { port, url } = yield* Server
      assert.match(url, /^https:/)
      const health = yield* ask(tls.certificate, port, "/healthz")
      assert.strictEqual(health.status, 200)
      assert.match(String(health.headers["strict-transport-security"]), /^max-age=\d{8}/)
      const form = new URLSearchParams({ account: "ann", password: testPassword }).toString()
      const login = yield* ask(tls.certificate, port, "/login", form)
      assert.strictEqual(login.status, 303)
      assert.match(
        String(login.headers["set-cookie"]),
        /^__Host-sigtwin=.*; SameSite=Strict; Secure/,
      )
    }).pipe(
      Effect.provide(worldAfter(Effect.asVoid(addOperator("ann", { password: true })), { tls })),
    ),
  )

  it.live("speaks no old version of it", () =>
    Effect.gen(function* () {
      const { port } = yield* Server
      const tryVersion = (maxVersion: "TLSv1.1" | "TLSv1.2") =>
        Effect.promise(
          () =>
            new Promise<boolean>((resolve) => {
              const socket = connect(
                {
                  host: "127.0.0.1",
                  port,
                  ca: tls.certificate,
                  minVersion: "TLSv1",
                  maxVersion,
                  ciphers: "DEFAULT@SECLEVEL=0",
                },
                () => {
                  socket.end()
                  resolve(true)
                },
              )
              socket.on("error", () => resolve(false))
            }),
        )
      assert.isFalse(yield* tryVersion("TLSv1.1"))
      assert.isTrue(yield* tryVersion("TLSv1.2"))
    }).pipe(Effect.provide(world({ tls }))),
  )

  it.live("does not start with a key that is not the certificate's, and does not quote it", () =>
    Effect.gen(function* () {
      const wrong = { certificate: tls.certificate, key: pair().key }
      const exit = yield* Effect.exit(Effect.scoped(Layer.build(world({ tls: wrong }))))
      assert.isTrue(Exit.isFailure(exit))
      const text = JSON.stringify(exit)
      assert.include(text, "bad-certificate")
      assert.notInclude(text, "PRIVATE KEY")
    }),
  )
})
