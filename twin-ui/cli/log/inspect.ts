/** `sigtwin log info` and `sigtwin log check`: what a log's file is, and whether it is whole. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Command } from "effect/cli"
import * as Bytes from "../../../core/kernel/Bytes.ts"
import type { Integrity } from "../../../core/log/EventLog.ts"
import { attempt } from "../../../core/log/sqlite/failure.ts"
import { infoOf, type LogFileInfo } from "../../../core/log/sqlite/info.ts"
import { verify } from "../../../core/log/sqlite/verify.ts"
import * as config from "../../config.ts"
import * as Flags from "../flags.ts"
import { formatTable } from "../formatTable.ts"
import { ProblemsFound } from "../ProblemsFound.ts"
import * as Progress from "../Progress.ts"
import * as Words from "../Words.ts"
import { logFile } from "./logFile.ts"

export const info = Command.make(
  "info",
  { log: Flags.log, json: Flags.json },
  Effect.fn("cli.log.info")(function* (given) {
    const path = yield* logFile(given.log)
    const bytesMax = Option.getOrUndefined(yield* Effect.orDie(config.logBytesMax))
    const found = yield* attempt(path, () => infoOf(path, bytesMax))
    yield* Console.log(
      given.json
        ? JSON.stringify({ path, ...found, root: Bytes.toHex(found.root) })
        : formatTable(["what", "how much"], rowsOf(path, found)),
    )
  }),
).pipe(
  Command.withShortDescription("What the log's file is, holds and takes"),
  Command.withDescription(
    "What the log's file is and holds: format, events, committed batches, the root of their hash tree, the newest checkpoint, parts that were archived, and the room it takes of what it may. Reads little; works beside whoever writes.",
  ),
)

const rowsOf = (path: string, found: LogFileInfo): ReadonlyArray<readonly [string, string]> => {
  const { checkpoint, events, usage } = found
  const behind = (to: number): string =>
    to === events ? "up to date" : `${Words.count(events - to, "event")} behind`
  return [
    ["file", path],
    ["id", found.id],
    [
      "format",
      found.format === found.formatNow
        ? String(found.format)
        : `${found.format}; the next process that writes it brings it to ${found.formatNow}`,
    ],
    ["events", Words.number(events)],
    ["batches", `${Words.number(found.batches)} committed, in ${Words.count(found.rows, "row")}`],
    [
      "recorded",
      events === 0
        ? ""
        : `${Words.instant(found.recordedFirstMs)} to ${Words.instant(found.recordedLastMs)}`,
    ],
    ["tree", `root ${Bytes.toHex(found.root)}, ${behind(found.treedTo)}`],
    ["index", behind(found.indexedTo)],
    [
      "checkpoint",
      checkpoint === null
        ? "none kept yet; `sigtwin log checkpoint` signs one"
        : `of ${Words.count(checkpoint.size, "batch", "batches")}, ${behind(checkpoint.head)}`,
    ],
    ...found.parts.map(
      ({ end, file, first }) => ["part", `${file}: positions ${first} to ${end - 1}`] as const,
    ),
    [
      "room",
      `${Words.number(usage.bytes)} of ${Words.number(usage.bytesMax)} bytes, as ${
        usage.boundBy === "disk" ? "the disk leaves it" : "SIGTWIN_LOG_BYTES_MAX says"
      }${usage.isNear ? ": NEARLY FULL" : ""}`,
    ],
  ]
}

export const check = Command.make(
  "check",
  { log: Flags.log, json: Flags.json },
  Effect.fn("cli.log.check")(function* (given) {
    const path = yield* logFile(given.log)
    const integrity = yield* Effect.gen(function* () {
      const progress = yield* Progress.make({
        label: "check",
        total: 1,
        items: "events",
        quiet: given.json,
      })
      return yield* verify(path, (position, head) => progress.report(position / head, position))
    }).pipe(Effect.scoped)
    const isWhole = integrity.damage.length === 0
    yield* Console.log(
      given.json
        ? JSON.stringify({ good: isWhole, path, ...integrity })
        : `${path}: ${textOf(integrity)}`,
    )
    if (!isWhole)
      return yield* new ProblemsFound({
        summary: `damaged in ${Words.count(integrity.damage.length, "place")}; what is not named can be read`,
      })
  }),
).pipe(
  Command.withShortDescription("Check every byte of the log's file that means something"),
  Command.withDescription(
    "Check the log's file: each batch's checksum and hash, the chain of hashes, positions and revisions, the tables that find events, the hash tree, the checkpoints, and SQLite's own pages. Says what is damaged and where. Changes nothing; works beside whoever writes.",
  ),
)

const textOf = ({ batches, damage, events }: Integrity): string =>
  damage.length === 0
    ? `${Words.count(events, "event")} in ${Words.count(batches, "batch", "batches")}, all is as it was written`
    : [
        `${Words.count(events, "event")} in ${Words.count(batches, "batch", "batches")} can be read; damaged:`,
        ...damage.map(({ position, what }) =>
          position < 0 ? `  the file: ${what}` : `  position ${position}: ${what}`,
        ),
      ].join("\n")
