/** Failures of SQLite and of the file system as the port's: what a person can do about it decides the reason. */
import * as Effect from "effect/Effect"
import { LogUnavailable } from "../EventLog.ts"

type Reason = LogUnavailable["reason"]

/** Primary result codes, https://sqlite.org/rescode.html */
const sqliteReasons: ReadonlyMap<number, Reason> = new Map([
  [1, "damaged"], // SQLITE_ERROR: our statements are fixed, so a table is not as it was made
  [5, "locked"], // SQLITE_BUSY
  [6, "locked"], // SQLITE_LOCKED
  [11, "damaged"], // SQLITE_CORRUPT
  [13, "full"], // SQLITE_FULL
  [18, "too-large"], // SQLITE_TOOBIG
  [26, "damaged"], // SQLITE_NOTADB
])

const systemReasons: ReadonlyMap<string, Reason> = new Map([
  ["ENOSPC", "full"],
  ["EDQUOT", "full"],
])

export const failure = (log: string, error: unknown): LogUnavailable => {
  if (error instanceof LogUnavailable) return error
  const detail = error instanceof Error ? error.message : String(error)
  return new LogUnavailable({ log, reason: reasonOf(error) ?? "unreadable", detail })
}

/** Does what may throw; what it throws becomes the port's failure. */
export const attempt = <A>(log: string, work: () => A): Effect.Effect<A, LogUnavailable> =>
  Effect.try({ try: work, catch: (error) => failure(log, error) })

const reasonOf = (error: unknown): Reason | undefined => {
  if (typeof error !== "object" || error === null) return undefined
  if ("errcode" in error && typeof error.errcode === "number")
    return sqliteReasons.get(error.errcode & 255)
  if ("code" in error && typeof error.code === "string") return systemReasons.get(error.code)
  return undefined
}
