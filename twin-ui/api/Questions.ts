/** Questions with a name: `GET /api/ask`, `GET` and `POST /api/ask/NAME`. */
import * as Schema from "effect/Schema"
import { Format, QueryAnswer } from "./Analytics.ts"

const Scalar = Schema.Union([Schema.String, Schema.Finite])

const AnswerColumn = Schema.Struct({
  name: Schema.String,
  /** share (0..1), dBm, dB, ms, s, h, deg; empty for names and counts. */
  unit: Schema.String,
  about: Schema.String,
})

const Chart = Schema.Union([
  Schema.Struct({ kind: Schema.Literal("bars"), x: Schema.String, y: Schema.String }),
  Schema.Struct({
    kind: Schema.Literal("lines"),
    x: Schema.String,
    y: Schema.String,
    series: Schema.optionalKey(Schema.String),
  }),
  Schema.Struct({ kind: Schema.Literal("map"), size: Schema.String, shade: Schema.String }),
])
export type Chart = typeof Chart.Type

export const QuestionLine = Schema.Struct({
  name: Schema.String,
  title: Schema.String,
  about: Schema.String,
  parameters: Schema.Array(
    Schema.Struct({
      name: Schema.String,
      about: Schema.String,
      /** For the sentence "must be …". */
      form: Schema.String,
      kind: Schema.Literals(["text", "number", "instant", "choice"]),
      choices: Schema.optionalKey(Schema.Array(Schema.String)),
      /** What holds where it is not given. */
      absent: Schema.optionalKey(Scalar),
    }),
  ),
  columns: Schema.Array(AnswerColumn),
})
export type QuestionLine = typeof QuestionLine.Type

export const QuestionsAnswer = Schema.Struct({ questions: Schema.Array(QuestionLine) })
export type QuestionsAnswer = typeof QuestionsAnswer.Type

export const AskBody = Schema.Struct({
  /** The question's own parameters; those left out hold as its description says. */
  parameters: Schema.optionalKey(Schema.Record(Schema.String, Scalar)),
  /** As of this position (with its event in it) or instant; now when absent. */
  at: Schema.optionalKey(Schema.String),
  clock: Schema.optionalKey(Schema.Literals(["occurred", "recorded"])),
  format: Schema.optionalKey(Format),
  rows: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_000_000 }))),
  timeMs: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 120_000 }))),
})
export type AskBody = typeof AskBody.Type

export const AskAnswer = Schema.Struct({
  question: Schema.String,
  /** Parameters that were given or hold without it. */
  parameters: Schema.Record(Schema.String, Scalar),
  ...QueryAnswer.fields,
  columns: Schema.Array(
    Schema.Struct({
      name: Schema.String,
      type: Schema.String,
      unit: Schema.String,
      about: Schema.String,
    }),
  ),
  chart: Chart,
})
export type AskAnswer = typeof AskAnswer.Type
