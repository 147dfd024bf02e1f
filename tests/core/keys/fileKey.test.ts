import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import * as Recovery from "../../../core/crypto/recovery.ts"
import * as seal from "../../../core/crypto/seal.ts"
import * as FileKey from "../../../core/keys/fileKey.ts"
import { masterKey, renewKeyFile } from "../../../core/keys/masterKey.ts"
import { SecretsUnavailable } from "../../../core/keys/Secrets.ts"
import { secretsSqlite, withSecretsFile } from "../../../core/keys/secretsSqlite.ts"

const keyOf = (fill: number): seal.MasterKey => seal.masterKeyOf(new Uint8Array(32).fill(fill))
const a = keyOf(0xaa)
const b = keyOf(0xbb)
const radio = {
  kind: "radio-key",
  id: "4D33DB",
  version: 1,
  bytes: new Uint8Array(16).fill(7),
} as const

const inFolder = (run: (file: string, folder: string) => void): void => {
  const folder = mkdtempSync(join(tmpdir(), "sigtwin-file-key-"))
  try {
    run(join(folder, "t.keys"), folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const opens = (file: string, master: seal.MasterKey): boolean => {
  try {
    const secrets = secretsSqlite(file, () => master)
    const found = secrets.get("radio-key", "4D33DB", 1)
    secrets.close()
    return found?.[0] === 7
  } catch (cause) {
    if (cause instanceof SecretsUnavailable) return false
    throw cause
  }
}

const made = (file: string): void => {
  const secrets = secretsSqlite(file, () => a)
  secrets.put([radio])
  secrets.close()
}

describe("a new master key", () => {
  it("opens all that the old one did; the old one opens it too until the change is finished", () =>
    inFolder((file) => {
      made(file)
      withSecretsFile(file, (database) => FileKey.rotate(database, file, { now: a, next: b }))
      assert.deepStrictEqual([opens(file, a), opens(file, b)], [true, true])
      withSecretsFile(file, FileKey.forgetPrevious)
      assert.deepStrictEqual([opens(file, a), opens(file, b)], [false, true])
    }))

  it("is found by whoever has the file open, for reading and for writing", () =>
    inFolder((file) => {
      let master = a
      const running = secretsSqlite(file, () => master)
      running.put([radio])
      withSecretsFile(file, (database) => FileKey.rotate(database, file, { now: a, next: b }))
      // It still has the old one only.
      assert.strictEqual(running.get("radio-key", "4D33DB", 1)?.[0], 7)
      withSecretsFile(file, (database) =>
        FileKey.rotate(database, file, { now: b, next: keyOf(1) }),
      )
      master = keyOf(1)
      running.put([{ ...radio, version: 2 }])
      assert.strictEqual(running.get("radio-key", "4D33DB", 2)?.[0], 7)
      assert.strictEqual(running.get("radio-key", "4D33DB", 1)?.[0], 7)
      running.close()
      assert.isTrue(opens(file, keyOf(1)))
    }))

  it("changes nothing where the old one is not the file's", () =>
    inFolder((file) => {
      made(file)
      assert.throws(() =>
        withSecretsFile(file, (database) =>
          FileKey.rotate(database, file, { now: keyOf(9), next: b }),
        ),
      )
      assert.deepStrictEqual([opens(file, a), opens(file, b)], [true, false])
    }))

  it("is taken by files from before there was a file key", () =>
    inFolder((file) => {
      made(file)
      // As such a file is: sealed under the master key itself, and nothing wrapped.
      const database = new DatabaseSync(file)
      database.exec("DELETE FROM wrap; DELETE FROM secret")
      const put = database.prepare("INSERT INTO secret VALUES (?, ?, ?, ?)")
      const canary = seal.lock(a, new Uint8Array(16), "canary/master-key/1")
      put.run("canary", "master-key", 1, canary)
      put.run("radio-key", "4D33DB", 1, seal.lock(a, radio.bytes, "radio-key/4D33DB/1"))
      database.close()
      assert.deepStrictEqual([opens(file, a), opens(file, b)], [true, false])
      withSecretsFile(file, (open) => FileKey.rotate(open, file, { now: a, next: b }))
      withSecretsFile(file, FileKey.forgetPrevious)
      assert.deepStrictEqual([opens(file, a), opens(file, b)], [false, true])
    }))

  it("comes from a file that is replaced at once, or from a command", () =>
    inFolder((_, folder) => {
      const file = join(folder, "t.key")
      masterKey({ file, hex: undefined })
      const before = readFileSync(file, "utf8")
      const { take } = renewKeyFile(file)
      assert.strictEqual(readFileSync(file, "utf8"), before)
      take()
      assert.notStrictEqual(readFileSync(file, "utf8"), before)
      const command = `echo ${"ab".repeat(32)}`
      assert.isTrue(masterKey({ file, hex: undefined, command }).equals(keyOf(0xab)))
      for (const bad of ["exit 1", "echo hunter2"])
        assert.throws(() => masterKey({ file, hex: undefined, command: bad }), /COMMAND/)
      assert.throws(
        () => masterKey({ file, hex: undefined, command: "echo hunter2" }),
        /^(?!.*hunter2)/,
      )
    }))
})

describe("a recovery key", () => {
  it("gives a new master key where the old one is lost, also after that was changed", () =>
    inFolder((file) => {
      made(file)
      const secret = withSecretsFile(file, (database) => FileKey.makeRecovery(database, file, a))
      withSecretsFile(file, (database) => FileKey.rotate(database, file, { now: a, next: b }))
      const next = keyOf(3)
      withSecretsFile(file, (database) => FileKey.restore(database, file, secret, next))
      assert.deepStrictEqual(
        [opens(file, a), opens(file, b), opens(file, next)],
        [false, false, true],
      )
    }))

  it("opens nothing once another was made", () =>
    inFolder((file) => {
      made(file)
      const first = withSecretsFile(file, (database) => FileKey.makeRecovery(database, file, a))
      withSecretsFile(file, (database) => FileKey.makeRecovery(database, file, a))
      assert.throws(() =>
        withSecretsFile(file, (database) => FileKey.restore(database, file, first, b)),
      )
      assert.isTrue(opens(file, a))
    }))

  it("is read as it was printed, and known as wrong with any digit changed", () => {
    fc.assert(
      fc.property(fc.nat({ max: 67 }), fc.integer({ min: 1, max: 15 }), (at, change) => {
        const { secret } = Recovery.make()
        const text = Recovery.toText(secret)
        assert.deepStrictEqual(Recovery.parse(` ${text.toUpperCase()}\n`), secret)
        const digits = text.replaceAll("-", "")
        const wrong = (Number.parseInt(digits[at], 16) ^ change).toString(16)
        const copied = Recovery.parse(digits.slice(0, at) + wrong + digits.slice(at + 1))
        // Sixteen bits of check: one mistake in 65,536 passes.
        if (copied !== undefined) assert.notDeepEqual(copied, secret)
      }),
      { numRuns: 30 },
    )
  })

  it("opens what was sealed to it, for that purpose alone", () => {
    const { publicKey, secret } = Recovery.make()
    const sealed = Recovery.sealTo(publicKey, new Uint8Array([1, 2, 3]), "one")
    assert.deepStrictEqual([...(Recovery.openWith(secret, sealed, "one") ?? [])], [1, 2, 3])
    assert.isUndefined(Recovery.openWith(secret, sealed, "other"))
    assert.isUndefined(Recovery.openWith(Recovery.make().secret, sealed, "one"))
  })
})
