/** `sigtwin case …`: investigations with a name, kept beside the log; and the capsule that hands one on. */
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { Argument, Command, Flag } from "effect/cli"
import type { Event } from "../../core/event/Event.ts"
import * as Vault from "../../core/keys/Vault.ts"
import { type CaseEvent, caseName, caseNameForm } from "../api/Cases.ts"
import { entriesOf } from "../http/cases/CaseFile.ts"
import { makeCapsule, sliceOf } from "../http/cases/makeCapsule.ts"
import { payloadHexOf } from "../http/unsealed.ts"
import { keptSnapshotsLayer, logKey, parseLogAddress, readerLayer } from "../layers.ts"
import * as CaseFile from "./cases/CaseFile.ts"
import { logFile } from "./log/logFile.ts"
import { ProblemsFound } from "./ProblemsFound.ts"
import * as Flags from "./flags.ts"
import { formatTable } from "./formatTable.ts"
import { said } from "./said.ts"
import { version } from "./version.ts"
import * as Words from "./Words.ts"
import { WrongUse } from "./WrongUse.ts"

const common = { log: Flags.log, json: Flags.json }
const name = Argument.String("CASE").pipe(
  Argument.withDescription("The investigation's name: letters, digits, dots, dashes"),
)

const fileOf = (log: string) => Effect.flatMap(parseLogAddress(log), CaseFile.fileOf)

const openCase = Command.make(
  "open",
  {
    name,
    title: Flag.String("title").pipe(
      Flag.withDescription("What it is about"),
      Flag.withDefault(""),
    ),
    ...common,
  },
  Effect.fn("cli.case.open")(function* (given) {
    if (!caseName.test(given.name))
      return yield* new WrongUse({ detail: `${given.name}: ${caseNameForm}` })
    const file = yield* fileOf(given.log)
    const known = yield* CaseFile.read(file)
    if (known.some((event) => event.case === given.name))
      return yield* new WrongUse({ detail: `there is a case ${given.name} already` })
    const atMs = yield* Clock.currentTimeMillis
    const { name: of, title } = given
    yield* CaseFile.append(file, [{ _tag: "CaseOpened", case: of, atMs, title }])
    yield* Console.log(given.json ? JSON.stringify({ case: of }) : `case ${of} opened in ${file}`)
  }),
).pipe(Command.withDescription("Open an investigation"))

const optional = (flag: string, description: string) =>
  Flag.String(flag).pipe(Flag.withDescription(description), Flag.optional)

const position = (flag: string, description: string) =>
  Flags.integer(flag, { minimum: 0, maximum: Number.MAX_SAFE_INTEGER }).pipe(
    Flag.withDescription(description),
    Flag.optional,
  )

const add = Command.make(
  "add",
  {
    name,
    note: optional("note", "A note; with --pin or --bookmark it says what is there"),
    pin: position("pin", "A position that the case is about"),
    bookmark: position("bookmark", "A position worth coming back to"),
    filter: optional("filter", "A filter, as one gives it to `sigtwin events`"),
    finding: optional("finding", "A finding, as KIND:ABOUT"),
    ...common,
  },
  Effect.fn("cli.case.add")(function* (given) {
    const file = yield* fileOf(given.log)
    yield* CaseFile.readCase(file, given.name)
    const events = entriesOf(
      {
        ...said("note", given.note),
        ...said("pin", given.pin),
        ...said("bookmark", given.bookmark),
        ...said("filter", given.filter),
        ...said("finding", given.finding),
      },
      { case: given.name, atMs: yield* Clock.currentTimeMillis },
    )
    if (events.length === 0)
      return yield* new WrongUse({
        detail: "say what to add: --note, --pin, --bookmark, --filter or --finding",
      })
    yield* CaseFile.append(file, events)
    yield* Console.log(
      given.json
        ? JSON.stringify({ added: events.length })
        : `${Words.count(events.length, "entry", "entries")} added to ${given.name}`,
    )
  }),
).pipe(Command.withDescription("Add notes, pinned positions, bookmarks, filters and findings"))

const close = Command.make(
  "close",
  {
    name,
    note: Flag.String("note").pipe(Flag.withDescription("How it ended"), Flag.withDefault("")),
    ...common,
  },
  Effect.fn("cli.case.close")(function* (given) {
    const file = yield* fileOf(given.log)
    yield* CaseFile.readCase(file, given.name)
    const atMs = yield* Clock.currentTimeMillis
    yield* CaseFile.append(file, [{ _tag: "CaseClosed", case: given.name, atMs, text: given.note }])
    yield* Console.log(
      given.json ? JSON.stringify({ closed: given.name }) : `case ${given.name} closed`,
    )
  }),
).pipe(Command.withDescription("Close an investigation"))

