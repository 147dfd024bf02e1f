import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { join } from "node:path"
import { folder, json, list, run } from "./runSigtwin.ts"

/** A simulated log with its keys. */
const simulated = Effect.gen(function* () {
  const path = join(yield* folder, "net.db")
  const made = yield* run(
    "simulate",
    "--duration",
    "20m",
    "--devices",
    "20",
    "--out",
    `sqlite:${path}`,
  )
  assert.strictEqual(made.code, 0, made.err)
  return path
})

describe("sigtwin log", () => {
  it.live("proves an event to whoever has the public key, and nothing that was changed", () =>
    Effect.gen(function* () {
      const path = yield* simulated
      const proof = `${path}.proof`
      const keyless = yield* run("log", "key", "--log", path)
      assert.strictEqual(keyless.code, 1)
      const first = yield* run("log", "checkpoint", "--log", path)
      assert.strictEqual(first.code, 0, first.err)
      writeFileSync(`${path}.first`, `${first.out}\n`)
      const { out: key } = yield* run("log", "key", "--log", path)
      const made = yield* run("log", "prove", "50", "--log", path, "--out", proof)
      assert.strictEqual(made.code, 0, made.err)
      const proven = yield* run("log", "verify-proof", proof, "--key", key, "--json")
      assert.strictEqual(proven.code, 0, proven.err)
      const { first: low, last: high } = json(proven)
      assert.isTrue(Number(low) <= 50 && Number(high) >= 50)

      const erased = yield* run(
        "erase",
        "device",
        firstDevice(yield* devicesOf(path)),
        "--note",
        "asked",
        "--log",
        path,
      )
      assert.strictEqual(erased.code, 0, erased.err)
      assert.strictEqual((yield* run("log", "verify-proof", proof, "--key", key)).code, 0)
      const went = yield* run(
        "log",
        "consistency",
        `${path}.first`,
        "now",
        "--log",
        path,
        "--out",
        `${path}.went`,
      )
      assert.strictEqual(went.code, 0, went.err)
      assert.strictEqual((yield* run("log", "verify-proof", `${path}.went`, "--key", key)).code, 0)

      const other = yield* simulated
      yield* run("log", "checkpoint", "--log", other)
      const { out: otherKey } = yield* run("log", "key", "--log", other)
      assert.strictEqual((yield* run("log", "verify-proof", proof, "--key", otherKey)).code, 1)
      writeFileSync(proof, readFileSync(proof, "utf8").replace("index ", "index 1"))
      const forged = yield* run("log", "verify-proof", proof, "--key", key)
      assert.strictEqual(forged.code, 1)
      assert.strictEqual((yield* run("log", "verify-proof", proof, "--key", "nonsense")).code, 2)
      assert.strictEqual((yield* run("log", "prove", "100000", "--log", path)).code, 1)
    }),
  )

  it.live("erases what a device sent, says so in the log, and leaves the rest readable", () =>
    Effect.gen(function* () {
      const path = yield* simulated
      const keys = () => {
        const db = new DatabaseSync(path.replace(/\.db$/, ".keys"), { readOnly: true })
        const ids = db.prepare("SELECT id FROM secret WHERE kind = 'data-key' ORDER BY id").all()
        db.close()
        return ids.map(({ id }) => String(id))
      }
      const before = keys()
      const device = before.find((id) => !id.startsWith("~")) ?? ""
      const erased = yield* run(
        "erase",
        "device",
        device,
        "--note",
        "art. 17",
        "--log",
        path,
        "--json",
      )
      assert.strictEqual(erased.code, 0, erased.err)
      assert.deepStrictEqual(
        keys(),
        before.filter((id) => id !== device),
      )
      const events = yield* run("events", "--log", path, "--json")
      assert.include(events.out, '"PayloadsErased"')
      assert.include(events.out, "art. 17")
      assert.strictEqual((yield* run("log", "check", "--log", path)).code, 0)
      assert.strictEqual(
        (yield* run("erase", "device", "FFFFFF", "--note", "", "--log", path)).code,
        1,
      )
    }),
  )

  it.live("says what the file is, copies it, and finds what was changed in it", () =>
    Effect.gen(function* () {
      const path = yield* simulated
      const info = json(yield* run("log", "info", "--log", path, "--json"))
      assert.strictEqual(info["format"], 2)
      const copy = `${path}.copy`
      assert.strictEqual((yield* run("log", "backup", copy, "--log", path)).code, 0)
      assert.strictEqual((yield* run("log", "backup", copy, "--log", path)).code, 1)
      const restored = join(yield* folder, "restored.db")
      assert.strictEqual((yield* run("log", "restore", copy, "--log", restored)).code, 0)
      const archived = yield* run(
        "log",
        "archive",
        "--keep-events",
        "0",
        "--log",
        restored,
        "--json",
      )
      assert.strictEqual(archived.code, 0, archived.err)
      assert.lengthOf(list(archived, "parts"), 1)
      assert.isTrue(readdirSync(join(restored, "..")).some((name) => name.endsWith(".part")))
      const again = json(yield* run("log", "info", "--log", restored, "--json"))
      assert.strictEqual(again["root"], info["root"])
      assert.strictEqual((yield* run("log", "check", "--log", restored)).code, 0)
      const db = new DatabaseSync(restored)
      db.exec("UPDATE head SET revision = 99 WHERE stream = (SELECT max(stream) FROM head)")
      db.close()
      const damaged = yield* run("log", "check", "--log", restored)
      assert.strictEqual(damaged.code, 1)
      assert.match(damaged.out, /table of heads/)
    }),
  )

  it.live("makes no log where there is none, and is about files alone", () =>
    Effect.gen(function* () {
      const path = join(yield* folder, "none.db")
      for (const command of ["info", "check", "upgrade", "checkpoint"])
        assert.notStrictEqual((yield* run("log", command, "--log", path)).code, 0, command)
      assert.isFalse(existsSync(path))
      assert.strictEqual((yield* run("log", "info", "--log", "memory:")).code, 2)
      assert.strictEqual((yield* run("log", "archive", "--log", path)).code, 2)
    }),
  )
})

const devicesOf = (path: string) => run("device", "list", "--log", path, "--json")

const firstDevice = (ended: { readonly out: string }): string =>
  /"id":"([0-9A-F]+)"/.exec(ended.out)?.[1] ?? ""
