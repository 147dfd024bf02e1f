/** Failures of the server and of its client as the port's: what a person can do about it decides the reason. */
import { LogUnavailable } from "../EventLog.ts"

/** The stream was not at the revision it was expected at; nothing was appended. */
export interface WrongRevision {
  readonly _tag: "WrongRevision"
}

/** There is no such stream. */
export interface NotFound {
  readonly _tag: "NotFound"
}

/** May go away by itself: the server does not answer, or another became the leader. */
export interface Passing {
  readonly _tag: "Passing"
  readonly detail: string
}

/** What an append or a read came to that did not succeed; a `LogUnavailable` does not go away by itself. */
export type Trouble = WrongRevision | NotFound | Passing | LogUnavailable

/** Of the client's errors, by their `type` (its `ErrorType`). */
const lasting: ReadonlyMap<string, LogUnavailable["reason"]> = new Map([
  ["access-denied", "not-permitted"],
  ["maximum-append-size-exceeded", "too-large"],
  ["append-record-size-exceeded", "too-large"],
  ["transaction-max-size-exceeded", "too-large"],
  ["stream-deleted", "damaged"],
  ["stream-tombstoned", "damaged"],
  ["unsupported", "unreadable"],
  ["invalid-argument", "unreadable"],
])

export const troubleOf = (log: string, error: unknown): Trouble => {
  const type = typeOf(error)
  if (type === "wrong-expected-version") return { _tag: "WrongRevision" }
  if (type === "stream-not-found" || type === "no-stream") return { _tag: "NotFound" }
  const reason = lasting.get(type)
  return reason === undefined
    ? { _tag: "Passing", detail: detailOf(error) }
    : new LogUnavailable({ log, reason, detail: sentences.get(reason) ?? detailOf(error) })
}

const sentences: ReadonlyMap<LogUnavailable["reason"], string> = new Map([
  ["not-permitted", "the server refused the user or the password"],
  ["damaged", "a stream of the log was deleted on the server"],
])

/** What is known of a certificate that did not hold comes from the client in these words. */
const detailOf = (error: unknown): string => {
  const text = error instanceof Error ? error.message : String(error)
  return text === "" || text === "UnavailableError" ? "the server does not answer" : text
}

const typeOf = (error: unknown): string =>
  typeof error === "object" && error !== null && "type" in error ? String(error.type) : ""
