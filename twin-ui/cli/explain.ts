/**
 * How a command ended, for the shell and for people: the exit code, and for an expected failure one line
 * that says what was wrong and one that says what to do.
 *
 * 0 done; 1 found problems; 2 wrong use; interrupted 130, but 0 where stopping is the way it ends.
 */
import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import { CliError } from "effect/cli"
import { type LogUnavailable, noLogYet } from "../../core/log/EventLog.ts"
import { lockHolder } from "./lockHolder.ts"

export interface Ending {
  readonly code: number
  /** For standard error. */
  readonly lines: ReadonlyArray<string>
}

/** `endsByStop`: the command runs until it is stopped. */
export const explain = (exit: Exit.Exit<unknown, unknown>, endsByStop = false): Ending => {
  if (Exit.isSuccess(exit)) return { code: 0, lines: [] }
  if (Cause.hasInterruptsOnly(exit.cause))
    return endsByStop ? { code: 0, lines: ["stopped"] } : { code: 130, lines: ["interrupted"] }
  const error = Cause.squash(exit.cause)
  if (Cause.hasDies(exit.cause)) return ourBug(exit.cause)
  // The command line's own parser has said already what it did not understand.
  if (CliError.isCliError(error))
    return { code: error._tag === "ShowHelp" && error.errors.length === 0 ? 0 : 2, lines: [] }
  return expected(error)
}

const ourBug = (cause: Cause.Cause<unknown>): Ending => ({
  code: 1,
  lines: ["sigtwin: a mistake in sigtwin itself; please report it with this:", Cause.pretty(cause)],
})

const expected = (error: unknown): Ending => {
  const tag = tagOf(error)
  const message = error instanceof Error ? error.message : String(error)
  const say = (code: number, hint?: string): Ending => ({
    code,
    lines: [`sigtwin: ${message}`, ...(hint === undefined ? [] : [`  ${hint}`])],
  })
  switch (tag) {
    // The command has printed what it found.
    case "ProblemsFound":
      return say(1)
    case "WrongUse":
    case "LogAddressUnknown":
      return say(2)
    case "LogUnavailable":
      // The tag is that of the class alone.
      return logUnavailable(error as LogUnavailable)
    case "AskRefused":
      return say(statusOf(error) === 400 ? 2 : 1, askHints.get(typeOf(error)))
    case "NoServer":
      return say(1, "start one with `sigtwin serve`, or leave --server out to open the log itself")
    case "SecretsUnavailable":
      return say(
        1,
        "the log was left as it is; SIGTWIN_MASTER_KEY or the .key file beside it opens its keys",
      )
    case "AnalyticsUnavailable":
      return say(1)
    case "NotOfFormat":
      return say(1, "nothing of it was taken; say what it is with --format")
    case "RestoreDiffers":
    case "RestoreRefused":
      return say(
        1,
        "event files keep their positions: give them in order, to an empty log or the one they came from",
      )
    default:
      return say(1)
  }
}

/** By the problem that the server named. */
const askHints: ReadonlyMap<string, string> = new Map([
  [
    "/docs#problem-no-login",
    "give a credential's token in SIGTWIN_TOKEN; whoever may makes one with `sigtwin credential create ACCOUNT NAME`",
  ],
  ["/docs#problem-no-token", "set SIGTWIN_COMMAND_TOKEN to the token the server was started with"],
])

const logUnavailable = (error: LogUnavailable): Ending => {
  const say = (what: string, hint: string): Ending => ({
    code: 1,
    lines: [`sigtwin: ${error.log}: ${what}`, `  ${hint}`],
  })
  switch (error.reason) {
    case "locked": {
      const pid = lockHolder(error.log.replace(/^sqlite:/, ""))
      return say(
        pid === undefined ? error.detail : `is being written by process ${pid}`,
        "one process writes a log: stop that one, or ask it with --server URL; reading goes on beside it",
      )
    }
    case "newer-format":
      return say(
        error.detail,
        "use the sigtwin that wrote it, or a newer one; the file was left as it is",
      )
    case "not-a-log":
      return say(error.detail, "give another path with --log; the file was left as it is")
    case "damaged":
      return say(
        error.detail,
        "the file was left as it is; `sigtwin verify` lists what is damaged, an `export` made before can be imported into a new log",
      )
    case "full":
      return say(error.detail, "make room on the disk; what was acknowledged is kept")
    case "unreadable":
      return say(
        error.detail,
        error.detail === noLogYet
          ? "make one with `sigtwin import`, `sigtwin simulate` or `sigtwin serve`, or name one with --log"
          : "see that the path is right and that you may read and write it",
      )
    case "unreachable":
      return say(
        error.detail,
        "see that the server runs, and that its address and certificate are right",
      )
    case "not-permitted":
      return say(
        error.detail,
        "give them as kurrentdb://USER:PASSWORD@HOST:PORT (best in SIGTWIN_LOG, which other users cannot read)",
      )
    case "closed":
    case "too-large":
      return say(error.detail, "nothing of this was taken")
  }
}

const tagOf = (error: unknown): string =>
  typeof error === "object" && error !== null && "_tag" in error ? String(error._tag) : ""

const statusOf = (error: unknown): number =>
  typeof error === "object" && error !== null && "status" in error ? Number(error.status) : 0

const typeOf = (error: unknown): string =>
  typeof error === "object" && error !== null && "type" in error ? String(error.type) : ""