const show = Command.make(
  "show",
  { name, ...common },
  Effect.fn("cli.case.show")(function* (given) {
    const events = yield* CaseFile.readCase(yield* fileOf(given.log), given.name)
    yield* Console.log(given.json ? JSON.stringify({ entries: events }) : tableOf(events))
  }),
).pipe(Command.withDescription("Show an investigation, oldest entry first"))

const list = Command.make(
  "list",
  common,
  Effect.fn("cli.case.list")(function* (given) {
    const events = yield* CaseFile.read(yield* fileOf(given.log))
    const cases = events.filter((event) => event._tag === "CaseOpened").toReversed()
    if (given.json) return yield* Console.log(JSON.stringify({ cases }))
    if (cases.length === 0) return yield* Console.log("no cases")
    yield* Console.log(
      formatTable(
        ["case", "opened", "entries", "title"],
        cases.map(({ atMs, case: of, title }) => [
          of,
          Words.instant(atMs),
          String(events.filter((event) => event.case === of).length),
          title,
        ]),
        new Set(["entries"]),
      ),
    )
  }),
).pipe(Command.withDescription("List investigations, newest first"))

const capsule = Command.make(
  "capsule",
  {
    name,
    out: Flag.String("out").pipe(Flag.withMetavar("FILE"), Flag.withDescription("The capsule")),
    from: position("from", "The slice's first position; before what is pinned where not given"),
    to: position("to", "The slice's last position; behind what is pinned where not given"),
    payloads: Flag.Boolean("payloads").pipe(
      Flag.withDescription("Also the slice's payloads in plain, as far as their keys are here"),
      Flag.withDefault(false),
    ),
    ...common,
  },
  Effect.fn("cli.case.capsule")(function* (given) {
    const events = yield* CaseFile.readCase(yield* fileOf(given.log), given.name)
    const slice = sliceOf(events, {
      from: Option.getOrUndefined(given.from),
      last: Option.getOrUndefined(given.to),
    })
    if (slice === undefined)
      return yield* new WrongUse({
        detail: "nothing is pinned: say --from and --to, or pin a position",
      })
    const path = yield* logFile(given.log)
    const address = yield* parseLogAddress(given.log)
    const key = yield* logKey(address, true)
    if (key === undefined)
      return yield* new ProblemsFound({ summary: "the log has no key to sign with" })
    const made = yield* Vault.Vault.use((vault) => {
      const payloadOf = (event: Event) => (given.payloads ? payloadHexOf(vault, event) : undefined)
      return makeCapsule({ path, key, version, payloadOf }, slice, events)
    }).pipe(
      Effect.catchTag("CapsuleUnmade", ({ detail }) => new ProblemsFound({ summary: detail })),
      Effect.provide(
        Layer.merge(Layer.fresh(readerLayer(address)), Layer.fresh(keptSnapshotsLayer(address))),
      ),
    )
    const fs = yield* FileSystem.FileSystem
    yield* Effect.mapError(
      fs.writeFileString(given.out, made.text),
      (error) => new WrongUse({ detail: `cannot write ${given.out}: ${error.message}` }),
    )
    const { header } = made
    yield* Console.log(
      given.json
        ? JSON.stringify(header)
        : [
            `${given.out}: positions ${header.from} to ${header.to - 1} in ${Words.count(made.batches, "batch", "batches")}, each with its proof`,
            `signed; whoever opens it checks it with ${header.key}`,
          ].join("\n"),
    )
  }),
).pipe(
  Command.withShortDescription(
    "Put an investigation and its slice of the log into one signed file",
  ),
  Command.withDescription(
    "Put an investigation into one signed file: its entries, whole batches of the log around what is pinned (each with its proof), the states before them and the policies. Keys are never in it; payloads stay sealed unless --payloads is given.",
  ),
)

export const caseCommand = Command.make("case").pipe(
  Command.withDescription(
    "Keep investigations: notes, pinned positions, findings; hand one on as a capsule",
  ),
  Command.withSubcommands([openCase, add, show, list, close, capsule]),
)

const tableOf = (events: ReadonlyArray<CaseEvent>): string =>
  formatTable(
    ["when", "what", "position", "text"],
    events.map((event) => [
      Words.instant(event.atMs),
      kinds[event._tag],
      "position" in event ? String(event.position) : "",
      textOf(event),
    ]),
    new Set(["position"]),
  )

const kinds = {
  CaseOpened: "opened",
  NoteTaken: "note",
  InstantPinned: "pinned",
  EventBookmarked: "bookmark",
  FilterKept: "filter",
  FindingNamed: "finding",
  CaseClosed: "closed",
} as const

const textOf = (event: CaseEvent): string => {
  if (event._tag === "CaseOpened") return event.title
  if (event._tag === "FilterKept") return event.filter
  return event._tag === "FindingNamed" ? event.finding : event.text
}
