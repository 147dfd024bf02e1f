/** `sigtwin import FILE…`: takes files of receptions, messages or exported events into the log. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Argument, Command, Flag } from "effect/cli"
import { SourceId } from "../../core/event/ids.ts"
import { formats } from "../../core/ingest/formats.ts"
import type { Input } from "../../core/ingest/Input.ts"
import { Pipeline } from "../../core/ingest/Pipeline.ts"
import { restore } from "../../core/ingest/restore.ts"
import { EventLog } from "../../core/log/EventLog.ts"
import { dryRunLayer, logLayer, parseLogAddress, writerLayer } from "../layers.ts"
import * as Flags from "./flags.ts"
import * as Imported from "./Imported.ts"
import { openFiles } from "./openFiles.ts"
import { ProblemsFound } from "./ProblemsFound.ts"
import { takeFiles } from "./takeFiles.ts"
import { WrongUse } from "./WrongUse.ts"

const eventFiles = "events-ndjson"

export const importFiles = Command.make(
  "import",
  {
    files: Argument.String("FILE").pipe(
      Argument.withDescription("Files, in any order"),
      Argument.variadic({ min: 1 }),
    ),
    format: Flag.Literals(
      "format",
      formats.map(({ name }) => name),
    ).pipe(
      Flag.withDescription("What the files are; guessed from their beginnings when not given"),
      Flag.optional,
    ),
    source: Flag.String("source").pipe(
      Flag.withMetavar("NAME"),
      Flag.withSchema(SourceId),
      Flag.withDescription(
        "Name of where the facts came from, instead of the format's own (the same fact of another source is another fact)",
      ),
      Flag.optional,
    ),
    inTurn: Flag.Boolean("in-turn").pipe(
      Flag.withDescription("Take one file after the other, in the order given"),
      Flag.withDefault(false),
    ),
    dryRun: Flag.Boolean("dry-run").pipe(
      Flag.withDescription("Say what would come of it and keep nothing"),
      Flag.withDefault(false),
    ),
    log: Flags.log,
    json: Flags.json,
  },
  Effect.fn("cli.import")(function* (given) {
    const address = yield* parseLogAddress(given.log)
    const files = yield* openFiles(given.files, Option.getOrUndefined(given.format))
    const restoring = files.filter(({ format }) => format.name === eventFiles).length
    if (restoring > 0 && restoring < files.length)
      return yield* new WrongUse({
        detail: "event files keep their positions: import them alone, into an empty log",
      })
    if (restoring > 0 && Option.isSome(given.source))
      return yield* new WrongUse({ detail: "events keep the source they have: leave out --source" })
    const quiet = given.json
    const outcome = yield* restoring > 0
      ? takeFiles(files, restoreLines, { isByTime: false, quiet }).pipe(
          Effect.provide(given.dryRun ? dryRunLayer(address) : logLayer(address)),
        )
      : takeFiles(files, submitLines(Option.getOrUndefined(given.source)), {
          isByTime: !given.inTurn,
          quiet,
        }).pipe(Effect.provide(given.dryRun ? dryRunLayer(address) : writerLayer(address)))
    yield* Console.log(
      given.json
        ? JSON.stringify(Imported.toJson(outcome, given.dryRun))
        : Imported.toText(outcome, given.dryRun),
    )
    const { refused } = outcome
    if (refused.total > 0)
      return yield* new ProblemsFound({
        summary: `${refused.total} of ${outcome.lines} lines were refused; the rest was taken`,
      })
  }),
).pipe(
  Command.withShortDescription("Take files of receptions, messages or events into the log"),
  Command.withDescription(
    "Take files into the log. What the log holds already is not added again. Several files are read side by side and their facts taken in the order in which they occurred, so that what several receivers heard of the same devices comes as it was sent; --in-turn takes one file after the other. Event files (from `export`) keep their positions and go into an empty log.",
  ),
)

/** Events go back to where they were. */
const restoreLines = (inputs: ReadonlyArray<Input>) =>
  Effect.gen(function* () {
    const log = yield* EventLog
    const events = inputs.flatMap((input) => (input._tag === "Event" ? [input.recorded] : []))
    const restored = yield* restore(events)
    return { ...restored, accepted: 0, refused: {}, first: 0, head: yield* log.head }
  })

/** Facts are decided on; the source is another where one is given. */
const submitLines = (source: SourceId | undefined) => (inputs: ReadonlyArray<Input>) =>
  Effect.flatMap(Pipeline, (pipeline) =>
    pipeline.submit(source === undefined ? inputs : inputs.map((input) => from(input, source))),
  )

const from = (input: Input, source: SourceId): Input => {
  switch (input._tag) {
    case "Frame":
      return { ...input, frame: { ...input.frame, source } }
    case "Message":
      return { ...input, report: { ...input.report, source } }
    case "Reception":
      return { ...input, report: { ...input.report, source } }
    case "Service":
      return { ...input, report: { ...input.report, source } }
    case "Event":
      return input
  }
}
