/** Questions with a name: which there are, and their answers. */
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import { named, questions } from "../../projections/analytics/questions/all.ts"
import type { Parameter as QuestionParameter } from "../../projections/analytics/questions/Parameter.ts"
import { isUnfit, put } from "../../projections/analytics/questions/put.ts"
import { formats } from "../api/Analytics.ts"
import { AskAnswer, AskBody, QuestionsAnswer } from "../api/Questions.ts"
import * as Answering from "./answering.ts"
import * as Parameter from "./Parameter.ts"
import * as Problem from "./Problem.ts"
import * as Route from "./Route.ts"
import type { ScopeOf } from "./scopeOf.ts"
import * as Viewer from "./Viewer.ts"

export const make = (scopeOf: ScopeOf) =>
  Effect.gen(function* () {
    const answering = yield* Answering.make

    const list = Route.make({
      method: "GET",
      path: "/api/ask",
      operation: "questions",
      tag: "analytics",
      access: "api",
      filtered: true,
      summary: "List the questions that have a name",
      answers: {
        200: {
          description: "Questions, with what each may be given and what its answer's columns mean.",
          contentType: "application/json",
          schema: QuestionsAnswer,
        },
      },
      handle: () => Effect.succeed(Route.answer(QuestionsAnswer, { questions: lines })),
    })

    const answered = (
      name: string,
      texts: Readonly<Record<string, string>>,
      wanted: Answering.Wanted,
      where: string,
    ) =>
      Effect.gen(function* () {
        const question = named(name)
        if (question === undefined)
          return yield* Problem.make(
            "not-there",
            `there is no question ${JSON.stringify(name)}: there are ${questions.map((each) => each.name).join(", ")}`,
          )
        const asked = put(question, texts)
        if (isUnfit(asked))
          return yield* Problem.make("bad-request", asked.detail, {
            where: `${where}.${asked.parameter}`,
            more: { allowed: Object.keys(question.parameters) },
          })
        const query = {
          sql: asked.sql,
          values: asked.values,
          ...(yield* answering.upTo(wanted)),
          scope: yield* scopeOf(yield* Viewer.Viewer),
          limits: Answering.limitsOf(wanted),
        }
        return yield* answering.answer(query, "ours", wanted, (answer) =>
          Route.answer(AskAnswer, {
            question: name,
            parameters: asked.given,
            ...answer,
            columns: answer.columns.map((column) => ({
              ...column,
              unit: asked.columnOf(column.name)?.unit ?? "",
              about: asked.columnOf(column.name)?.about ?? "",
            })),
            chart: asked.chart,
          }),
        )
      })

    const get = Route.make({
      method: "GET",
      path: "/api/ask/:name",
      operation: "ask",
      tag: "analytics",
      access: "api",
      filtered: true,
      summary: "Ask a question that has a name",
      description: described,
      params: { name: Parameter.name("Name of the question.") },
      query: {
        at: Parameter.optional(
          Parameter.line(
            "As of this position or instant, by the log's own clock; now when absent.",
          ),
        ),
        clock: Parameter.optional(
          Parameter.choice("Whose clock an instant in `at` is meant by.", ["recorded", "occurred"]),
        ),
        format: Parameter.withDefault(Parameter.choice("How the rows are given.", formats), "json"),
        rows: Parameter.optional(
          Parameter.integer("Rows in the answer; 10,000 when absent.", { min: 1, max: 1_000_000 }),
        ),
        timeMs: Parameter.optional(
          Parameter.integer("How long it may take, ms; 10 s when absent.", {
            min: 1,
            max: 120_000,
          }),
        ),
      },
      openQuery: true,
      answers: ok,
      problems: ["bad-request", "not-there", ...Answering.problems],
      handle: ({ params, query }) =>
        Effect.gen(function* () {
          const all = yield* HttpServerRequest.ParsedSearchParams
          const texts: Record<string, string> = {}
          for (const [name, text] of Object.entries(all)) {
            if (Object.hasOwn(query, name)) continue
            if (typeof text !== "string")
              return yield* Problem.make("bad-request", `${name} is given twice`, {
                where: `query.${name}`,
              })
            texts[name] = text
          }
          return yield* answered(params.name, texts, query, "query")
        }),
    })

    const post = Route.withJson({
      method: "POST",
      path: "/api/ask/:name",
      operation: "askWith",
      tag: "analytics",
      access: "api",
      filtered: true,
      summary: "Ask a question that has a name, with a body",
      description: described,
      params: { name: Parameter.name("Name of the question.") },
      schema: AskBody,
      bodyDescription: "What it is given, and as of when.",
      answers: ok,
      problems: ["bad-request", "not-there", ...Answering.problems],
      handle: ({ body, params }) =>
        answered(
          params.name,
          Object.fromEntries(
            Object.entries(body.parameters ?? {}).map(([name, value]) => [name, String(value)]),
          ),
          body,
          "$.parameters",
        ),
    })

    return [list, get, post]
  })

const described =
  "`GET /api/ask` lists the questions and their parameters, which stand beside those named here. Who does not see the whole twin is answered from the rows about what is theirs."

const ok = {
  200: {
    description:
      "The rows, with what each column means and which chart suits; a file where `format` says so.",
    contentType: "application/json",
    schema: AskAnswer,
  },
}

const lineOf = (
  name: string,
  { absent, about, choices, form, kind }: QuestionParameter,
): QuestionsAnswer["questions"][number]["parameters"][number] => ({
  name,
  about,
  form,
  kind,
  ...(choices === undefined ? {} : { choices }),
  ...(absent === undefined ? {} : { absent }),
})

const lines = questions.map(({ about, columns, name, parameters, title }) => ({
  name,
  title,
  about,
  parameters: Object.entries(parameters).map(([each, parameter]) => lineOf(each, parameter)),
  columns,
}))
