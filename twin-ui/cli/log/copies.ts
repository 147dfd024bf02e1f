/** `sigtwin log backup|restore|archive|upgrade`: where the log's bytes lie. */
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Argument, Command, Flag } from "effect/cli"
import { archiveNext } from "../../../core/log/sqlite/archive.ts"
import * as Copies from "../../../core/log/sqlite/backup.ts"
import { attempt } from "../../../core/log/sqlite/failure.ts"
import { type OpenFile, openForWriting } from "../../../core/log/sqlite/openFile.ts"
import type { Part } from "../../../core/log/sqlite/Parts.ts"
import { positionAt } from "../../../core/log/sqlite/positionAt.ts"
import { verify } from "../../../core/log/sqlite/verify.ts"
import * as Flags from "../flags.ts"
import { ProblemsFound } from "../ProblemsFound.ts"
import * as Words from "../Words.ts"
import { WrongUse } from "../WrongUse.ts"
import { logFile } from "./logFile.ts"

const common = { log: Flags.log, json: Flags.json }

/** A copy is worth what it can be read back as. */
const checked = Effect.fnUntraced(function* (path: string) {
  const { batches, damage, events } = yield* verify(path)
  if (damage.length > 0)
    return yield* new ProblemsFound({
      summary: `${path} is damaged: position ${damage[0].position}: ${damage[0].what}`,
    })
  return { path, events, batches }
})

export const backup = Command.make(
  "backup",
  {
    file: Argument.String("FILE").pipe(
      Argument.withDescription("Where the copy goes; nothing may be there yet"),
    ),
    ...common,
  },
  Effect.fn("cli.log.backup")(function* (given) {
    const path = yield* logFile(given.log)
    yield* attempt(given.file, () => Copies.backup(path, given.file))
    const copy = yield* checked(given.file)
    yield* Console.log(
      given.json
        ? JSON.stringify(copy)
        : `${given.file}: ${Words.count(copy.events, "event")} in ${Words.count(copy.batches, "batch", "batches")}, checked. Keys are not in it: keep a copy of the files .keys and .key elsewhere.`,
    )
  }),
).pipe(
  Command.withShortDescription("Copy the log, also while it is written"),
  Command.withDescription(
    "Copy the log to a file, also while a server writes it: one moment of it, complete, checked after it was written. Parts that were archived are copied beside it. The secrets (.keys, .key) are not: whoever has both can read payloads, and a device's payloads are erased only when its key is gone from every copy.",
  ),
)

export const restore = Command.make(
  "restore",
  {
    file: Argument.String("FILE").pipe(Argument.withDescription("What `log backup` wrote")),
    ...common,
  },
  Effect.fn("cli.log.restore")(function* (given) {
    const path = yield* logFile(given.log)
    yield* checked(given.file)
    yield* attempt(path, () => Copies.restore(given.file, path))
    const made = yield* checked(path)
    yield* Console.log(
      given.json
        ? JSON.stringify(made)
        : `${path}: ${Words.count(made.events, "event")} in ${Words.count(made.batches, "batch", "batches")}, checked`,
    )
  }),
).pipe(
  Command.withShortDescription("Make a log of a backup"),
  Command.withDescription(
    "Make the log of a backup, where there is none yet. The backup is checked before, the log after; both have one id, one history and the same proofs, so write only one of them.",
  ),
)

const dayMs = 86_400_000

export const archive = Command.make(
  "archive",
  {
    keepEvents: Flags.integer("keep-events", { minimum: 0, maximum: Number.MAX_SAFE_INTEGER }).pipe(
      Flag.withDescription("How many of the newest events stay in the log"),
      Flag.optional,
    ),
    keepDays: Flags.integer("keep-days", { minimum: 0, maximum: 36_500 }).pipe(
      Flag.withDescription("Events recorded in so many last days stay in the log"),
      Flag.optional,
    ),
    ...common,
  },
  Effect.fn("cli.log.archive")(function* (given) {
    const path = yield* logFile(given.log)
    if (Option.isNone(given.keepEvents) && Option.isNone(given.keepDays))
      return yield* new WrongUse({ detail: "say what stays: --keep-events N or --keep-days N" })
    const nowMs = yield* Clock.currentTimeMillis
    const parts = yield* writing(path, (file) => {
      const { head } = file.tip.end
      const below = Math.min(
        Option.match(given.keepEvents, { onNone: () => head, onSome: (keep) => head - keep }),
        Option.match(given.keepDays, {
          onNone: () => head,
          onSome: (days) => positionAt(file.batches, head, nowMs - days * dayMs),
        }),
      )
      while (file.index.to() < head) file.index.advance(head)
      while (file.tiles.to() < head) file.tiles.advance(head)
      const made: Array<Part> = []
      while (true) {
        const part = archiveNext(file, path, below, true)
        if (part === undefined) break
        made.push(part)
      }
      return made
    })
    yield* Console.log(given.json ? JSON.stringify({ path, parts }) : partsText(path, parts))
  }),
).pipe(
  Command.withShortDescription("Put old events into files beside the log"),
  Command.withDescription(
    "Put old events into files beside the log, its parts, and let go of their bytes: the log reads them from there, and proofs hold as before. Whole rows only. The room is used for what comes; the file does not shrink. A server that writes the log does the same by itself where SIGTWIN_LOG_KEEP_EVENTS is set.",
  ),
)

const partsText = (path: string, parts: ReadonlyArray<Part>): string =>
  parts.length === 0
    ? `${path}: nothing to put away`
    : parts.map(({ end, file, first }) => `${file}: positions ${first} to ${end - 1}`).join("\n")

export const upgrade = Command.make(
  "upgrade",
  common,
  Effect.fn("cli.log.upgrade")(function* (given) {
    const path = yield* logFile(given.log)
    // Whoever opens it for writing brings it up to date.
    const format = yield* writing(path, ({ db }) =>
      Number(db.prepare("PRAGMA user_version").get()?.["user_version"]),
    )
    yield* Console.log(
      given.json ? JSON.stringify({ path, format }) : `${path} has format ${format}, the newest`,
    )
  }),
).pipe(
  Command.withDescription(
    "Bring a log of an older format up to date. So does every command that writes it; older programs then refuse it",
  ),
)

/** Under the writer's lock. A log that is not there is not made. */
const writing = <A>(path: string, use: (file: OpenFile) => A) =>
  Effect.acquireUseRelease(
    attempt(path, () => openForWriting(path, { isNeeded: true })),
    (file) => attempt(path, () => use(file)),
    (file) => Effect.sync(file.close),
  )
