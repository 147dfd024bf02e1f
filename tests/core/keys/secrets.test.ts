import { assert, describe, it } from "@effect/vitest"
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  chmodSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { masterKey } from "../../../core/keys/masterKey.ts"
import { type Secrets, SecretsUnavailable } from "../../../core/keys/Secrets.ts"
import { secretsMemory } from "../../../core/keys/secretsMemory.ts"
import { secretsSqlite } from "../../../core/keys/secretsSqlite.ts"

const hexA = "aa".repeat(32)
const hexB = "bb".repeat(32)
const keyA = () => masterKey({ file: "none", hex: hexA })

/** Runs with a folder of its own, which is gone afterwards. */
const inFolder = (run: (folder: string) => void): void => {
  const folder = mkdtempSync(join(tmpdir(), "sigtwin-keys-"))
  try {
    run(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const reasonOf = (run: () => unknown): string => {
  try {
    run()
  } catch (cause) {
    if (cause instanceof SecretsUnavailable) return cause.reason
    throw cause
  }
  return "nothing was thrown"
}

const radio = {
  kind: "radio-key",
  id: "4D33DB",
  version: 1,
  bytes: new Uint8Array(32).fill(0xbb),
} as const

const adapters: ReadonlyArray<readonly [string, (folder: string) => Secrets]> = [
  ["in memory", secretsMemory],
  ["in a file", (folder) => secretsSqlite(join(folder, "t.keys"), keyA)],
]

describe.each(adapters)("secrets %s", (_, open) => {
  it("give back what was put, by kind, id and version", () =>
    inFolder((folder) => {
      const secrets = open(folder)
      secrets.put([radio])
      assert.deepStrictEqual(secrets.get("radio-key", "4D33DB", 1), radio.bytes)
      assert.isUndefined(secrets.get("radio-key", "4D33DB", 2))
      assert.isUndefined(secrets.get("data-key", "4D33DB", 1))
      assert.isUndefined(secrets.get("radio-key", "4D33DC", 1))
      secrets.close()
    }))

  it("forget what was destroyed and nothing else", () =>
    inFolder((folder) => {
      const secrets = open(folder)
      secrets.put([radio, { ...radio, id: "4D33DB0" }])
      secrets.destroy("radio-key", "4D33DB")
      assert.isUndefined(secrets.get("radio-key", "4D33DB", 1))
      assert.isDefined(secrets.get("radio-key", "4D33DB0", 1))
      secrets.close()
    }))
})

describe("secrets in a file", () => {
  it("are readable by their owner alone and stand nowhere in plain", () =>
    inFolder((folder) => {
      const file = join(folder, "t.keys")
      const secrets = secretsSqlite(file, keyA)
      secrets.put([radio])
      secrets.close()
      assert.strictEqual(statSync(file).mode & 0o777, 0o600)
      const plain = Buffer.from(radio.bytes)
      for (const name of readdirSync(folder))
        assert.isFalse(readFileSync(join(folder, name)).includes(plain), name)
    }))

  it("open under no other master key, and are left as they were", () =>
    inFolder((folder) => {
      const file = join(folder, "t.keys")
      secretsSqlite(file, keyA).close()
      const before = readFileSync(file)
      const other = masterKey({ file: "none", hex: hexB })
      assert.strictEqual(
        reasonOf(() => secretsSqlite(file, () => other)),
        "wrong-master-key",
      )
      assert.isTrue(before.equals(readFileSync(file)))
    }))

  it("open under no other name: a row moved to another device is refused", () =>
    inFolder((folder) => {
      const file = join(folder, "t.keys")
      const first = secretsSqlite(file, keyA)
      first.put([radio])
      first.close()
      const database = new DatabaseSync(file)
      database.exec("UPDATE secret SET id = 'BEEF' WHERE id = '4D33DB'")
      database.close()
      const again = secretsSqlite(file, keyA)
      assert.strictEqual(
        reasonOf(() => again.get("radio-key", "BEEF", 1)),
        "wrong-master-key",
      )
      again.close()
    }))

  it("survive closing and opening", () =>
    inFolder((folder) => {
      const file = join(folder, "t.keys")
      const first = secretsSqlite(file, keyA)
      first.put([radio])
      first.close()
      const again = secretsSqlite(file, keyA)
      assert.isDefined(again.get("radio-key", "4D33DB", 1))
      again.close()
    }))
})

describe("the master key", () => {
  it("is made on first use, for its owner alone, and is the same the next time", () =>
    inFolder((folder) => {
      const file = join(folder, "t.key")
      const first = masterKey({ file, hex: undefined })
      assert.strictEqual(statSync(file).mode & 0o777, 0o600)
      const again = masterKey({ file, hex: undefined })
      assert.isTrue(first.equals(again))
    }))

  it("of the environment wins, and no file is made", () =>
    inFolder((folder) => {
      const file = join(folder, "t.key")
      masterKey({ file, hex: hexA })
      assert.isFalse(existsSync(file))
    }))

  it("that others may read is refused", () =>
    inFolder((folder) => {
      const file = join(folder, "t.key")
      masterKey({ file, hex: undefined })
      chmodSync(file, 0o644)
      assert.strictEqual(
        reasonOf(() => masterKey({ file, hex: undefined })),
        "unreadable",
      )
    }))

  it("that is no 64 hexadecimal digits is refused", () => {
    for (const hex of ["", "aa", "zz".repeat(32), "aa".repeat(33)])
      assert.strictEqual(
        reasonOf(() => masterKey({ file: "none", hex })),
        "bad-master-key",
      )
  })
})
