import { spawn } from "node:child_process"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { folder, json, main, run, start } from "./runSigtwin.ts"

describe("the program", () => {
  it.live("ends with the code a shell expects, results on one stream and errors on the other", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const wrong = yield* start(["stats", "--bogus"], { cwd: path })
      const missing = yield* start(["stats"], { cwd: path })
      const version = yield* start(["--version"], { cwd: path })
      const ends = yield* Effect.promise(() =>
        Promise.all([wrong.ended, missing.ended, version.ended]),
      )
      assert.deepStrictEqual(
        ends.map(({ code }) => code),
        [2, 1, 0],
      )
      assert.deepStrictEqual(
        ends.map(({ out }) => out !== ""),
        [false, false, true],
      )
      assert.notInclude(ends[1].err, "    at ")
    }),
  )

  it.live("serves until it is told to stop, says so, and goes on from the same log", () =>
    Effect.gen(function* () {
      const log = join(yield* folder, "a.db")
      for (const [signal, events] of [
        ["SIGINT", 0],
        ["SIGTERM", 1],
      ] as const) {
        const server = yield* start(["serve", "--log", log, "--port", "0", "--json"])
        const said = JSON.parse(yield* Effect.promise(() => server.until("\n")))
        assert.deepInclude(said, { log: `sqlite:${log}`, events })
        const asked = yield* run("stats", "--server", said.url, "--json")
        assert.deepInclude(json(asked), { events })
        const id = `customer-${events}`
        assert.strictEqual((yield* run("customer", "register", id, "--server", said.url)).code, 0)
        server.stop(signal)
        const { code, err } = yield* Effect.promise(() => server.ended)
        assert.strictEqual(code, 0)
        assert.strictEqual(err, "stopped\n")
      }
    }),
  )

  it.live("names the process that writes a log, which others read meanwhile", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const log = join(path, "a.db")
      const server = yield* start(["serve", "--log", log, "--port", "0", "--json"])
      yield* Effect.promise(() => server.until("\n"))
      const second = yield* run("customer", "register", "hydro", "--log", log)
      assert.strictEqual(second.code, 1)
      if (process.platform === "linux")
        assert.include(second.err, `is being written by process ${server.pid}`)
      assert.include(second.err, "--server")
      assert.strictEqual((yield* run("stats", "--log", log)).code, 0)
      const out = join(path, "events.ndjson")
      assert.strictEqual((yield* run("export", "--log", log, "--out", out)).code, 0)
    }),
  )

  it.live("says which port is taken", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const first = yield* start(["serve", "--log", "memory:", "--port", "0", "--json"])
      const { url } = JSON.parse(yield* Effect.promise(() => first.until("\n")))
      const { port } = new URL(url)
      const second = yield* start(["serve", "--log", join(path, "b.db"), "--port", port])
      const { code, err } = yield* Effect.promise(() => second.ended)
      assert.strictEqual(code, 1)
      assert.match(err, new RegExp(`port ${port} is taken.*--port`))
    }),
  )

  it.live("takes a key from standard input", () =>
    Effect.gen(function* () {
      const log = join(yield* folder, "a.db")
      const argv = [main, "device", "register", "77", "--key-file", "-", "--log", log]
      const code = yield* Effect.promise(
        () =>
          new Promise<number | null>((resolve) => {
            const child = spawn(process.execPath, argv, { stdio: ["pipe", "ignore", "ignore"] })
            child.on("close", resolve)
            child.stdin.end("479e4480fd7596d45b0122fd282db3cf\n")
          }),
      )
      assert.strictEqual(code, 0)
    }),
  )

  it.live("ends quietly when nobody reads on", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const log = join(path, "a.db")
      yield* run("simulate", "--duration", "2h", "--devices", "60", "--out", log)
      const script = `("${process.execPath}" "${main}" export --log "${log}" --out -; echo "code $?" >&2) | head -c 10`
      const said = yield* Effect.promise(
        () =>
          new Promise<string>((resolve) => {
            const child = spawn("sh", ["-c", script], { stdio: ["ignore", "ignore", "pipe"] })
            let text = ""
            child.stderr.on("data", (data: Buffer) => (text += data.toString()))
            child.on("close", () => resolve(text))
          }),
      )
      assert.strictEqual(said, "code 0\n")
    }),
  )
})
