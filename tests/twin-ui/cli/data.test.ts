import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { folder, json, list, run } from "./runSigtwin.ts"

const frame = (seconds: number, station = "1E6AB") =>
  JSON.stringify({
    station,
    heardAt: `2026-03-01T12:00:${String(seconds).padStart(2, "0")}Z`,
    frame: "35f01a0db334d00abad1deadc32758a",
    rssiDbm: -120,
  })

/** A file of frames: two facts, a line that is none, and a fact again. */
const framesFile = (path: string) => {
  const lines = [frame(1), frame(2), "{ no JSON", frame(1)]
  writeFileSync(path, `${lines.join("\n")}\n`)
}

const world = ["--duration", "30m", "--devices", "12", "--stations", "6", "--seed", "5"]

const digestsOf = (log: string) =>
  Effect.map(run("verify", "--log", log, "--json"), (ended) => {
    const projections = list(ended, "projections")
    assert.isAbove(projections.length, 5)
    return projections.map(({ projection, digest }) => `${String(projection)} ${String(digest)}`)
  })

describe("sigtwin import", () => {
  it.live("adds a file's facts once, names what it refuses by line, and ends with 1 then", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const [log, file] = [join(path, "a.db"), join(path, "frames.ndjson")]
      framesFile(file)
      const first = yield* run("import", file, "--log", log)
      assert.strictEqual(first.code, 1)
      assert.match(
        first.out,
        /frames\.ndjson \(frames-ndjson\): 2 added, 1 already there, 1 refused/,
      )
      assert.include(first.out, `${file}:3: `)
      const again = yield* run("import", file, "--log", log, "--json")
      const { added, known, refused, lines, head } = json(again)
      assert.deepInclude({ added, known, lines }, { added: 0, known: 3, lines: 4 })
      assert.deepNestedInclude({ refused }, { "refused.total": 1, "refused.lines[0].line": 3 })
      const stats = json(yield* run("stats", "--log", log, "--json"))
      assert.strictEqual(stats["receptions"], 2)
      assert.strictEqual(head, stats["events"])
    }),
  )

  it.live("says with --dry-run what would come of it, and makes no file", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const [log, file] = [join(path, "a.db"), join(path, "frames.ndjson")]
      framesFile(file)
      const dry = json(yield* run("import", file, "--log", log, "--dry-run", "--json"))
      assert.isFalse(existsSync(log))
      assert.isFalse(existsSync(join(path, "a.key")))
      const wet = json(yield* run("import", file, "--log", log, "--json"))
      for (const name of ["lines", "added", "known", "refused", "decisions"])
        assert.deepStrictEqual(dry[name], wet[name], name)
      const after = json(yield* run("import", file, "--log", log, "--dry-run", "--json"))
      assert.deepInclude(after, { added: 0, known: 3 })
    }),
  )

  it.live("takes the same facts of another source for other facts", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const [log, file] = [join(path, "a.db"), join(path, "frames.ndjson")]
      framesFile(file)
      yield* run("import", file, "--log", log)
      const other = json(yield* run("import", file, "--log", log, "--source", "roof", "--json"))
      assert.deepInclude(other, { added: 2, known: 1 })
    }),
  )

  it.live("refuses a whole file that is not of its format, and one of no format", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const file = join(path, "notes.txt")
      writeFileSync(file, "It rained.\n")
      const guessed = yield* run("import", file, "--log", join(path, "a.db"))
      assert.strictEqual(guessed.code, 2)
      assert.include(guessed.err, "--format")
      const told = yield* run("import", file, "--log", join(path, "a.db"), "--format", "denver-csv")
      assert.strictEqual(told.code, 1)
      assert.match(told.err, /notes\.txt is not denver-csv/)
    }),
  )
})

