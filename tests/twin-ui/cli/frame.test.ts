import { join } from "node:path"
import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Command } from "effect/cli"
import { TestConsole } from "effect/testing"
import { frame, frames } from "../../../twin-ui/cli/frame.ts"

const vectors = (file: string) => join(import.meta.dirname, "../../vectors/frames", file)
const cli = Command.make("sigtwin").pipe(Command.withSubcommands([frame, frames]))

/** Runs the command line: how it ended, and what it printed. */
const run = (...argv: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const outcome = yield* Command.runWith(cli, { version: "0" })(argv).pipe(
      Effect.match({ onFailure: (error) => error._tag, onSuccess: () => "done" }),
    )
    const lines = (yield* TestConsole.logLines).map(String)
    return { outcome, text: lines.join("\n"), last: lines.at(-1) ?? "" }
  }).pipe(Effect.provide(NodeServices.layer))

describe("sigtwin frames check", () => {
  it.effect("passes all vectors and says how many", () =>
    Effect.gen(function* () {
      const { outcome, text } = yield* run(
        "frames",
        "check",
        vectors("frames.jsonl"),
        vectors("captured.jsonl"),
        vectors("forgeries.jsonl"),
      )
      assert.strictEqual(outcome, "done")
      assert.strictEqual(text, "611 passed, 0 failed")
    }),
  )

  it.effect("prints each failing line with its file and fails with ProblemsFound", () =>
    Effect.gen(function* () {
      const readme = vectors("README.md")
      const { outcome, text, last } = yield* run("frames", "check", readme)
      assert.strictEqual(outcome, "ProblemsFound")
      assert.match(last, /^0 passed, [1-9]\d* failed$/)
      assert.include(text, `${readme}:1: unknown: the line is no JSON`)
    }),
  )

  it.effect("prints JSON lines that end with the totals", () =>
    Effect.gen(function* () {
      const { last } = yield* run("frames", "check", "--json", vectors("captured.jsonl"))
      assert.deepStrictEqual(JSON.parse(last), { passed: 8, failed: 0 })
    }),
  )

  it.effect("says which file it cannot read", () =>
    Effect.gen(function* () {
      const { outcome } = yield* run("frames", "check", "/no/such/file")
      assert.strictEqual(outcome, "WrongUse")
    }),
  )
})

describe("sigtwin frame decode", () => {
  const hex = "35f01a0db334d00abad1deadc32758a"
  const key = "479e4480fd7596d45b0122fd282db3cf"

  it.effect("prints every field, aligned", () =>
    Effect.gen(function* () {
      const { outcome, text } = yield* run("frame", "decode", hex, "--key", key)
      assert.strictEqual(outcome, "done")
      const [, , head, ...rows] = text.split("\n")
      assert.strictEqual(rows.length, 9)
      const column = head.indexOf("verdict")
      for (const row of rows) assert.strictEqual(row.slice(column, column + 2), "ok")
    }),
  )

  it.effect("fails with ProblemsFound for a wrong key, as JSON too", () =>
    Effect.gen(function* () {
      const { outcome, text } = yield* run(
        "frame",
        "decode",
        hex,
        "--key",
        "0".repeat(32),
        "--json",
      )
      assert.strictEqual(outcome, "ProblemsFound")
      assert.deepInclude(JSON.parse(text), { good: false })
    }),
  )

  it.effect("reads a downlink of a device and number, and wants both", () =>
    Effect.gen(function* () {
      const downlink = "3516816cc7ce125ef60d5b6d78c1c1"
      const good = yield* run("frame", "decode", downlink, "--device", "4d33db", "--seq", "417")
      assert.strictEqual(good.outcome, "done")
      const half = yield* run("frame", "decode", downlink, "--device", "4d33db")
      assert.strictEqual(half.outcome, "WrongUse")
    }),
  )

  it.effect("refuses a key that is none before it reads the frame", () =>
    Effect.gen(function* () {
      const { outcome } = yield* run("frame", "decode", hex, "--key", "abc")
      assert.strictEqual(outcome, "ShowHelp")
    }),
  )
})
