import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { appendFileSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { ask, at, list, post, world } from "./world.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "sigtwin-cases-"))),
  (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true })),
)

const withFile = <A, E, R>(test: (file: string) => Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const caseFile = join(yield* folder, "twin.cases.ndjson")
    return yield* Effect.provide(test(caseFile), world({ caseFile }))
  }).pipe(Effect.scoped)

describe("investigations over HTTP", () => {
  it.live("are opened, added to and closed, each entry with who wrote it", () =>
    withFile(() =>
      Effect.gen(function* () {
        assert.deepStrictEqual(list(yield* ask("/api/cases"), "cases", "case"), [])
        const opened = yield* post("/api/cases", { case: "tuesday", title: "BS-0012" })
        assert.strictEqual(opened.status, 201, opened.text)
        yield* post("/api/cases/tuesday/entries", { note: "here it began", pin: 7 })
        yield* post("/api/cases/tuesday/entries", { finding: "clone:6B43B5", note: "and this" })
        yield* post("/api/cases/tuesday/close", { note: "solved" })
        const found = yield* ask("/api/cases/tuesday")
        assert.deepStrictEqual(list(found, "entries", "_tag"), [
          "CaseOpened",
          "InstantPinned",
          "FindingNamed",
          "NoteTaken",
          "CaseClosed",
        ])
        assert.strictEqual(at(found, "entries.1.text"), "here it began")
        assert.strictEqual(at(found, "entries.1.by"), "local")
        const all = yield* ask("/api/cases")
        assert.strictEqual(at(all, "cases.0.entries"), 5)
        assert.isNumber(at(all, "cases.0.closedMs"))
      }),
    ),
  )

  it.live("are refused where they are there already, are not there, or say nothing", () =>
    withFile(() =>
      Effect.gen(function* () {
        yield* post("/api/cases", { case: "tuesday" })
        assert.strictEqual((yield* post("/api/cases", { case: "tuesday" })).status, 409)
        assert.strictEqual((yield* post("/api/cases", { case: "../x" })).status, 400)
        assert.strictEqual((yield* post("/api/cases/other/entries", { note: "x" })).status, 404)
        assert.strictEqual((yield* post("/api/cases/tuesday/entries", {})).status, 400)
      }),
    ),
  )

  it.live("say which line of their file is broken", () =>
    withFile((file) =>
      Effect.gen(function* () {
        yield* post("/api/cases", { case: "tuesday" })
        yield* Effect.sync(() => appendFileSync(file, "{broken\n"))
        const answer = yield* ask("/api/cases")
        assert.strictEqual(answer.status, 503)
        assert.include(String(at(answer, "detail")), "line 2")
      }),
    ),
  )

  it.live("are kept nowhere where the log is in no file", () =>
    Effect.gen(function* () {
      const answer = yield* ask("/api/cases")
      assert.strictEqual(answer.status, 404)
      assert.include(String(at(answer, "detail")), "beside a log in a file")
    }).pipe(Effect.provide(world())),
  )
})
