import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { explain } from "../../../twin-ui/cli/explain.ts"
import { holderIn } from "../../../twin-ui/cli/lockHolder.ts"
import { parseDuration } from "../../../twin-ui/cli/parseDuration.ts"
import { line, make } from "../../../twin-ui/cli/Progress.ts"
import { ProblemsFound } from "../../../twin-ui/cli/ProblemsFound.ts"
import { WrongUse } from "../../../twin-ui/cli/WrongUse.ts"
import { run } from "./runSigtwin.ts"

const commands = [
  "serve",
  "import",
  "export",
  "stats",
  "state",
  "events",
  "incidents",
  "why",
  "diff",
  "bisect",
  "what-if",
  "case",
  "open",
  "simulate",
  "verify",
  "log",
  "device",
  "station",
  "customer",
  "policy",
  "erase",
  "frame",
  "frames",
]

describe("sigtwin", () => {
  it.live("alone prints help that names every command, and ends with 0", () =>
    Effect.gen(function* () {
      const { code, out } = yield* run()
      assert.strictEqual(code, 0)
      for (const command of commands) assert.match(out, new RegExp(`^  ${command} `, "m"))
    }),
  )

  for (const command of commands)
    it.live(`describes every flag of ${command} in its help`, () =>
      Effect.gen(function* () {
        const { code, out } = yield* run(command, "--help")
        assert.strictEqual(code, 0)
        const own = /\n(?:FLAGS|SUBCOMMANDS)\n([^]*?)(?:\n\n|$)/.exec(out)?.[1] ?? ""
        const lines = own.split("\n").filter((text) => text.trim() !== "")
        assert.isAbove(lines.length, 0)
        for (const text of lines) assert.match(text, /^ {2}\S.*? {2,}\S/)
      }),
    )

  it.live("ends with 2 and one line on standard error for an unknown flag", () =>
    Effect.gen(function* () {
      const { code, out, err } = yield* run("stats", "--bogus")
      assert.strictEqual(code, 2)
      assert.strictEqual(out, "")
      assert.match(err, /^sigtwin stats: .*--bogus.*\n {2}see: sigtwin stats --help$/)
    }),
  )

  it.live("ends with 2 where an argument is missing or a value is none of the choices", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* run("import")).code, 2)
      assert.strictEqual((yield* run("state", "planet", "1")).code, 2)
      assert.strictEqual((yield* run("nothing-of-ours")).code, 2)
      assert.strictEqual((yield* run("stats", "--log", "ftp://x")).code, 2)
    }),
  )

  it.live("names a log that is not there, and what to do", () =>
    Effect.gen(function* () {
      const { code, err } = yield* run("stats", "--log", "no-such-folder/x.db")
      assert.strictEqual(code, 1)
      assert.match(err, /^sigtwin: no-such-folder\/x\.db: there is no log yet\n {2}make one/)
    }),
  )
})

const stack = (exit: Exit.Exit<unknown, unknown>) =>
  explain(exit).lines.join("\n").includes("    at ")

describe("endings", () => {
  it("are 1 for problems, 2 for wrong use, 130 for an interrupt and 0 for a stop", () => {
    assert.strictEqual(explain(Exit.void).code, 0)
    assert.strictEqual(explain(Exit.fail(new ProblemsFound({ summary: "x" }))).code, 1)
    assert.strictEqual(explain(Exit.fail(new WrongUse({ detail: "x" }))).code, 2)
    assert.strictEqual(explain(Exit.failCause(Cause.interrupt())).code, 130)
    assert.deepStrictEqual(explain(Exit.failCause(Cause.interrupt()), true), {
      code: 0,
      lines: ["stopped"],
    })
  })

  it("show a stack for a mistake of ours alone", () => {
    assert.isFalse(stack(Exit.fail(new WrongUse({ detail: "x" }))))
    assert.isTrue(stack(Exit.die(new Error("x"))))
  })
})

describe("a duration", () => {
  it("is read with its units, alone and together", () => {
    assert.strictEqual(parseDuration("90s"), 90_000)
    assert.strictEqual(parseDuration("1d12h"), 36 * 3_600_000)
    assert.strictEqual(parseDuration("250ms"), 250)
  })

  it("is nothing without a unit, with a sign, or of no length", () => {
    for (const text of ["", "2", "-2h", "2 h", "0s", "1y", "h"])
      assert.isUndefined(parseDuration(text), text)
  })
})

const terminal = (isTTY: boolean) => {
  const written: Array<string> = []
  return { written, isTTY, columns: 40, write: (text: string) => written.push(text) }
}

const bar = (screen: ReturnType<typeof terminal>, quiet: boolean) =>
  Effect.gen(function* () {
    const progress = yield* make({ label: "import", total: 10, items: "lines", quiet }, screen)
    yield* Effect.sleep("120 millis")
    progress.report(5, 5)
  }).pipe(Effect.scoped)

describe("the progress bar", () => {
  it("says how much, how fast and how long still", () => {
    const text = line({ label: "import", share: 0.25, items: 500, unit: "lines", elapsedMs: 1_000 })
    assert.strictEqual(text, `import  [######${"-".repeat(18)}]  25%  500 lines/s  0:03 left`)
  })

  it.live("draws within the terminal's width and erases itself", () =>
    Effect.gen(function* () {
      const screen = terminal(true)
      yield* bar(screen, false)
      assert.strictEqual(screen.written.length, 2)
      assert.isBelow(screen.written[0].replace("\r\u001b[K", "").length, 40)
      assert.strictEqual(screen.written[1], "\r\u001b[K")
    }),
  )

  it.live("writes nothing where programs read along", () =>
    Effect.gen(function* () {
      const [pipe, quiet] = [terminal(false), terminal(true)]
      yield* bar(pipe, false)
      yield* bar(quiet, true)
      assert.deepStrictEqual([pipe.written, quiet.written], [[], []])
    }),
  )
})

describe("the holder of a lock", () => {
  const locks = [
    "1: POSIX  ADVISORY  READ 12 08:01:131 0 EOF",
    "2: POSIX  ADVISORY  WRITE 4711 08:01:131 1073741824 1073742335",
    "3: POSIX  ADVISORY  WRITE -1 08:01:132 0 EOF",
  ].join("\n")

  it("is who writes the file, as the system tells it", () => {
    assert.strictEqual(holderIn(locks, 131), 4711)
  })

  it("is unknown where nobody holds it, or somebody out of sight", () => {
    assert.isUndefined(holderIn(locks, 130))
    assert.isUndefined(holderIn(locks, 132))
  })
})