describe("sigtwin export", () => {
  it.live("writes what import takes back to the same digests, as often as it is asked", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const [one, two] = [join(path, "one.db"), join(path, "two.db")]
      const file = join(path, "events.ndjson")
      yield* run("simulate", ...world, "--scenario", "demo", "--out", one)
      const exported = json(yield* run("export", "--log", one, "--out", file, "--json"))
      const back = json(yield* run("import", file, "--log", two, "--json"))
      assert.deepInclude(back, { added: exported["events"], known: 0 })
      const again = json(yield* run("import", file, "--log", two, "--json"))
      assert.deepInclude(again, { added: 0, known: exported["events"] })
      assert.deepStrictEqual(yield* digestsOf(two), yield* digestsOf(one))
    }),
  )

  it.live("writes a run of positions, which goes on where the log stands", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const [one, two] = [join(path, "one.db"), join(path, "two.db")]
      const part = (name: string) => join(path, name)
      yield* run("simulate", ...world, "--out", one)
      yield* run("export", "--log", one, "--to", "20", "--out", part("a.ndjson"))
      yield* run("export", "--log", one, "--from", "20", "--out", part("b.ndjson"))
      const gap = yield* run("import", part("b.ndjson"), "--log", two)
      assert.strictEqual(gap.code, 1)
      assert.include(gap.err, "position 20: the log stands at 0")
      assert.strictEqual(
        (yield* run("import", part("a.ndjson"), part("b.ndjson"), "--log", two)).code,
        0,
      )
      assert.deepStrictEqual(yield* digestsOf(two), yield* digestsOf(one))
    }),
  )

  it.live("does not mix with events of another log, and leaves that as it is", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const [one, two] = [join(path, "one.db"), join(path, "two.db")]
      const file = join(path, "one.ndjson")
      yield* run("simulate", ...world, "--out", one)
      yield* run("export", "--log", one, "--out", file)
      yield* run("customer", "register", "hydro", "--log", two)
      const mixed = yield* run("import", file, "--log", two)
      assert.strictEqual(mixed.code, 1)
      assert.include(mixed.err, "another event at position 0")
      assert.strictEqual(json(yield* run("stats", "--log", two, "--json"))["events"], 1)
    }),
  )

  it.live("leaves nothing behind where it cannot write", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const log = join(path, "one.db")
      yield* run("customer", "register", "hydro", "--log", log)
      const { code, err } = yield* run(
        "export",
        "--log",
        log,
        "--out",
        join(path, "no", "x.ndjson"),
      )
      assert.strictEqual(code, 2)
      assert.include(err, "cannot write")
    }),
  )
})

describe("sigtwin simulate", () => {
  it.live("gives the same bytes for the same arguments, and others for another seed", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const outs = ["a", "b", "c"].map((name) => join(path, `${name}.ndjson`))
      assert.strictEqual((yield* seeded(outs[0], "5")).code, 0)
      yield* seeded(outs[1], "5")
      yield* seeded(outs[2], "6")
      const [a, b, c] = outs.map((out) => readFileSync(out))
      assert.isAbove(a.length, 10_000)
      assert.isTrue(a.equals(b))
      assert.isFalse(a.equals(c))
    }),
  )

  it.live("gives a log the events it gives a file, and says what adversaries did", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const at = (name: string) => join(path, name)
      const args = [
        "--duration",
        "2h",
        "--devices",
        "30",
        "--stations",
        "6",
        "--scenario",
        "replay",
      ]
      yield* run("simulate", ...args, "--out", at("a.db"), "--truth", at("truth.ndjson"))
      yield* run("simulate", ...args, "--out", at("b.ndjson"))
      yield* run("export", "--log", at("a.db"), "--out", at("a.ndjson"))
      assert.isTrue(readFileSync(at("a.ndjson")).equals(readFileSync(at("b.ndjson"))))
      const [truth] = readFileSync(at("truth.ndjson"), "utf8").split("\n")
      assert.strictEqual(JSON.parse(truth).kind, "replay")
    }),
  )

  it.live("writes over no log, and reads no duration that is none", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const log = join(path, "a.db")
      yield* run("simulate", ...world, "--out", log)
      const again = yield* run("simulate", ...world, "--out", log)
      assert.strictEqual(again.code, 2)
      assert.include(again.err, "is there already")
      assert.strictEqual(
        (yield* run("simulate", "--duration", "2", "--out", join(path, "b.db"))).code,
        2,
      )
    }),
  )
})

describe("sigtwin verify", () => {
  it.live("finds a flipped byte and ends with 1", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const log = join(path, "a.db")
      yield* run("simulate", ...world, "--out", log)
      const good = yield* run("verify", "--log", log)
      assert.strictEqual(good.code, 0)
      assert.include(good.out, "all checksums hold")
      flip(log)
      const { code, out } = yield* run("verify", "--log", log, "--json")
      assert.strictEqual(code, 1)
      assert.deepNestedInclude(JSON.parse(out), {
        good: false,
        "log.damage[0].position": positionFlipped,
      })
    }),
  )
})

const positionFlipped = 0

const seeded = (out: string, seed: string) =>
  run(
    "simulate",
    "--duration",
    "20m",
    "--devices",
    "12",
    "--stations",
    "6",
    "--scenario",
    "demo",
    "--seed",
    seed,
    "--out",
    out,
  )

/** One bit of the last byte of the first batch. By SQL: merging leaves copies of batches in pages that hold nothing any more. */
const flip = (path: string): void => {
  const db = new DatabaseSync(path)
  const bytes = db.prepare("SELECT bytes FROM batch WHERE first = ?").get(positionFlipped)?.[
    "bytes"
  ]
  assert.instanceOf(bytes, Uint8Array)
  bytes[bytes.length - 1] ^= 1
  db.prepare("UPDATE batch SET bytes = ? WHERE first = ?").run(bytes, positionFlipped)
  db.close()
}
