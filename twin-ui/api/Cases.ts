/** Investigations: their entries, and the answers of `GET /api/cases` and `GET /api/cases/:name`. */
import * as Schema from "effect/Schema"

const common = {
  case: Schema.String,
  atMs: Schema.Int,
  /** Who wrote it, where that is known. */
  by: Schema.optionalKey(Schema.String),
}

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

/** Names of cases: they stand in file names and addresses. */
export const caseName = /^[0-9A-Za-z][0-9A-Za-z._-]{0,47}$/
export const caseNameForm = "up to 48 letters, digits, dots, dashes"

export const CasesAnswer = Schema.Struct({
  /** Newest first. */
  cases: Schema.Array(
    Schema.Struct({
      case: Schema.String,
      title: Schema.String,
      openedMs: Schema.Int,
      closedMs: Schema.NullOr(Schema.Int),
      entries: Schema.Int,
    }),
  ),
})
export type CasesAnswer = typeof CasesAnswer.Type

export const CaseAnswer = Schema.Struct({
  case: Schema.String,
  /** Oldest first. */
  entries: Schema.Array(CaseEvent),
})
export type CaseAnswer = typeof CaseAnswer.Type

const text = Schema.String.check(Schema.isMaxLength(10_000))
const position = Schema.Int.check(
  Schema.isBetween({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
)

export const OpenCase = Schema.Struct({
  case: Schema.String.check(Schema.isPattern(caseName, { message: caseNameForm })),
  title: Schema.optionalKey(text),
})

/** What is added: a note alone, or something with a note on it. */
export const AddToCase = Schema.Struct({
  note: Schema.optionalKey(text),
  pin: Schema.optionalKey(position),
  bookmark: Schema.optionalKey(position),
  filter: Schema.optionalKey(text),
  finding: Schema.optionalKey(text),
})
export type AddToCase = typeof AddToCase.Type

export const CloseCase = Schema.Struct({ note: Schema.optionalKey(text) })

export const AddedAnswer = Schema.Struct({ case: Schema.String, added: Schema.Int })
