/**
 * What a panel asks of the API. A panel says which questions it has; `data/answers.ts` asks them as of the instant
 * that is shown, and again while the picture moves.
 */
import type * as Schema from "effect/Schema"
import type { Asked } from "../data/ask.ts"

export interface Question<Answer> {
  /** Path and query without the instant; its name, too. */
  readonly path: string
  readonly schema: Schema.Codec<Answer, unknown>
  /** How the instant is said: `at=` of a state, `before=` of a list of events, `to=` of a diff, or not at all. */
  readonly instant: "at" | "before" | "to" | "none"
  /** Its answer does not change with what comes: it is asked once for what is shown. */
  readonly once?: boolean
}

/** Answers by the path of their question. */
export type Answers = ReadonlyMap<string, Asked<unknown>>

export const none: Answers = new Map()

/** Undefined while it is under way. */
export const answerTo = <Answer>(
  answers: Answers,
  question: Question<Answer>,
): Asked<Answer> | undefined =>
  // Kept under its path by who read it with the question's own schema.
  answers.get(question.path) as Asked<Answer> | undefined

/** What was answered, where there is an answer. */
export const given = <Answer>(answers: Answers, question: Question<Answer>): Answer | undefined => {
  const asked = answerTo(answers, question)
  return asked?._tag === "answer" ? asked.answer : undefined
}

/** Its path as of an instant; `at` is undefined for now: the server has that at hand. */
export const pathAt = ({ instant, path }: Question<unknown>, at: number | undefined): string => {
  if (at === undefined || instant === "none") return path
  const joint = path.includes("?") ? "&" : "?"
  // A list is of what lies before a position; as of 41 means with event 41 in it.
  return `${path}${joint}${instant}=${instant === "before" ? at + 1 : at}`
}
