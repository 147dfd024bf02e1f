import { join } from "node:path"
import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Command } from "effect/cli"
import { TestConsole } from "effect/testing"
import { attest } from "../../../twin-ui/cli/attest.ts"

const vectors = (file: string) => join(import.meta.dirname, "../../vectors/tpm", file)
const cli = Command.make("sigtwin").pipe(Command.withSubcommands([attest]))

/** Runs the command line: how it ended, and what it printed. */
const run = (...argv: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const outcome = yield* Command.runWith(cli, { version: "0" })(["attest", ...argv]).pipe(
      Effect.match({ onFailure: (error) => error._tag, onSuccess: () => "done" }),
    )
    const lines = (yield* TestConsole.logLines).map(String)
    return { outcome, text: lines.join("\n"), last: lines.at(-1) ?? "" }
  }).pipe(Effect.provide(NodeServices.layer))

const books = [
  ["--stations", vectors("stations.jsonl")],
  ["--boots", vectors("boots.jsonl")],
  ["--policies", vectors("policies.jsonl")],
  ["--ca", vectors("ca")],
].flat()

describe("sigtwin attest check", () => {
  it.effect("passes all vectors and says how many", () =>
    Effect.gen(function* () {
      const files = [vectors("quotes.jsonl"), vectors("enrol.jsonl")]
      const { outcome, text } = yield* run("check", ...files, ...books)
      assert.strictEqual(outcome, "done")
      assert.strictEqual(text, "270 passed, 0 failed")
    }),
  )

  it.effect("prints each failure with what was expected and given, and fails", () =>
    Effect.gen(function* () {
      // Without the lists of measured files' policies nothing can be appraised.
      const withoutPolicies = books.filter((_, i) => i < 4)
      const { outcome, text, last } = yield* run(
        "check",
        vectors("quotes.jsonl"),
        ...withoutPolicies,
      )
      assert.strictEqual(outcome, "ProblemsFound")
      assert.strictEqual(last, "0 passed, 249 failed")
      assert.include(
        text,
        "quotes.jsonl:1: BS-0001/good/01 (good): expected accept, given not appraised: no policy BS-0001/policy/1: see --policies",
      )
    }),
  )

  it.effect("fails lines that are no record, and says so in JSON", () =>
    Effect.gen(function* () {
      const { outcome, text, last } = yield* run("check", vectors("README.md"), "--json")
      assert.strictEqual(outcome, "ProblemsFound")
      assert.include(text, '"line":1,"id":"?","kind":"unknown"')
      assert.match(last, /^\{"passed":0,"failed":[1-9]\d*\}$/)
    }),
  )

  it.effect("says which file or folder is of no use", () =>
    Effect.gen(function* () {
      for (const given of [
        ["/no/such/file"],
        [vectors("quotes.jsonl"), "--ca", vectors("")],
        [vectors("quotes.jsonl"), "--stations", vectors("README.md")],
      ])
        assert.strictEqual((yield* run("check", ...given)).outcome, "WrongUse")
    }),
  )
})

describe("sigtwin attest decode", () => {
  const hex =
    "ff54434780180022000b3d9abb7c65910b8e3269f496dca176ef4fde04537ee88ab2a3d4e991eab2ad8c0020780a419273ee3bf6e98f38ce7403042905118ecd4de60cfa8750fae020906b6d000000000275309b000000020000000001201910230016363600000001000b03ff0700002060068a6028864e6f882e70bd20c03e63ed973b3cc376291b15b06116011bc7b7"

  it.effect("prints every field with its bytes", () =>
    Effect.gen(function* () {
      const { outcome, text } = yield* run("decode", hex)
      assert.strictEqual(outcome, "done")
      assert.match(text, /clock +76\.\.83 +000000000275309b +41234587 ms powered/)
      assert.match(text, /bitmap +108\.\.110 +ff0700 +PCR 0,1,2,3,4,5,6,7,8,9,10/)
    }),
  )

  it.effect("says where what is no quote goes wrong", () =>
    Effect.gen(function* () {
      const { outcome, text } = yield* run("decode", `${hex}00`, "--json")
      assert.strictEqual(outcome, "ProblemsFound")
      assert.include(text, "attest byte 145: 1 bytes follow the end")
      assert.strictEqual((yield* run("decode", "abc")).outcome, "ProblemsFound")
    }),
  )
})
