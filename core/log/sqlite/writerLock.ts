/**
 * Lets one process write a log, while others read it.
 *
 * The lock is SQLite's own exclusive lock on an empty file beside the log, `PATH.lock`. The operating system takes it
 * back when its holder dies, however it dies, so nothing is ever stale. The file itself stays: removing it would let a
 * third process lock a new one while a second still holds the old.
 */
import { realpathSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { LogUnavailable } from "../EventLog.ts"
import { failure } from "./failure.ts"

/** Takes the lock or throws LogUnavailable at once. The result gives it back. */
export const lockForWriting = (path: string): (() => void) => {
  // Two names of one file must meet at one lock.
  const real = join(realpathSync(dirname(path)), basename(path))
  const file = new DatabaseSync(`${resolved(real)}.lock`, { timeout: 0 })
  try {
    file.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE")
  } catch (error) {
    file.close()
    const cause = failure(path, error)
    throw cause.reason === "locked"
      ? new LogUnavailable({
          log: path,
          reason: "locked",
          detail: "is being written by another process",
        })
      : cause
  }
  return () => file.close()
}

const resolved = (path: string): string => {
  try {
    return realpathSync(path)
  } catch {
    return path // not there yet
  }
}
