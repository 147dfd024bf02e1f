import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { appendFileSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Vault } from "../../../core/keys/Vault.ts"
import * as Rejected from "../../../core/kernel/Rejected.ts"
import * as Sqlite from "../../../core/log/sqlite.ts"
import * as Capsule from "../../../projections/time/capsule/Capsule.ts"
import { tell } from "./story.ts"
import { ask, at, list, post, world, worldOn } from "./world.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "sigtwin-cases-"))),
  (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true })),
)

/** A file of cases and a log in a file beside it, in which something was told. */
const onDisk = <A, E, R>(test: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const made = yield* folder
    const caseFile = join(made, "twin.cases.ndjson")
    return yield* Effect.provide(
      Effect.andThen(tell, test),
      worldOn(Sqlite.layer(join(made, "twin.db")), { caseFile }),
    )
  }).pipe(Effect.scoped)

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

  it.live("are handed on as a capsule that holds, of what lies around what is pinned", () =>
    onDisk(
      Effect.gen(function* () {
        yield* post("/api/cases", { case: "tuesday" })
        const early = yield* ask("/api/cases/tuesday/capsule")
        assert.strictEqual(early.status, 400, early.text)
        assert.include(String(at(early, "detail")), "nothing is pinned")
        yield* post("/api/cases/tuesday/entries", { note: "here it began", pin: 2 })
        const keyless = yield* ask("/api/cases/tuesday/capsule")
        assert.strictEqual(keyless.status, 404, keyless.text)
        yield* Vault.use((vault) => vault.logKey(true))
        const made = yield* ask("/api/cases/tuesday/capsule")
        assert.strictEqual(made.status, 200, made.text)
        assert.include(made.headers.get("content-disposition"), "tuesday.capsule")
        const opened = Capsule.open(made.text)
        if (Rejected.is(opened)) return assert.fail(opened.detail)
        assert.deepStrictEqual(opened.problems, [])
        assert.isAtLeast(opened.events.length, 3)
        assert.strictEqual(opened.entries.length, 2)
        const one = yield* ask("/api/cases/tuesday/capsule?from=0&to=0")
        const first = Capsule.open(one.text)
        assert.isBelow(Rejected.is(first) ? Infinity : first.events.length, opened.events.length)
        for (const query of ["from=9&to=1", "from=0&to=900000"]) {
          const refused = yield* ask(`/api/cases/tuesday/capsule?${query}`)
          assert.strictEqual(refused.status, 400, query)
        }
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
      assert.strictEqual((yield* ask("/api/cases/storm/capsule")).status, 404)
    }).pipe(Effect.provide(world())),
  )
})
