/**
 * Investigations: a stream of events of their own, beside the log and never in it, since they are about the network and
 * nothing that happened in it. `NAME.cases.ndjson` beside `NAME.db`, one event a line, only ever appended to.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { LogAddress } from "../../layers.ts"
import { WrongUse } from "../WrongUse.ts"

const common = { case: Schema.String, atMs: Schema.Int }

export const CaseEvent = Schema.Union([
  Schema.TaggedStruct("CaseOpened", { ...common, title: Schema.String }),
  Schema.TaggedStruct("NoteTaken", { ...common, text: Schema.String }),
  /** An instant that the case is about. */
  Schema.TaggedStruct("InstantPinned", { ...common, position: Schema.Int, text: Schema.String }),
  /** An event worth coming back to. */
  Schema.TaggedStruct("EventBookmarked", { ...common, position: Schema.Int, text: Schema.String }),
  /** As one gives it to `sigtwin events`. */
  Schema.TaggedStruct("FilterKept", { ...common, filter: Schema.String }),
  /** As `KIND:ABOUT`. */
  Schema.TaggedStruct("FindingNamed", { ...common, finding: Schema.String }),
  Schema.TaggedStruct("CaseClosed", { ...common, text: Schema.String }),
])
export type CaseEvent = typeof CaseEvent.Type

/** Longest file read. */
const bytesMax = 64 * 1024 * 1024

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(CaseEvent))
const encode = Schema.encodeUnknownSync(Schema.fromJsonString(CaseEvent))

export const fileOf = (address: LogAddress): Effect.Effect<string, WrongUse> =>
  address._tag === "Sqlite"
    ? Effect.succeed(`${address.path.replace(/\.db$/, "")}.cases.ndjson`)
    : Effect.fail(new WrongUse({ detail: "cases are kept beside a log in a file: sqlite:PATH" }))

/** All of them, oldest first; a line that cannot be read is named. */
export const read = (file: string): Effect.Effect<ReadonlyArray<CaseEvent>, WrongUse> =>
  Effect.gen(function* () {
    if (!existsSync(file)) return []
    const text = readFileSync(file, "utf8")
    if (text.length > bytesMax) return yield* new WrongUse({ detail: `${file} is too long` })
    const events: Array<CaseEvent> = []
    for (const [i, line] of text.split("\n").entries())
      if (line !== "")
        events.push(
          yield* Effect.mapError(
            decode(line),
            () => new WrongUse({ detail: `${file}, line ${i + 1}: no event of a case` }),
          ),
        )
    return events
  })

/** Those of one case. Fails where there is none of that name. */
export const readCase = (file: string, name: string) =>
  Effect.flatMap(read(file), (all) => {
    const events = all.filter((event) => event.case === name)
    return events.length === 0
      ? Effect.fail(new WrongUse({ detail: `there is no case ${name}: sigtwin case open ${name}` }))
      : Effect.succeed(events)
  })

export const append = (file: string, events: ReadonlyArray<CaseEvent>) =>
  Effect.try({
    try: () => appendFileSync(file, events.map((event) => `${encode(event)}\n`).join("")),
    catch: (cause) =>
      new WrongUse({
        detail: `cannot write ${file}: ${cause instanceof Error ? cause.message : String(cause)}`,
      }),
  })
