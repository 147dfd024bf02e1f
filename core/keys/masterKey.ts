/**
 * The master key: from the environment (`SIGTWIN_MASTER_KEY`, 64 hex digits), or from a key file that
 * is made on first use, for its owner's eyes only.
 */
import { closeSync, fsyncSync, openSync, readFileSync, statSync, writeSync } from "node:fs"
import * as seal from "../crypto/seal.ts"
import * as Bytes from "../kernel/Bytes.ts"
import { SecretsUnavailable } from "./Secrets.ts"

const keyLength = 32

export const masterKey = (from: {
  readonly file: string
  readonly hex: string | undefined
}): seal.MasterKey => {
  if (from.hex !== undefined) return parse(from.hex, "SIGTWIN_MASTER_KEY")
  return parse(readOrMake(from.file), from.file)
}

const parse = (hex: string, where: string): seal.MasterKey => {
  const bytes = Bytes.fromHex(hex.trim())
  if (bytes?.length !== keyLength)
    throw new SecretsUnavailable({
      file: where,
      reason: "bad-master-key",
      detail: `a master key is ${2 * keyLength} hexadecimal digits`,
    })
  return seal.masterKeyOf(bytes)
}

const readOrMake = (file: string): string => {
  try {
    // "wx": whoever makes it first wins, nobody overwrites a key.
    const handle = openSync(file, "wx", 0o600)
    try {
      const hex = Bytes.toHex(seal.secretBytes(keyLength))
      writeSync(handle, `${hex}\n`)
      fsyncSync(handle)
      return hex
    } finally {
      closeSync(handle)
    }
  } catch (cause) {
    if (!(cause instanceof Error && "code" in cause && cause.code === "EEXIST"))
      throw unreadable(file, cause)
  }
  try {
    if (process.platform !== "win32" && (statSync(file).mode & 0o077) !== 0)
      throw new Error("others may read it; make it readable by its owner alone (chmod 600)")
    return readFileSync(file, "utf8")
  } catch (cause) {
    throw unreadable(file, cause)
  }
}

const unreadable = (file: string, cause: unknown): SecretsUnavailable =>
  new SecretsUnavailable({
    file,
    reason: "unreadable",
    detail: cause instanceof Error ? cause.message : String(cause),
  })
