/**
 * The master key: from the environment (`SIGTWIN_MASTER_KEY`, 64 hex digits), from a command that prints it
 * (`SIGTWIN_MASTER_KEY_COMMAND`: whatever asks a KMS or an HSM), or from a key file that is made on first use, for its
 * owner's eyes only. It is asked for again when it was changed.
 */
import { execFileSync } from "node:child_process"
import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeSync,
} from "node:fs"
import * as seal from "../crypto/seal.ts"
import * as Bytes from "../kernel/Bytes.ts"
import { SecretsUnavailable } from "./Secrets.ts"

const keyLength = 32

/** How long a command may take. */
const commandMs = 30_000

export interface MasterKeySource {
  readonly file: string
  readonly hex: string | undefined
  /** Run by the shell; the first line it prints is the key. */
  readonly command?: string | undefined
}

export const masterKey = ({ command, file, hex }: MasterKeySource): seal.MasterKey => {
  if (hex !== undefined) return parse(hex, "SIGTWIN_MASTER_KEY")
  return command === undefined
    ? parse(readOrMake(file), file)
    : parse(printedBy(command), "SIGTWIN_MASTER_KEY_COMMAND")
}

/** 64 hexadecimal digits as a master key; throws where they are none. */
export const parseMasterKey = (hex: string, where: string): seal.MasterKey => parse(hex, where)

/** A new key in a file beside the key file; `take` puts it in its place. */
export const renewKeyFile = (
  file: string,
): { readonly next: seal.MasterKey; readonly take: () => void } => {
  const beside = `${file}.new`
  const bytes = seal.secretBytes(keyLength)
  try {
    const handle = openSync(beside, "w", 0o600)
    try {
      writeSync(handle, `${Bytes.toHex(bytes)}\n`)
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
  } catch (cause) {
    throw unreadable(beside, cause)
  }
  return { next: seal.masterKeyOf(bytes), take: () => renameSync(beside, file) }
}

const printedBy = (command: string): string => {
  try {
    const printed = execFileSync("/bin/sh", ["-c", command], {
      encoding: "utf8",
      timeout: commandMs,
      stdio: ["ignore", "pipe", "ignore"],
    })
    return printed.split("\n", 1)[0]
  } catch {
    // What it printed may be the key.
    throw new SecretsUnavailable({
      file: "SIGTWIN_MASTER_KEY_COMMAND",
      reason: "unreadable",
      detail: "the command failed, or took longer than 30 s",
    })
  }
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
